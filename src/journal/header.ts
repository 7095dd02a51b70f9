import { crc32 } from "node:zlib";
import { malformed, ok, type Parsed } from "../ring/answer.ts";

/** What a segment says about all of its records. `step`: seconds of a slot; `boot`: the boot id it was written under. */
export interface SegmentHeader {
  readonly step: number;
  readonly boot: string;
}

/** `size`: bytes of the header, where the frames begin. `foreign`: a segment of another version of the format. */
export type HeaderRead =
  | Parsed<SegmentHeader & { readonly size: number }>
  | { readonly kind: "foreign"; readonly version: number };

const MAGIC = Buffer.from("tidejrnl", "latin1");
const VERSION = 1;
const BOOT_AT = 24;
const SMALLEST = 28;
const LARGEST = 4096;

/**
 * The beginning of a segment. Magic and version keep their places in every version to come.
 *
 *     header := "tidejrnl" version:u32le size:u32le step:f64le boot[size - 28] crc32:u32le
 *
 * `size` is that of the whole header; the CRC covers all before it.
 */
export function encodeHeader({ step, boot }: SegmentHeader): Buffer {
  const name = Buffer.from(boot, "utf8");
  const header = Buffer.alloc(SMALLEST + name.length);
  MAGIC.copy(header);
  header.writeUInt32LE(VERSION, 8);
  header.writeUInt32LE(header.length, 12);
  header.writeDoubleLE(step, 16);
  name.copy(header, BOOT_AT);
  header.writeUInt32LE(crc32(header.subarray(0, -4)), header.length - 4);
  return header;
}

/** Decodes the header at the beginning of a segment's bytes. */
export function parseHeader(bytes: Buffer): HeaderRead {
  if (bytes.length < SMALLEST) return malformed(`expected a header of at least ${SMALLEST} bytes, got ${bytes.length}`);
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return malformed(`expected "${MAGIC}" at its beginning`);
  const version = bytes.readUInt32LE(8);
  if (version !== VERSION) return { kind: "foreign", version };
  const size = bytes.readUInt32LE(12);
  if (size < SMALLEST || size > Math.min(LARGEST, bytes.length)) return malformed(`its header claims ${size} bytes`);
  if (crc32(bytes.subarray(0, size - 4)) !== bytes.readUInt32LE(size - 4)) return malformed("its header fails its CRC");
  return ok({ size, step: bytes.readDoubleLE(16), boot: bytes.toString("utf8", BOOT_AT, size - 4) });
}
