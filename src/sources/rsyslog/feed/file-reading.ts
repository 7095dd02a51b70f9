import type { Slices } from "../../../io/slices.ts";
import type { Clock, Stamp } from "../../../ring/sample.ts";
import type { FollowedFile, Piece } from "./followed-file.ts";
import { MOST_DELAY } from "./local-zone.ts";
import { StatsReader } from "./stats-reader.ts";

/** What is read at once; a millisecond's work. */
const CHUNK_BYTES = 2 ** 16;
/** Enough for some lines, of which one has a time. */
const LAST_BYTES = 2 ** 14;
/** From so far before the end of a file it is tried to find two whole sweeps. */
const WINDOWS = [2 ** 18, 2 ** 20, 2 ** 22, 2 ** 24] as const;

/** How a file is read. */
export interface Reading {
  readonly file: FollowedFile;
  readonly reader: StatsReader;
  readonly stamp: Stamp;
  /** When the file's end was read last: what is new was written since. Undefined: not yet. */
  readonly endAt: Clock | undefined;
  readonly most: number;
}

/** How it went. */
export interface ReadOutcome {
  readonly bytes: number;
  /** How many bytes were left for the next time. */
  readonly behind: number;
  /** When the file was written last; undefined when that cannot be told. */
  readonly written: Clock | undefined;
  /** Why it could not be read on. */
  readonly failure: string | undefined;
}

/** Reads a file on, to its end or as much as may be read. */
export async function readOn(reading: Reading, slices: Slices): Promise<ReadOutcome> {
  const { file, reader, stamp, endAt, most } = reading;
  let bytes = 0;
  learnZone(reading);
  for (;;) {
    const found = file.next(Math.min(CHUNK_BYTES, most - bytes));
    if (found.kind === "failed") return { bytes, behind: 0, written: undefined, failure: found.reason };
    const piece: Piece = found.value;
    if (piece.isAnew) reader.cut();
    const delay = endAt === undefined ? Number.POSITIVE_INFINITY : Math.max(0, piece.written - endAt);
    await reader.read(piece.bytes, { stamp, written: piece.written, delay }, slices);
    bytes += piece.bytes.length;
    if (piece.bytes.length === 0) return { bytes, behind: piece.behind, written: piece.written, failure: undefined };
    await slices.pause();
  }
}

/** Where it is not known when lines were written, the last one tells: that was when the file was. */
function learnZone({ file, reader, stamp, endAt }: Reading): void {
  if (endAt !== undefined && stamp.clock - endAt < MOST_DELAY) return;
  const end = file.at(Math.max(0, file.size - LAST_BYTES)).next(LAST_BYTES);
  if (end.kind === "ok") reader.learnZone(end.value.bytes, end.value.written);
}

/** What is wanted of a place to begin: sweeps since then, not farther from the end than this. */
export interface Wanted {
  readonly stamp: Stamp;
  readonly since: Clock | undefined;
  readonly farthest: number;
}

/** Where to begin in a file: so near its end that there are two whole sweeps, and all later than `since`. */
export async function startOffset(file: FollowedFile, wanted: Wanted, slices: Slices): Promise<number> {
  const { stamp, since, farthest } = wanted;
  const size = file.size;
  let offset = 0;
  for (const window of WINDOWS) {
    if (window > farthest) break;
    if (size <= window) return 0;
    offset = lineStart(file, size - window);
    const trial = new StatsReader();
    await readOn({ file: file.at(offset), reader: trial, stamp, endAt: undefined, most: window }, slices);
    const oldest = trial.sweeps.oldest?.clock ?? Number.POSITIVE_INFINITY;
    if (trial.sweeps.length >= 2 && (since === undefined || oldest <= since)) break;
  }
  return offset;
}

/** Behind the first line feed from there on, if there is one near. */
function lineStart(file: FollowedFile, offset: number): number {
  const piece = file.at(offset).next(CHUNK_BYTES);
  return piece.kind === "ok" ? offset + piece.value.bytes.indexOf("\n") + 1 : offset;
}
