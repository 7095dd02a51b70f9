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
/** Bytes of a frame beside its body. */
export const FRAME_BYTES = SIZE_AND_CRC + SLOT;

/**
 * Encodes records one after the other into one new buffer, so that the caller may use its own again at once.
 *
 *     frame   := size:u32le crc32:u32le payload[size]
 *     payload := slot:i48le body
 *
 * A payload is never empty, hence zeroes are never a valid frame (the CRC of nothing would be 0).
 */
export function encodeFrames(records: readonly JournalRecord[]): Buffer {
  const frames = Buffer.allocUnsafe(records.reduce((sum, { body }) => sum + FRAME_BYTES + body.length, 0));
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
 * Visits the frames from an offset on, in order, and stops at the first that is not whole and valid, or behind so many.
 * The bodies are views of `bytes`; `at` is where the frame begins.
 * @returns where it stopped: the length of `bytes` when all is well
 */
export function scanFrames(
  bytes: Buffer,
  from: number,
  visit: (slot: number, body: Buffer, at: number) => void,
  most = Number.POSITIVE_INFINITY,
): number {
  let at = from;
  let left = most;
  for (let size = frameSize(bytes, at); size > 0 && left > 0; size = frameSize(bytes, at)) {
    left--;
    const payload = at + SIZE_AND_CRC;
    visit(bytes.readIntLE(payload, SLOT), bytes.subarray(at + FRAME_BYTES, at + size), at);
    at += size;
  }
  return at;
}

/** Where the next valid frame behind a damaged place begins; undefined when none does in the next so many bytes. */
export function findFrame(bytes: Buffer, damaged: number, most = bytes.length): number | undefined {
  const end = Math.min(damaged + most, bytes.length - FRAME_BYTES);
  for (let at = damaged + 1; at <= end; at++) if (frameSize(bytes, at) > 0) return at;
  return undefined;
}

/** Bytes of the whole and valid frame that begins there; 0 when none does. */
function frameSize(bytes: Buffer, at: number): number {
  const payload = at + SIZE_AND_CRC;
  if (payload + SLOT > bytes.length) return 0;
  const size = bytes.readUInt32LE(at);
  if (size < SLOT || size > bytes.length - payload) return 0;
  return crc32(bytes.subarray(payload, payload + size)) === bytes.readUInt32LE(at + 4) ? SIZE_AND_CRC + size : 0;
}
