import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseKey } from "../../../src/zabbix/key.ts";
import { encodePacket, PacketDecoder } from "../../../src/zabbix/packet.ts";
import {
  decodeJsonReply,
  decodePassiveRequest,
  encodeJsonError,
  encodeJsonReply,
  encodePassiveRequest,
  encodePlainReply,
  type PassiveReply,
  PROTOCOL_VERSION,
  VARIANT,
} from "../../../src/zabbix/passive.ts";
import { fromHex, vectors } from "./vectors.ts";

interface Exchange {
  readonly request: string;
  readonly requestHex: string;
  readonly reply: string | null;
  readonly replyHex: string;
}

interface EdgeCase {
  readonly name: string;
  readonly sentHex?: string;
  readonly agents: Readonly<Record<string, { readonly replyHex: string; readonly reply?: string | null }>>;
}

interface Capture {
  readonly agent: string;
  readonly key: string;
  readonly connections: readonly Exchange[];
}

function bodyOf(hex: string): Buffer | undefined {
  const decoder = new PacketDecoder(1_000_000);
  const decoded = decoder.push(fromHex(hex));
  return decoded.kind === "packet" && decoder.rest === 0 ? decoded.body : undefined;
}

/** What the recorded agents knew of the keys that the edge cases ask for. */
function answerKey(text: string): PassiveReply {
  const key = parseKey(text);
  if (key.kind === "malformed") return { kind: "unknown", reason: "Invalid item key format." };
  if (key.value.name !== "agent.ping") return { kind: "unknown", reason: "Unsupported item key." };
  if (key.value.hasBrackets) return { kind: "unknown", reason: "Item does not allow parameters." };
  return { kind: "value", text: "1" };
}

function answerBody(body: Buffer): string {
  const request = decodePassiveRequest(body);
  if (request.form === "plain") return encodePlainReply(answerKey(request.key)).toString();
  if ("error" in request) return encodeJsonError(request.error, "7.0.29", 2).toString();
  return encodeJsonReply(answerKey(request.key), "7.0.29", 2).toString();
}

describe("packets and requests: as the real agents answer", () => {
  /** Decided by time or by the end of the connection, or flags and sizes that the agents disagree about. */
  const elsewhere = new Set([
    "connect, half-close at once",
    "trailing bytes later write",
    "slow body (each byte 400ms, total > Timeout=3)",
    "flags 0x01 nonzero reserved",
    "flags 0x05 large ok",
    "flags 0x07 large zlib",
    "flags 0x81",
  ]);
  const { cases } = vectors<{ cases: readonly EdgeCase[] }>("passive-edge-cases");
  // The only request that is described instead of recorded.
  const long = encodePacket(Buffer.from(`agent.ping[${"a".repeat(70_000 - 12)}]`)).toString("hex");
  for (const { name, sentHex = long, agents } of cases) {
    if (elsewhere.has(name) || name.includes("sleep")) continue;
    test(name, () => {
      const body = bodyOf(sentHex);
      const answer = body === undefined ? null : answerBody(body);
      // Plain bodies are read as agentd reads them, JSON is answered in agent 2's words.
      const agent = answer?.startsWith("{") ? "zabbix_agent2 7.0.29" : "zabbix_agentd 7.0.29";
      expect(answer).toBe(agents[agent]?.reply ?? null);
    });
  }
});

describe("decodePassiveRequest", () => {
  const plain = (key: string) => ({ form: "plain", key });
  const cases = [
    {
      name: "a NUL ends the key, line ends before it are dropped",
      body: "agent.ping\r\n\r\n\0agent.version",
      want: plain("agent.ping"),
    },
    { name: "line ends inside stay", body: "a[\r\n]\n", want: plain("a[\r\n]") },
    { name: "JSON behind a byte order mark is a key", body: "\ufeff{}", want: plain("\ufeff{}") },
    { name: "an empty object", body: "{}", want: { form: "json", error: 'Received empty "data" tag.' } },
    {
      name: "data of null",
      body: '{"data":[null]}',
      want: { form: "json", error: "Failed to unmarshall json request into passiveChecksRequest." },
    },
    {
      name: "a request that is no text",
      body: '{"request":1,"data":[{}]}',
      want: { form: "json", error: "Failed to unmarshall json request into passiveChecksRequest." },
    },
    {
      name: "a NUL in a JSON key",
      body: encodePassiveRequest("x", 3).toString().replace("x", "a\\u0000b"),
      want: { form: "json", key: "a", timeout: 3 },
    },
    {
      name: "a timeout of a week",
      body: encodePassiveRequest("x", 3).toString().replace("3", '"1w"'),
      want: {
        form: "json",
        error:
          "Failed to parse passive check timeout: timeout 604800 is too large, max - 600: unsupported timeout value.",
      },
    },
    {
      name: "a timeout of hours",
      body: encodePassiveRequest("x", 3).toString().replace("3", '"0h"'),
      want: {
        form: "json",
        error: "Failed to parse passive check timeout: timeout 0 is too small, min - 1: unsupported timeout value.",
      },
    },
    {
      name: "a timeout of another type",
      body: encodePassiveRequest("x", 3).toString().replace("3", "true"),
      want: {
        form: "json",
        error: "Failed to parse passive check timeout: invalid time suffix format: unsupported timeout value.",
      },
    },
    {
      name: "parts of a second",
      body: encodePassiveRequest("x", 600.9).toString(),
      want: { form: "json", key: "x", timeout: 600 },
    },
    {
      name: "ten minutes",
      body: encodePassiveRequest("x", 3).toString().replace("3", '"10m"'),
      want: { form: "json", key: "x", timeout: 600 },
    },
  ];
  for (const { name, body, want } of cases) {
    test(name, () => expect(decodePassiveRequest(Buffer.from(body))).toEqual(want));
  }

  test("bad UTF-8 becomes U+FFFD", () => {
    expect(decodePassiveRequest(fromHex("6bff5b61c35d"))).toEqual(plain("k\ufffd[a\ufffd]"));
  });

  test.each([
    ["line ends", `${"\r\n".repeat(150_000)}x`],
    ["spaces", " ".repeat(300_000)],
    ["open brackets", "[".repeat(300_000)],
    ["open objects", '{"a":'.repeat(60_000)],
  ])("300 kB of %s are a key, in linear time", (_, text) => {
    expect(decodePassiveRequest(Buffer.from(text))).toEqual(plain(text));
  });

  test("deep valid JSON is refused without harm", () => {
    const depth = 150_000;
    const deep = `{"request":"passive checks","data":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(decodePassiveRequest(Buffer.from(deep))).toEqual({ form: "plain", key: deep });
  });

  test("random bodies never throw, and what is answered is well-formed UTF-8", () => {
    const json = fc.json().map((text) => Buffer.from(text));
    const request = fc.record({
      request: fc.constant("passive checks"),
      data: fc.array(fc.jsonValue(), { maxLength: 2 }),
    });
    const bodies = fc.oneof(
      fc.uint8Array(),
      json,
      request.map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(bodies, (bytes) => {
        const decoded = decodePassiveRequest(Buffer.from(bytes));
        const text = "error" in decoded ? decoded.error : decoded.key;
        const sent = [
          encodePlainReply({ kind: "value", text }),
          encodeJsonReply({ kind: "unknown", reason: text }, PROTOCOL_VERSION, VARIANT),
          encodeJsonError(text, PROTOCOL_VERSION, VARIANT),
        ];
        for (const body of sent) expect(new TextDecoder("utf-8", { fatal: true }).decode(body)).not.toContain("\0");
      }),
      { numRuns: 500 },
    );
  });
});

describe("captured exchanges, byte for byte", () => {
  const captures = vectors<{ cases: readonly Capture[] }>("passive-captures").cases;
  const exchanges = captures.flatMap(({ agent, key, connections }) =>
    connections.map((exchange) => ({ agent, key, exchange })),
  );

  test("our requests are those of zabbix_get", () => {
    for (const { key, exchange } of exchanges) {
      const body = exchange.request.startsWith("{") ? encodePassiveRequest(key, 30) : Buffer.from(key);
      expect(encodePacket(body).toString("hex")).toBe(exchange.requestHex);
      expect(decodePassiveRequest(body)).toMatchObject({ key });
    }
    expect(exchanges.length).toBe(150);
  });

  test("our JSON replies are those of the agents", () => {
    const json = exchanges.filter(({ exchange }) => exchange.reply?.startsWith('{"version"'));
    for (const { exchange } of json) {
      const body = fromHex(exchange.replyHex).subarray(13);
      const { version, variant } = JSON.parse(body.toString());
      const reply = decodeJsonReply(body);
      if (reply.kind === "malformed") throw new Error(reply.reason);
      // Agent 2 escapes the replacement character; the value behind it is cut at NUL by askers anyway.
      if (body.includes("\\u0000")) continue;
      expect(encodePacket(encodeJsonReply(reply.value, version, variant)).toString("hex")).toBe(exchange.replyHex);
    }
    expect(json.length).toBeGreaterThan(25);
  });

  test("our plain replies are those of the agents", () => {
    const refused = /^ZBX_NOTSUPPORTED\0(.*)$/;
    // Agent 2 of 6.0 writes the length into the reserved size as well.
    const plain = exchanges.filter(
      ({ agent, exchange }) => agent !== "zabbix_agent2 6.0.14" && exchange.reply?.startsWith('{"version"') === false,
    );
    for (const { exchange } of plain) {
      const text = exchange.reply ?? "";
      const reason = refused.exec(text)?.[1];
      const reply: PassiveReply = reason === undefined ? { kind: "value", text } : { kind: "unknown", reason };
      expect(encodePacket(encodePlainReply(reply)).toString("hex")).toBe(exchange.replyHex);
    }
    expect(plain.length).toBeGreaterThan(50);
  });

  test("the requests of real pollers are read", () => {
    type Poller = { cases: readonly { pollers: Record<string, readonly Exchange[]> }[] };
    const polls = vectors<Poller>("poller-captures").cases.flatMap(({ pollers }) => Object.values(pollers).flat());
    for (const { request, requestHex } of polls) {
      const body = bodyOf(requestHex) ?? Buffer.alloc(0);
      const key = request.startsWith("{") ? JSON.parse(request).data[0].key : request;
      const want = request.startsWith("{") ? { form: "json", key, timeout: 3 } : { form: "plain", key };
      expect(decodePassiveRequest(body)).toEqual(want);
    }
    expect(polls.length).toBe(32);
  });
});

describe("decodeJsonReply: as zabbix_get 7.0", () => {
  interface GetCase {
    readonly name: string;
    readonly fakeReply: { readonly hex?: string; readonly toJsonRequest?: { readonly hex: string } };
    readonly clients: Record<string, { requests: readonly string[]; exitCode: number; stdout: string }>;
  }
  const cases = vectors<{ cases: readonly GetCase[] }>("zabbix-get-replies").cases;
  const json = cases.flatMap(({ fakeReply, clients, name }) => {
    const body = bodyOf(fakeReply.hex ?? fakeReply.toJsonRequest?.hex ?? "");
    const client = clients["zabbix_get 7.0.29"];
    return body?.[0] === 0x7b && client !== undefined ? [{ name, body, client }] : [];
  });

  function printed(body: Buffer): string {
    const reply = decodeJsonReply(body);
    if (reply.kind === "malformed") return "refused";
    switch (reply.value.kind) {
      case "value":
        return `0 ${reply.value.text}\n`;
      case "none":
        return "0 ZBX_NODATA: No value was received.\n";
      case "unknown":
        return `1 ZBX_NOTSUPPORTED: ${reply.value.reason || "Not supported by Zabbix Agent"}\n`;
    }
  }

  test.each(json)("$name", ({ body, client }) => {
    const refused = client.requests.length === 2 || /cannot|empty data/.test(client.stdout);
    expect(printed(body)).toBe(refused ? "refused" : `${client.exitCode} ${client.stdout}`);
  });

  test("there are enough of them", () => expect(json.length).toBeGreaterThan(20));

  const texts = fc.string({ unit: fc.oneof(fc.constantFrom("<", "\0", "\u2028", '"'), fc.string({ maxLength: 1 })) });
  test("gives back what encodeJsonReply wrote, up to a NUL", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const cut = text.split("\0")[0];
        const sent = encodeJsonReply({ kind: "value", text }, PROTOCOL_VERSION, VARIANT);
        expect(decodeJsonReply(sent)).toEqual({ kind: "ok", value: { kind: "value", text: cut } });
        const refused = encodeJsonReply({ kind: "unknown", reason: text }, PROTOCOL_VERSION, VARIANT);
        expect(decodeJsonReply(refused)).toEqual({ kind: "ok", value: { kind: "unknown", reason: cut } });
      }),
    );
  });

  test.each(["", "null", "[]", '{"version":"7.0.0","data":[1]}', '{"version":7,"data":[{"value":"1"}]}', "\u00ff"])(
    "%j is malformed",
    (text) => {
      expect(decodeJsonReply(Buffer.from(text)).kind).toBe("malformed");
    },
  );
});

describe("replies", () => {
  const none = { kind: "none", reason: "No get requests in the last 5m." } as const;

  test("none is null in JSON and not supported in plain text", () => {
    const json = encodeJsonReply(none, "7.0.0", 2);
    expect(json.toString()).toBe('{"version":"7.0.0","variant":2,"data":[{"value":null}]}');
    expect(decodeJsonReply(json)).toMatchObject({ kind: "ok", value: { kind: "none" } });
    expect(encodePlainReply(none).toString()).toBe("ZBX_NOTSUPPORTED\0No get requests in the last 5m.");
  });

  test("an empty value is an empty body", () => expect(encodePlainReply({ kind: "value", text: "" }).length).toBe(0));

  test("NUL ends values and reasons", () => {
    expect(encodePlainReply({ kind: "value", text: "a\0b" }).toString()).toBe("a");
    expect(encodePlainReply({ kind: "unknown", reason: "a\0b" }).toString()).toBe("ZBX_NOTSUPPORTED\0a");
    expect(encodeJsonError("a\0b", "7.0.0", 2).toString()).toBe('{"version":"7.0.0","variant":2,"error":"a"}');
  });

  test("half a surrogate pair leaves as U+FFFD, a whole pair as it is", () => {
    const text = "\ud800a\udc00\u{1f600}";
    const want = "\ufffda\ufffd\u{1f600}";
    expect(encodePlainReply({ kind: "value", text }).toString()).toBe(want);
    expect(encodeJsonReply({ kind: "value", text }, "7.0.0", 2).toString()).toContain(`"${want}"`);
  });
});

test("decodePassiveRequest: JSON of more than 64 levels is no request, but a key that cannot be right", () => {
  const deep = (levels: number) =>
    Buffer.from(
      `{"request":"passive checks","data":[{"key":"agent.ping","timeout":3,"x":${"[".repeat(levels)}${"]".repeat(levels)}}]}`,
    );
  expect(decodePassiveRequest(deep(61))).toEqual({ form: "json", key: "agent.ping", timeout: 3 });
  expect(decodePassiveRequest(deep(62))).toEqual({ form: "plain", key: deep(62).toString() });
});
