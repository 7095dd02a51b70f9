import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AgentMessage, AgentMessageDecoder, encodePluginMessage } from "../../../src/zabbix/plugin.ts";
import { fromHex, vectors } from "./vectors.ts";

interface Frame {
  readonly direction: "agent->plugin" | "plugin->agent";
  readonly hex: string;
  readonly json: { readonly id: number; readonly type: number } & Readonly<Record<string, unknown>>;
}

interface Captures {
  readonly cases: readonly {
    readonly agent: string;
    readonly runs: readonly { readonly frames: readonly Frame[] }[];
  }[];
}

const frames = vectors<Captures>("plugin-captures").cases.flatMap(({ runs }) => runs.flatMap((run) => run.frames));
const fromAgent = frames.filter(({ direction }) => direction === "agent->plugin");
const fromPlugin = frames.filter(({ direction }) => direction === "plugin->agent");

function frame(json: unknown, type = 1): Buffer {
  const body = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  const header = Buffer.alloc(8);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(body.length, 4);
  return Buffer.concat([header, body]);
}

/** All messages of a stream that arrives in these chunks. */
function heard(chunks: readonly Buffer[]): readonly AgentMessage[] {
  const decoder = new AgentMessageDecoder();
  return chunks.flatMap((chunk) => {
    const messages = decoder.push(chunk);
    if (messages.kind === "malformed") throw new Error(messages.reason);
    return messages.value;
  });
}

const one = (json: unknown) => heard([frame(json)])[0];

describe("AgentMessageDecoder: captured dialogues", () => {
  const KINDS = { 2: "register", 4: "start", 5: "terminate", 6: "export", 8: "configure", 9: "validate" };

  test("every message of both agents is known", () => {
    expect(fromAgent.length).toBeGreaterThan(40);
    for (const { hex, json } of fromAgent) {
      const [message] = heard([fromHex(hex)]);
      expect(message?.kind, hex).toBe(KINDS[json.type as keyof typeof KINDS]);
      if (message !== undefined && "id" in message) expect(message.id).toBe(json.id);
    }
  });

  test("fields are taken as they are", () => {
    const [register] = heard([fromHex(fromAgent[0]?.hex ?? "")]);
    expect(register).toEqual({ kind: "register", id: 1, version: "6.0.13" });
    const asked = fromAgent.map(({ hex }) => heard([fromHex(hex)])[0]).filter((found) => found?.kind === "export");
    const params = ["a", "b c", "1,2", "x "];
    expect(asked[0]).toEqual({ kind: "export", id: 3, key: "demo.echo", params, timeout: undefined });
    expect(asked).toContainEqual({ kind: "export", id: 3, key: "demo.echo", params, timeout: 30 });
    expect(asked).toContainEqual({ kind: "export", id: 4, key: "demo.echo", params: [], timeout: 30 });
    expect(asked).toContainEqual({ kind: "export", id: 5, key: "demo.echo", params: [""], timeout: 30 });
  });

  const stream = Buffer.concat(fromAgent.map(({ hex }) => fromHex(hex)));

  test("a stream cut at each byte says the same", () => {
    const whole = heard([stream]);
    expect(whole).toHaveLength(fromAgent.length);
    expect(heard(Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(whole);
  });

  test("however it is cut", () => {
    const whole = heard([stream]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 40 }), (cuts) => {
        const edges = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
        const chunks = edges.slice(1).map((end, at) => stream.subarray(edges[at], end));
        expect(heard(chunks)).toEqual(whole);
      }),
    );
  });
});

describe("AgentMessageDecoder: what no agent says", () => {
  const cases = [
    { name: "a type of message that is not known", bytes: frame({ id: 7, type: 99 }), found: "found type 99" },
    { name: "no type", bytes: frame({ id: 7 }), found: "found type undefined" },
    { name: "a type that is a text", bytes: frame({ id: 7, type: "6" }), found: 'found type "6"' },
    { name: "a type of frame that is not known", bytes: frame({ id: 7, type: 6 }, 2), found: "found type 2" },
    { name: "an empty frame", bytes: frame(""), found: 'found ""' },
    { name: "no JSON", bytes: frame("{nonsense"), found: 'found "{nonsense"' },
    { name: "a list", bytes: frame([]), found: 'found "[]"' },
    { name: "null", bytes: frame("null"), found: 'found "null"' },
    { name: "bytes that are not UTF-8", bytes: Buffer.concat([frame("").subarray(0, 4), fromHex("02000000fffe")]) },
  ];
  for (const { name, bytes, found = "found" } of cases) {
    test(`${name}: ignored, and the next one is understood`, () => {
      const messages = heard([bytes, frame({ id: 1, type: 5 })]);
      expect(messages).toEqual([{ kind: "unknown", reason: expect.stringContaining(found) }, { kind: "terminate" }]);
    });
  }

  test("fields of other types count as missing", () => {
    expect(one({ id: "x", type: 6, key: 5, parameters: "a", timeout: "3s" })).toEqual({
      kind: "export",
      id: 0,
      key: "",
      params: [],
      timeout: undefined,
    });
    expect(one({ id: 1, type: 6, key: "k", parameters: [1, null, "a"] })).toMatchObject({ params: ["", "", "a"] });
    expect(one({ id: 1, type: 9, private_options: [] })).toEqual({ kind: "validate", id: 1, options: {} });
    const odd = { Name: 1, Nodes: [{ Value: 2, Line: "3" }, null, "x"] };
    expect(one({ id: 1, type: 9, private_options: odd })).toMatchObject({ options: { Nodes: [{}, {}, {}] } });
  });

  test("options nested without end neither stop it nor what follows", () => {
    const deep = `{"id":1,"type":9,"private_options":${'{"Nodes":['.repeat(20_000)}${"]}".repeat(20_000)}}`;
    expect(heard([frame(deep), frame({ id: 1, type: 4 })]).map(({ kind }) => kind)).toEqual(["validate", "start"]);
  });

  test("a body of a megabyte", () => {
    const params = ["x".repeat(1 << 20)];
    const bytes = frame({ id: 1, type: 6, key: "k", parameters: params });
    const chunks = Array.from({ length: 17 }, (_, at) => bytes.subarray(at << 16, (at + 1) << 16));
    expect(heard(chunks)).toEqual([{ kind: "export", id: 1, key: "k", params, timeout: undefined }]);
  });

  test("a length that no frame has is the end of all understanding", () => {
    const decoder = new AgentMessageDecoder();
    const reason = expect.stringContaining("found 4294967295");
    expect(decoder.push(fromHex("01000000ffffffff"))).toEqual({ kind: "malformed", reason });
  });

  test("no bytes make it throw", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 64 }), { maxLength: 8 }), (chunks) => {
        const decoder = new AgentMessageDecoder();
        for (const chunk of chunks) expect(["ok", "malformed"]).toContain(decoder.push(Buffer.from(chunk)).kind);
      }),
    );
  });

  test("no JSON makes it throw", () => {
    const fields = ["id", "type", "key", "parameters", "timeout", "version", "private_options", "global_options"];
    const message = fc.dictionary(
      fc.constantFrom(...fields),
      fc.oneof(fc.jsonValue(), fc.integer({ min: 1, max: 12 })),
    );
    fc.assert(
      fc.property(fc.oneof(message, fc.jsonValue()), (json) => {
        expect(heard([frame(json), frame({ id: 1, type: 5 })])).toEqual([expect.anything(), { kind: "terminate" }]);
      }),
    );
  });
});

describe("encodePluginMessage", () => {
  const SEVERITIES = ["info", "critical", "error", "warning", "debug"] as const;

  test("writes what the captured plugin wrote", () => {
    const written = fromPlugin.map(({ json }) => {
      const { id } = json;
      if (json.type === 1) {
        return { kind: "log", severity: SEVERITIES[Number(json["severity"])] ?? "info", text: String(json["message"]) };
      }
      if (json.type === 3) {
        return { kind: "registered", id, name: String(json["name"]), metrics: json["metrics"] as readonly string[] };
      }
      if (json.type === 10) return { kind: "valid", id, reason: undefined };
      const { value, error } = json;
      return value === undefined
        ? { kind: "error", id, reason: String(error) }
        : { kind: "value", id, text: String(value) };
    }) as readonly Parameters<typeof encodePluginMessage>[0][];
    expect(written.length).toBeGreaterThan(30);
    for (const [at, message] of written.entries()) {
      expect(encodePluginMessage(message).toString("hex")).toBe(fromPlugin[at]?.hex);
    }
  });

  test("a refusal of options has its reason", () => {
    const bytes = encodePluginMessage({ kind: "valid", id: 2, reason: "no" });
    expect(bytes.subarray(8).toString()).toBe('{"id":2,"type":10,"error":"no"}');
  });

  test("lengths count bytes, not characters", () => {
    const bytes = encodePluginMessage({ kind: "value", id: 1, text: "\u00e9\u{1f600}" });
    expect(bytes.readUInt32LE(4)).toBe(bytes.length - 8);
  });
});
