import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { malformed, ok } from "../../../src/ring/answer.ts";
import type { GoodSample, Numbers, Sample } from "../../../src/ring/sample.ts";
import { schemaOf } from "../../../src/ring/schema.ts";
import { SampleDecoder, SampleEncoder } from "../../../src/schedule/sample-record.ts";
import { FIELDS, good } from "../ring/sampling.ts";

const schemas = new Map([["cache", schemaOf(FIELDS)]]);

function decodeAll(bodies: readonly Buffer[], decoder = new SampleDecoder()): readonly unknown[] {
  return bodies
    .map((body) => decoder.decode(body))
    .filter((parsed) => parsed.kind !== "ok" || parsed.value !== undefined);
}

function plain(numbers: Numbers): Record<string, unknown> {
  return Object.fromEntries([...numbers.keys()].map((name) => [name, numbers.get(name)]));
}

describe("a good sample", () => {
  const sample: GoodSample = {
    ...good(7, {
      numbers: { hits: 2n ** 63n + 1n, items: 3, other: 9 },
      parts: { 96: { evicted: 4 } },
      version: "1.6",
    }),
    note: "new clients are refused",
  };

  test("comes back with its ringed fields, exact to the last bit", () => {
    const [replayed] = decodeAll(new SampleEncoder(schemas).encode("cache", sample));
    expect(replayed).toMatchObject({ kind: "ok", value: { source: "cache" } });
    const found = (replayed as { value: { sample: GoodSample } }).value.sample;
    expect({
      ...found,
      numbers: plain(found.numbers),
      parts: [...found.parts].map(([name, part]) => [name, plain(part)]),
    }).toEqual({
      ...sample,
      numbers: { hits: 2n ** 63n + 1n, items: 3 },
      parts: [["96", { evicted: 4 }]],
    });
  });

  test("is defined once as long as epoch, texts and parts stay", () => {
    const encoder = new SampleEncoder(schemas);
    const lengths = [sample, sample, { ...sample, epoch: "second" }, { ...sample, epoch: "second" }];
    expect(lengths.map((each) => encoder.encode("cache", each).length)).toEqual([2, 1, 2, 1]);
    expect(encoder.preamble()).toHaveLength(1);
    encoder.keepOnly(() => false);
    expect(encoder.preamble()).toHaveLength(0);
  });

  test("can be read after the preamble of a later segment alone", () => {
    const encoder = new SampleEncoder(schemas);
    encoder.encode("cache", sample);
    expect(decodeAll([...encoder.preamble(), ...encoder.encode("cache", sample)])).toHaveLength(1);
  });

  test("without its definition, or too short for it, is malformed", () => {
    const [definition, record] = new SampleEncoder(schemas).encode("cache", sample) as [Buffer, Buffer];
    expect(decodeAll([record])).toEqual([malformed("sample without a definition")]);
    expect(decodeAll([definition, record.subarray(0, 40)])).toEqual([malformed('sample of "main" is too short')]);
    expect(decodeAll([Buffer.of(9)])).toEqual([malformed("unknown record type 9")]);
  });
});

test("a failed sample comes back whole", () => {
  const sample: Sample = { kind: "failed", target: "main", stamp: { clock: 1.5, mono: 2.5 }, state: 3, reason: "hung" };
  expect(decodeAll(new SampleEncoder(schemas).encode("cache", sample))).toEqual([ok({ source: "cache", sample })]);
});

test("every 64-bit counter survives", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (count) => {
      const hits = count <= Number.MAX_SAFE_INTEGER ? Number(count) : count;
      const [replayed] = decodeAll(new SampleEncoder(schemas).encode("cache", good(1, { numbers: { hits } })));
      expect((replayed as { value: { sample: GoodSample } }).value.sample.numbers.get("hits")).toBe(hits);
    }),
  );
});

describe("a record that none of ours wrote, though its CRC is right", () => {
  const definition = {
    id: 1,
    source: "s",
    target: "t",
    epoch: "e",
    texts: [],
    fields: ["f"],
    parts: [],
    partFields: [],
  };
  const failed = { source: "s", target: "t", state: 3, clock: 1, mono: 2, reason: "r" };
  const cases = [
    { name: "a definition cut in its JSON", type: 1, json: JSON.stringify(definition).slice(0, -1) },
    { name: "a definition without fields", type: 1, json: JSON.stringify({ ...definition, fields: undefined }) },
    { name: "a definition whose texts are no pairs", type: 1, json: JSON.stringify({ ...definition, texts: ["a"] }) },
    { name: "a definition that is null", type: 1, json: "null" },
    { name: "a failed sample cut in its JSON", type: 3, json: JSON.stringify(failed).slice(0, -1) },
    { name: "a failed sample without a reason", type: 3, json: JSON.stringify({ ...failed, reason: undefined }) },
    { name: "a failed sample without a time", type: 3, json: JSON.stringify({ ...failed, clock: null }) },
  ];
  for (const { name, type, json } of cases) {
    test(`${name} is malformed and does not end the replay`, () => {
      const record = Buffer.concat([Buffer.of(type), Buffer.from(json)]);
      expect(new SampleDecoder().decode(record)).toMatchObject({ kind: "malformed" });
    });
  }

  test("a large number for a field that there is not is left out", () => {
    const decoder = new SampleDecoder();
    decoder.decode(Buffer.concat([Buffer.of(1), Buffer.from(JSON.stringify(definition))]));
    const record = Buffer.alloc(22 + 8 + 10, 0);
    record.writeUInt8(2, 0);
    record.writeUInt32LE(1, 1);
    record.writeUInt16LE(65_535, 30);
    const decoded = decoder.decode(record);
    expect(
      decoded.kind === "ok" && decoded.value?.sample.kind === "good" && plain(decoded.value.sample.numbers),
    ).toEqual({ f: 0 });
  });

  test("the same definition and failed sample whole are read", () => {
    const whole = (type: number, json: object) => Buffer.concat([Buffer.of(type), Buffer.from(JSON.stringify(json))]);
    expect(new SampleDecoder().decode(whole(1, definition))).toEqual(ok(undefined));
    expect(new SampleDecoder().decode(whole(3, failed))).toMatchObject({ kind: "ok" });
  });
});
