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
