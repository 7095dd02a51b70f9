import { deflateSync } from "node:zlib";
import { seeded } from "../seeded.ts";
import { exchange } from "../unit/transports/loopback.ts";

function packet(
  flags: number,
  body: Uint8Array,
  sizes: { readonly length?: number; readonly reserved?: number } = {},
): Buffer {
  const header = Buffer.from("ZBXD\0\0\0\0\0\0\0\0\0", "latin1");
  header.writeUInt8(flags, 4);
  header.writeUInt32LE(sizes.length ?? body.length, 5);
  header.writeUInt32LE(sizes.reserved ?? 0, 9);
  return Buffer.concat([header, body]);
}

const BODIES = [
  "agent.ping",
  "agent.ping\0\0\0",
  "agent.ping\r\nagent.version\n",
  'memcached.stat["a\\"b",[x,y],z]',
  '{"request":"passive checks","data":[{"key":"agent.ping","timeout":3}]}',
  '{"request":"passive checks","data":[{"key":"\\ud800\\u0000","timeout":"3s"}]}',
].map((text) => Buffer.from(text));

/** One packet that begins well and goes wrong somewhere, as a fuzzer would send it. */
function hostilePacket(random: () => number): Buffer {
  const upTo = (most: number) => Math.floor(random() * most);
  const noise = Buffer.from(Array.from({ length: upTo(200) }, () => upTo(256)));
  const body = Buffer.from(BODIES[upTo(BODIES.length)] ?? noise);
  switch (upTo(7)) {
    case 0:
      return noise;
    case 1:
      return packet(upTo(256), noise);
    case 2:
      return packet(1, noise);
    case 3:
      return packet(3, noise, { reserved: upTo(2 ** 32) });
    case 4:
      return packet(3, deflateSync(body), { reserved: body.length + (upTo(2) === 0 ? 0 : upTo(2 ** 31)) });
    case 5:
      return packet(1, body, { length: upTo(2 ** 32) });
    default:
      body.writeUInt8(upTo(256), upTo(body.length));
      return packet(1, body);
  }
}

/** Sends so many of them, 32 at a time, each on a connection of its own that ends when the packet is sent. */
export async function attack(
  at: { readonly host: string; readonly port: number },
  packets: number,
  seed: number,
): Promise<void> {
  const random = seeded(seed);
  let left = packets;
  const one = async () => {
    while (left > 0) {
      left -= 1;
      await exchange(at, hostilePacket(random), "half-close");
    }
  };
  await Promise.all(Array.from({ length: 32 }, one));
}

/** Bodies that are well framed and mean harm. */
export const HEAVY: readonly { readonly name: string; readonly bytes: Buffer }[] = [
  { name: "a body of 1 GB that never comes", bytes: packet(1, Buffer.alloc(0), { length: 2 ** 30 }) },
  { name: "1 GB after inflating", bytes: packet(3, deflateSync(Buffer.alloc(1 << 20)), { reserved: 2 ** 30 }) },
  {
    name: "more after inflating than was said",
    bytes: packet(3, deflateSync(Buffer.alloc(50 << 20)), { reserved: 60_000 }),
  },
  { name: "JSON 32,000 deep", bytes: packet(1, Buffer.from("[".repeat(32_000) + "]".repeat(32_000))) },
  {
    name: "JSON objects 10,000 deep",
    bytes: packet(1, Buffer.from(`${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`)),
  },
  {
    name: "JSON with 20,000 items",
    bytes: packet(1, Buffer.from(`{"request":"passive checks","data":[${"{},".repeat(20_000)}{}]}`)),
  },
  { name: "JSON of 10 MB", bytes: packet(1, Buffer.from(`["${"x".repeat(10 << 20)}"]`)) },
  { name: "64 kB of line ends before a letter", bytes: packet(1, Buffer.from(`${"\r".repeat(65_000)}x`)) },
  { name: "64 kB of spaces", bytes: packet(1, Buffer.alloc(65_000, " ")) },
  { name: "64 kB of NUL", bytes: packet(1, Buffer.alloc(65_000)) },
  { name: "64 kB that is not UTF-8", bytes: packet(1, Buffer.alloc(65_000, 0xff)) },
  { name: "64 kB of open brackets in a key", bytes: packet(1, Buffer.from(`agent.ping${"[".repeat(65_000)}`)) },
  { name: "64 kB of parameters", bytes: packet(1, Buffer.from(`agent.ping[${",".repeat(65_000)}]`)) },
  { name: "64 kB of escaped quotes", bytes: packet(1, Buffer.from(`agent.ping["${'\\"'.repeat(32_000)}]`)) },
  { name: "64 kB of letters as a name", bytes: packet(1, Buffer.alloc(65_000, "a")) },
];
