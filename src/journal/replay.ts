import { readFileSync } from "node:fs";
import { type AsideReason, codeOf, listSegments, type SegmentFile, textOf } from "./files.ts";
import { NO_SLOT, scanFrames } from "./frame.ts";
import { parseHeader, type SegmentHeader } from "./header.ts";

/**
 * A record as it is read back. `slot` is undefined for those that a segment begins with. `body` is a view of the whole
 * segment's bytes: copy what must outlive the visit. `sameBoot`: written since the machine was booted.
 */
export interface ReplayedRecord {
  readonly slot: number | undefined;
  readonly body: Buffer;
  readonly sameBoot: boolean;
}

/** Called with all valid records, in the order in which they were appended. */
export type Visit = (record: ReplayedRecord) => void;

/** What reading a segment showed. `newest`: its newest slot, -1 when it has none. */
export type SegmentReading =
  | { readonly kind: "whole"; readonly newest: number }
  | { readonly kind: "torn"; readonly newest: number; readonly at: number; readonly size: number }
  | { readonly kind: "empty" }
  | { readonly kind: "unusable"; readonly why: AsideReason; readonly reason: string };

/** Reads one segment whole and visits its records up to the first damage. `expected`: step and boot id of now. */
export function readSegment(path: string, expected: SegmentHeader, visit: Visit): SegmentReading {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return { kind: "empty" }; // dropped since it was listed
    return { kind: "unusable", why: "unreadable", reason: textOf(error) };
  }
  return bytes.length === 0 ? { kind: "empty" } : visitSegment(bytes, expected, visit);
}

function visitSegment(bytes: Buffer, expected: SegmentHeader, visit: Visit): SegmentReading {
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
  const at = scanFrames(bytes, size, (slot, body) => {
    newest = Math.max(newest, slot);
    visit({ slot: slot === NO_SLOT ? undefined : slot, body, sameBoot });
  });
  return at === bytes.length ? { kind: "whole", newest } : { kind: "torn", newest, at, size: bytes.length };
}

/** The beginning of the sentence about a segment that is not whole; undefined when there is nothing to say. */
export function findingText(path: string, reading: SegmentReading): string | undefined {
  switch (reading.kind) {
    case "torn":
      return `"${path}" is damaged from byte ${reading.at} to its end at ${reading.size}`;
    case "unusable":
      return `"${path}" cannot be used, ${reading.reason}`;
    case "whole":
    case "empty":
      return undefined;
  }
}

/**
 * Reads a journal without its lock and without changing anything on disk, for use beside no daemon or another's.
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
    return listSegments(directory).segments;
  } catch (error) {
    report(`Cannot read "${directory}": ${textOf(error)}.`);
    return [];
  }
}
