import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { errorText } from "../words/error-text.ts";
import { type AsideReason, codeOf, listSegments, type SegmentFile } from "./files.ts";
import { FRAME_BYTES, findFrame, NO_SLOT, scanFrames } from "./frame.ts";
import { parseHeader, type SegmentHeader } from "./header.ts";
import { RING } from "./kind.ts";
import { allAtOnce, inSlices, type Work } from "./work.ts";

/** Frames of one segment that stand one behind the other: from byte `at` to before byte `end`. */
export interface Place {
  readonly path: string;
  readonly at: number;
  readonly end: number;
}

/**
 * A record as it is read back. `slot` is undefined for those that a segment begins with. `body` is a view of the whole
 * segment's bytes: copy what must outlive the visit. `sameBoot`: written since the machine was booted.
 */
export interface ReplayedRecord {
  readonly slot: number | undefined;
  readonly body: Buffer;
  readonly sameBoot: boolean;
  readonly place: Place;
}

/** Called with all valid records, in the order in which they were appended. */
export type Visit = (record: ReplayedRecord) => void;

/**
 * What reading a segment showed. `newest`: its newest slot, -1 when it has none. holed: damaged, and readable again
 * behind it; `missing`: bytes that are not.
 */
export type SegmentReading =
  | { readonly kind: "whole"; readonly newest: number }
  | { readonly kind: "torn"; readonly newest: number; readonly at: number; readonly size: number }
  | { readonly kind: "holed"; readonly newest: number; readonly at: number; readonly missing: number }
  | { readonly kind: "empty" }
  | { readonly kind: "unusable"; readonly why: AsideReason; readonly reason: string };

/** Step and boot id of now, and whether to read on behind damage. */
export interface Expected extends SegmentHeader {
  readonly beyondDamage?: boolean;
}

/** Reads one segment whole and visits its records up to the first damage, or all that are valid. */
export function readSegment(path: string, expected: Expected, visit: Visit): SegmentReading {
  try {
    return allAtOnce(visitSegment({ path, bytes: readFileSync(path) }, expected, visit));
  } catch (error) {
    return unread(error);
  }
}

/** The same with other work in between while `pause` says so. */
export async function readSegmentInSlices(
  path: string,
  expected: Expected & { readonly pause: () => Promise<void> | undefined },
  visit: Visit,
): Promise<SegmentReading> {
  try {
    return await inSlices(visitSegment({ path, bytes: await readFile(path) }, expected, visit), expected.pause);
  } catch (error) {
    return unread(error);
  }
}

function unread(error: unknown): SegmentReading {
  const code = codeOf(error);
  if (code === undefined) throw error; // not the system's
  if (code === "ENOENT") return { kind: "empty" }; // dropped since it was listed
  return { kind: "unusable", why: "unreadable", reason: errorText(error) };
}

interface SegmentBytes {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Records, and bytes behind a damaged place, that are looked at in one go. */
const STEP_RECORDS = 64;
const STEP_BYTES = 2 ** 14;

function* visitSegment({ path, bytes }: SegmentBytes, expected: Expected, visit: Visit): Work<SegmentReading> {
  if (bytes.length === 0) return { kind: "empty" };
  const read = parseHeader(bytes);
  if (read.kind === "malformed") return { kind: "unusable", why: "damaged", reason: read.reason };
  if (read.kind === "foreign") {
    return { kind: "unusable", why: "unknown-version", reason: `its format has version ${read.version}, not 1` };
  }
  const { size, step, boot } = read.value;
  if (step !== expected.step) {
    return { kind: "unusable", why: "other-step", reason: `its slots have ${step} s, those of now ${expected.step} s` };
  }
  let newest = NO_SLOT;
  const sameBoot = boot === expected.boot;
  const scan = (from: number) =>
    scanned(bytes, from, (slot, body, at) => {
      newest = Math.max(newest, slot);
      const place = { path, at, end: at + FRAME_BYTES + body.length };
      visit({ slot: slot === NO_SLOT ? undefined : slot, body, sameBoot, place });
    });
  const at = yield* scan(size);
  if (at === bytes.length) return { kind: "whole", newest };
  const missing = expected.beyondDamage === true ? yield* scanBehind(bytes, at, scan) : undefined;
  return missing === undefined
    ? { kind: "torn", newest, at, size: bytes.length }
    : { kind: "holed", newest, at, missing };
}

/** @returns where the valid frames end */
function* scanned(bytes: Buffer, from: number, visit: Parameters<typeof scanFrames>[2]): Work<number> {
  let at = from;
  for (;;) {
    const end = scanFrames(bytes, at, visit, STEP_RECORDS);
    if (end === at) return at;
    at = end;
    yield;
  }
}

/** Scans all that is valid behind a damaged place. @returns the bytes that are not, undefined when nothing is valid */
function* scanBehind(bytes: Buffer, damaged: number, scan: (from: number) => Work<number>): Work<number | undefined> {
  let missing = 0;
  let at = damaged;
  for (let next = yield* found(bytes, at); next !== undefined; next = yield* found(bytes, at)) {
    missing += next - at;
    at = yield* scan(next);
    if (at === bytes.length) return missing;
  }
  return at === damaged ? undefined : missing + bytes.length - at;
}

function* found(bytes: Buffer, damaged: number): Work<number | undefined> {
  for (let at = damaged; at < bytes.length; at += STEP_BYTES) {
    const frame = findFrame(bytes, at, STEP_BYTES);
    if (frame !== undefined) return frame;
    yield;
  }
  return undefined;
}

/** The beginning of the sentence about a segment that is not whole; undefined when there is nothing to say. */
export function findingText(path: string, reading: SegmentReading): string | undefined {
  switch (reading.kind) {
    case "torn":
      return `"${path}" is damaged from byte ${reading.at} to its end at ${reading.size}`;
    case "holed":
      return `"${path}" is damaged from byte ${reading.at} on`;
    case "unusable":
      return `"${path}" cannot be used, ${reading.reason}`;
    case "whole":
    case "empty":
      return undefined;
  }
}

/**
 * Reads the ring's journal without its lock and without changing anything on disk, for use beside no daemon or another's.
 * @param report one sentence per finding
 * @returns the newest slot, or undefined when there is none
 */
export function readJournal(
  from: SegmentHeader & { readonly directory: string; readonly report: (line: string) => void },
  visit: Visit,
): number | undefined {
  let newest = NO_SLOT;
  for (const file of listed(from.directory, from.report)) {
    const reading = readSegment(file.path, from, visit);
    const text = findingText(file.path, reading);
    if (text !== undefined) from.report(`${text}: left out.`);
    if ("newest" in reading) newest = Math.max(newest, reading.newest);
  }
  return newest === NO_SLOT ? undefined : newest;
}

function listed(directory: string, report: (line: string) => void): readonly SegmentFile[] {
  try {
    return listSegments(directory, RING).segments;
  } catch (error) {
    report(`Cannot read "${directory}": ${errorText(error)}.`);
    return [];
  }
}
