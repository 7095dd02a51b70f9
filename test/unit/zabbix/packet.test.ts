import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Decoded, encodePacket, encodePacketAside, PacketDecoder } from "../../../src/zabbix/packet.ts";
import { fromHex, vectors } from "./vectors.ts";

interface Case {
  readonly name: string;
  readonly hex: string;
  readonly flags: number;
  readonly bodyHex: string;
  readonly why: string;
}

const LIMIT = 128 * 1024;
const MALFORMED = { kind: "malformed", reason: expect.any(String) };
const header = vectors<Record<"packets" | "largePackets" | "malformed" | "incomplete", readonly Case[]>>("header");

function decode(hex: string, limit = LIMIT): Decoded {
  return new PacketDecoder(limit).push(fromHex(hex));
}

function packet(body: Uint8Array, compressed = false) {
  return { kind: "packet", body: Buffer.from(body), compressed };
}

/** Pushes a stream cut at the given places; answers with the last result. */
function pushCut(decoder: PacketDecoder, stream: Buffer, cuts: readonly number[]): Decoded {
  const edges = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
  let decoded: Decoded = { kind: "incomplete" };
  for (const [at, edge] of edges.slice(1).entries()) {
    expect(decoded.kind).toBe("incomplete");
    decoded = decoder.push(Buffer.from(stream.subarray(edges[at], edge)));
    if (decoded.kind !== "incomplete") return decoded;
  }
  return decoded;
}

describe("PacketDecoder: recorded and hand-made packets", () => {
  for (const { name, hex, flags, bodyHex } of [...header.packets, ...header.largePackets]) {
    test(`takes ${name}`, () => {
      const decoder = new PacketDecoder(LIMIT);
      expect(decoder.push(fromHex(hex))).toEqual(packet(fromHex(bodyHex), (flags & 2) !== 0));
      expect(decoder.rest).toBe(0);
    });
  }

  for (const { name, hex } of header.malformed.filter(({ why }) => why !== "trailing")) {
    test(`refuses ${name}`, () => expect(decode(hex)).toEqual(MALFORMED));
  }

  for (const { name, hex } of header.malformed.filter(({ why }) => why === "trailing")) {
    test(`reports the rest of ${name}`, () => {
      const decoder = new PacketDecoder(LIMIT);
      expect(decoder.push(fromHex(hex))).toEqual(packet(Buffer.from("agent.ping")));
      expect(decoder.rest).toBe(hex.length / 2 - 23);
    });
  }

  for (const { name, hex } of header.incomplete) {
    test(`waits after ${name}`, () => expect(decode(hex)).toEqual({ kind: "incomplete" }));
  }
});

describe("PacketDecoder: what it refuses, and when", () => {
  const cases = [
    { name: "a first byte that is not Z", hex: "67", reason: "expected a packet that begins with ZBXD, got 67" },
    { name: "a wrong fourth byte", hex: "5a425845", reason: "expected a packet that begins with ZBXD, got 5a425845" },
    { name: "flags before the sizes are there", hex: "5a42584409", reason: "unknown packet flags 0x09" },
    { name: "flags 0x81", hex: "5a42584481", reason: "unknown packet flags 0x81" },
    {
      name: "a body over the limit",
      hex: "5a425844010100020000000000",
      reason: "packet of 131073 bytes is over the limit of 131072",
    },
    {
      name: "an inflated size over the limit",
      hex: "5a425844030100000001000200",
      reason: "packet of 131073 bytes is over the limit of 131072",
    },
    {
      name: "64-bit sizes",
      hex: "5a42584405ffffffffffffffff0000000000000000",
      reason: "packet of 18446744073709552000 bytes is over the limit of 131072",
    },
    {
      name: "a 64-bit inflated size",
      hex: "5a4258440701000000000000000000000000000080",
      reason: "packet of 9223372036854776000 bytes is over the limit of 131072",
    },
    {
      name: "more than was announced",
      hex: "5a425844031200000005000000789c4b4c4fcd2bd12bc8cc4b0700157903ec",
      reason: /announced as 5 bytes cannot be inflated/,
    },
    {
      name: "less than was announced",
      hex: "5a425844031200000032000000789c4b4c4fcd2bd12bc8cc4b0700157903ec",
      reason: "compressed body holds 10 bytes, expected 50",
    },
    { name: "a compressed body of no bytes", hex: "5a425844030000000000000000", reason: /unexpected end of file/ },
  ];
  for (const { name, hex, reason } of cases) {
    test(name, () => {
      const decoded = decode(hex);
      expect(decoded.kind === "malformed" && decoded.reason).toEqual(
        typeof reason === "string" ? reason : expect.stringMatching(reason),
      );
    });
  }

  test("takes any reserved size where nothing is compressed", () => {
    expect(decode("5a4258440102000000ffffffff3432")).toEqual(packet(Buffer.from("42")));
  });

  test("takes a body as large as the limit", () => {
    const body = Buffer.alloc(LIMIT, 1);
    for (const compress of [false, true]) {
      const decoded = new PacketDecoder(LIMIT).push(encodePacket(body, { compress }));
      expect(decoded.kind === "packet" && decoded.body.equals(body)).toBe(true);
    }
  });

  test("a bomb inflates to no more than it announced", () => {
    const bomb = encodePacket(Buffer.alloc(64 * 1024 * 1024), { compress: true });
    bomb.writeUInt32LE(1_000, 9);
    expect(new PacketDecoder(LIMIT).push(bomb)).toEqual(MALFORMED);
  });

  test("a decoder that has failed stays failed and keeps nothing", () => {
    const decoder = new PacketDecoder(LIMIT);
    const failed = decoder.push(Buffer.from("x"));
    expect(failed).toEqual(MALFORMED);
    expect(decoder.push(encodePacket(Buffer.from("agent.ping")))).toBe(failed);
    expect(decoder.next()).toBe(failed);
    expect(decoder.rest).toBe(0);
  });
});

describe("PacketDecoder: streams", () => {
  const body = fc.uint8Array({ maxLength: 200 });
  const cuts = fc.array(fc.nat(300), { maxLength: 12 });

  test("every split of a packet decodes alike", () => {
    fc.assert(
      fc.property(body, fc.boolean(), cuts, (bytes, compress, places) => {
        const sent = encodePacket(bytes, { compress });
        const inside = places.map((place) => place % sent.length);
        expect(pushCut(new PacketDecoder(LIMIT), sent, inside)).toEqual(packet(bytes, compress));
      }),
    );
  });

  test("every split of two packets gives both", () => {
    fc.assert(
      fc.property(body, body, fc.nat(), (one, two, place) => {
        const first = encodePacket(one);
        const sent = Buffer.concat([first, encodePacket(two)]);
        const cut = place % sent.length;
        const decoder = new PacketDecoder(LIMIT);
        const seen = [decoder.push(sent.subarray(0, cut)), decoder.push(sent.subarray(cut)), decoder.next()];
        expect(seen.filter(({ kind }) => kind === "packet")).toEqual([packet(one), packet(two)]);
        expect(decoder.rest).toBe(0);
      }),
    );
  });

  test("random bytes never throw, whether they begin like a packet or not", () => {
    const head = fc.constantFrom("", "5a425844", "5a42584401", "5a42584403", "5a42584405", "5a42584407");
    const small = fc.tuple(fc.nat(40), fc.nat(40)).map(([a, b]) => [a, 0, 0, 0, b, 0, 0, 0]);
    fc.assert(
      fc.property(head, fc.oneof(small, fc.constant([])), fc.uint8Array(), (start, sizes, bytes) => {
        const decoder = new PacketDecoder(64);
        const decoded = decoder.push(Buffer.concat([fromHex(start), Buffer.from(sizes), bytes]));
        expect(["packet", "incomplete", "malformed"]).toContain(decoded.kind);
        expect(["packet", "incomplete", "malformed"]).toContain(decoder.next().kind);
      }),
      { numRuns: 500 },
    );
  });

  test("many packets in one chunk come out one by one", () => {
    const sent = Buffer.concat(Array.from({ length: 1_000 }, (_, at) => encodePacket(Buffer.from(`key.${at}`))));
    const decoder = new PacketDecoder(LIMIT);
    const seen: string[] = [];
    for (let decoded = decoder.push(sent); decoded.kind === "packet"; decoded = decoder.next()) {
      seen.push(decoded.body.toString());
    }
    expect(seen).toEqual(Array.from({ length: 1_000 }, (_, at) => `key.${at}`));
  });

  test("a body that drips in byte by byte takes linear time", () => {
    const bytes = Buffer.alloc(512 * 1024, "drip");
    const sent = encodePacket(bytes);
    const decoder = new PacketDecoder(bytes.length);
    const last = sent.length - 1;
    let early = 0;
    for (let at = 0; at < last; at++) if (decoder.push(sent.subarray(at, at + 1)).kind !== "incomplete") early++;
    expect(early).toBe(0);
    const decoded = decoder.push(sent.subarray(last));
    expect(decoded.kind === "packet" && decoded.body.equals(bytes)).toBe(true);
  });

  test("a whole packet in one chunk is not copied", () => {
    const sent = encodePacket(Buffer.from("agent.ping"));
    const decoded = new PacketDecoder(LIMIT).push(sent);
    expect(decoded.kind === "packet" && decoded.body.buffer).toBe(sent.buffer);
  });

  test("what is kept for later does not depend on the chunk", () => {
    const sent = encodePacket(Buffer.from("agent.ping"));
    const decoder = new PacketDecoder(LIMIT);
    const chunk = Buffer.from(sent.subarray(0, 15));
    decoder.push(chunk);
    chunk.fill(0xff);
    expect(decoder.push(sent.subarray(15))).toEqual(packet(Buffer.from("agent.ping")));
  });

  test("a returned body stays as it was when more arrives", () => {
    const decoder = new PacketDecoder(LIMIT);
    const sent = encodePacket(Buffer.from("first"));
    decoder.push(sent.subarray(0, 4));
    const first = decoder.push(Buffer.concat([sent.subarray(4), Buffer.from("ZB")]));
    decoder.push(encodePacket(Buffer.alloc(500, "x")).subarray(2));
    expect(first).toEqual(packet(Buffer.from("first")));
  });
});

describe("encodePacket", () => {
  test("writes the bytes that real programs write", () => {
    const plain = header.packets.filter(({ flags, name }) => flags === 1 && !name.includes("reserved"));
    for (const { hex, bodyHex } of plain) expect(encodePacket(fromHex(bodyHex)).toString("hex")).toBe(hex);
    expect(plain.length).toBeGreaterThan(5);
  });

  test("compresses with the inflated size in reserved", () => {
    const sent = encodePacket(Buffer.from("agent.ping"), { compress: true });
    expect(sent.toString("hex")).toBe("5a42584403120000000a000000789c4b4c4fcd2bd12bc8cc4b0700157903ec");
  });

  test("makes the same bytes aside", async () => {
    const body = Buffer.from(JSON.stringify(Array.from({ length: 20_000 }, (_, at) => at * 7919)));
    expect((await encodePacketAside(body)).equals(encodePacket(body, { compress: true }))).toBe(true);
  });
});
