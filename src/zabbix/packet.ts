import { promisify } from "node:util";
import { deflate, deflateSync, inflateSync } from "node:zlib";

// packet := "ZBXD" flags:u8 length:u32le reserved:u32le body[length]
// large  := "ZBXD" flags:u8 length:u64le reserved:u64le body[length]    flags has 0x04
// flags  := 0x01 protocol, always | 0x02 body is one zlib stream, reserved is its inflated size | 0x04 large

const MAGIC = Buffer.from("ZBXD", "latin1");
const PROTOCOL = 0x01;
const COMPRESSED = 0x02;
const LARGE = 0x04;
const FLAGS_AT = 4;
const SIZES_AT = 5;
const HEADER_SIZE = 13;
const LARGE_HEADER_SIZE = 21;
const EMPTY = Buffer.alloc(0);
const deflateAside = promisify<Uint8Array, Buffer>(deflate);
const INCOMPLETE = { kind: "incomplete" } as const;

/** What a decoder makes of the bytes it holds. Reasons are lower-case fragments. */
export type Decoded =
  | { readonly kind: "packet"; readonly body: Buffer; readonly compressed: boolean }
  | { readonly kind: "incomplete" }
  | { readonly kind: "malformed"; readonly reason: string };

/** Puts a body into a Zabbix packet, flags 0x01, or 0x03 when compressed. Never the large form. */
export function encodePacket(body: Uint8Array, options: { readonly compress?: boolean } = {}): Buffer {
  if (options.compress === true) return withHeader(PROTOCOL | COMPRESSED, deflateSync(body), body.length);
  return withHeader(PROTOCOL, body, 0);
}

/** The same packet, compressed, with other work in between. */
export async function encodePacketAside(body: Uint8Array): Promise<Buffer> {
  return withHeader(PROTOCOL | COMPRESSED, await deflateAside(body), body.length);
}

function withHeader(flags: number, payload: Uint8Array, reserved: number): Buffer {
  const packet = Buffer.allocUnsafe(HEADER_SIZE + payload.length);
  packet.set(MAGIC, 0);
  packet.writeUInt8(flags, FLAGS_AT);
  packet.writeUInt32LE(payload.length, SIZES_AT);
  packet.writeUInt32LE(reserved, SIZES_AT + 4);
  packet.set(payload, HEADER_SIZE);
  return packet;
}

/**
 * Finds Zabbix packets in chunks of a stream, however they are cut.
 *
 * Fails at the first byte that cannot belong to a packet, and before any memory is taken when a body, as sent or
 * inflated, is larger than the limit. A decoder that has failed stays failed. Memory stays below twice what has arrived.
 *
 * The body of a packet that arrives whole in one chunk is a view into that chunk, not a copy.
 */
export class PacketDecoder {
  readonly #limit: number;
  #held: Buffer = EMPTY;
  #start = 0;
  #end = 0;
  #failed: Extract<Decoded, { kind: "malformed" }> | undefined;

  /** @param limit largest body in bytes, both as sent and inflated */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Bytes that arrived behind the packet returned last. */
  get rest(): number {
    return this.#end - this.#start;
  }

  /** Takes the chunk and decodes the first packet there is. */
  push(chunk: Buffer): Decoded {
    if (this.#failed !== undefined) return this.#failed;
    if (this.rest > 0) {
      this.#append(chunk);
      return this.next();
    }
    this.#hold(chunk);
    const decoded = this.next();
    if (this.rest > 0) this.#hold(ownCopy(chunk.subarray(this.#start)));
    return decoded;
  }

  /** Decodes a further packet from what was pushed before. */
  next(): Decoded {
    if (this.#failed !== undefined) return this.#failed;
    const bytes = this.#held.subarray(this.#start, this.#end);
    const header = readHeader(bytes, this.#limit);
    if (header.kind !== "header") return this.#settle(header);
    const size = header.size + header.length;
    if (bytes.length < size) return INCOMPLETE;
    this.#start += size;
    if (this.rest === 0) this.#hold(EMPTY);
    return this.#settle(decodeBody(bytes.subarray(header.size, size), header));
  }

  #settle(decoded: Decoded): Decoded {
    if (decoded.kind !== "malformed") return decoded;
    this.#failed = decoded;
    this.#hold(EMPTY);
    return decoded;
  }

  #hold(bytes: Buffer): void {
    this.#held = bytes;
    this.#start = 0;
    this.#end = bytes.length;
  }

  /** Grows by doubling, so that a body that drips in byte by byte is not copied for each of them. */
  #append(chunk: Buffer): void {
    if (this.#end + chunk.length > this.#held.length) {
      const grown = Buffer.allocUnsafeSlow(2 * (this.rest + chunk.length));
      this.#end = this.#held.copy(grown, 0, this.#start, this.#end);
      this.#start = 0;
      this.#held = grown;
    }
    this.#end += chunk.copy(this.#held, this.#end);
  }
}

/** Outside Node's shared pool: an idle connection that sent one byte must not keep 8 KiB alive. */
function ownCopy(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

interface Header {
  readonly kind: "header";
  /** Size of the header itself. */
  readonly size: number;
  readonly length: number;
  /** Inflated size; undefined when the body is sent as it is. */
  readonly inflated: number | undefined;
}

type Malformed = Extract<Decoded, { kind: "malformed" }>;

function readHeader(bytes: Buffer, limit: number): Header | Malformed | typeof INCOMPLETE {
  const seen = Math.min(bytes.length, MAGIC.length);
  if (bytes.compare(MAGIC, 0, seen, 0, seen) !== 0)
    return malformed(`expected a packet that begins with ZBXD, got ${hex(bytes.subarray(0, seen))}`);
  if (bytes.length <= FLAGS_AT) return INCOMPLETE;
  const flags = bytes.readUInt8(FLAGS_AT);
  if ((flags & ~(COMPRESSED | LARGE)) !== PROTOCOL)
    return malformed(`unknown packet flags 0x${hex(bytes.subarray(FLAGS_AT, SIZES_AT))}`);
  const size = (flags & LARGE) === 0 ? HEADER_SIZE : LARGE_HEADER_SIZE;
  if (bytes.length < size) return INCOMPLETE;
  const [length, reserved] = readSizes(bytes, size);
  // Agent 2 of 6.0 sends the body's length as reserved size of bodies that are not compressed: it means nothing there.
  const inflated = (flags & COMPRESSED) === 0 ? undefined : reserved;
  const largest = Math.max(length, inflated ?? 0);
  if (largest > limit) return malformed(`packet of ${largest} bytes is over the limit of ${limit}`);
  return { kind: "header", size, length, inflated };
}

/** 64-bit sizes above 2^53 lose low bits here; they are over any limit. */
function readSizes(bytes: Buffer, headerSize: number): readonly [length: number, reserved: number] {
  if (headerSize === HEADER_SIZE) return [bytes.readUInt32LE(SIZES_AT), bytes.readUInt32LE(SIZES_AT + 4)];
  return [Number(bytes.readBigUInt64LE(SIZES_AT)), Number(bytes.readBigUInt64LE(SIZES_AT + 8))];
}

function decodeBody(payload: Buffer, header: Header): Decoded {
  if (header.inflated === undefined) return { kind: "packet", body: payload, compressed: false };
  return inflate(payload, header.inflated);
}

function inflate(payload: Buffer, announced: number): Decoded {
  try {
    // zlib refuses a maximum of 0, which an empty body announces.
    const body = inflateSync(payload, { maxOutputLength: Math.max(announced, 1) });
    if (body.length === announced) return { kind: "packet", body, compressed: true };
    return malformed(`compressed body holds ${body.length} bytes, expected ${announced}`);
  } catch (error) {
    return malformed(`compressed body announced as ${announced} bytes cannot be inflated: ${String(error)}`);
  }
}

function malformed(reason: string): Malformed {
  return { kind: "malformed", reason };
}

function hex(bytes: Buffer): string {
  return bytes.toString("hex");
}
