import { crc32 } from "node:zlib";

/** One appended record: the slot it belongs to and its bytes, which the journal does not look into. */
export interface JournalRecord {
  readonly slot: number;
  readonly body: Buffer;
}

/** The slot on disk of a record that belongs to none: one of those that a segment begins with. */
export const NO_SLOT = -1;

const SIZE_AND_CRC = 8;
const SLOT = 6;

/**
 * Encodes records one after the other into one new buffer, so that the caller may use its own again at once.
 *
 *     frame   := size:u32le crc32:u32le payload[size]
 *     payload := slot:i48le body
 *
 * A payload is never empty, hence zeroes are never a valid frame (the CRC of nothing would be 0).
 */
export function encodeFrames(records: readonly JournalRecord[]): Buffer {
  const frames = Buffer.allocUnsafe(records.reduce((sum, { body }) => sum + SIZE_AND_CRC + SLOT + body.length, 0));
  let at = 0;
  for (const { slot, body } of records) {
    const payload = at + SIZE_AND_CRC;
    const end = payload + SLOT + body.length;
    frames.writeIntLE(slot, payload, SLOT);
    body.copy(frames, payload + SLOT);
    frames.writeUInt32LE(SLOT + body.length, at);
    frames.writeUInt32LE(crc32(frames.subarray(payload, end)), at + 4);
    at = end;
  }
  return frames;
}

/**
 * Visits the frames from an offset on, in order, and stops at the first that is not whole and valid.
 * The bodies are views of `bytes`.
 * @returns where it stopped: the length of `bytes` when all is well
 */
export function scanFrames(bytes: Buffer, from: number, visit: (slot: number, body: Buffer) => void): number {
  let at = from;
  while (at + SIZE_AND_CRC + SLOT <= bytes.length) {
    const payload = at + SIZE_AND_CRC;
    const size = bytes.readUInt32LE(at);
    if (size < SLOT || size > bytes.length - payload) break;
    if (crc32(bytes.subarray(payload, payload + size)) !== bytes.readUInt32LE(at + 4)) break;
    visit(bytes.readIntLE(payload, SLOT), bytes.subarray(payload + SLOT, payload + size));
    at = payload + size;
  }
  return at;
}
