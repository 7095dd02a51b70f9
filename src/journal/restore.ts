import { truncateSync, unlinkSync } from "node:fs";
import { errorText } from "../words/error-text.ts";
import { type SegmentFile, setAside, type Whereabouts } from "./files.ts";
import type { SegmentHeader } from "./header.ts";
import type { JournalKind } from "./kind.ts";
import { findingText, readSegment, readSegmentInSlices, type SegmentReading, type Visit } from "./replay.ts";

/** A segment that is no longer written to. `newest`: its newest slot, -1 when it has none. */
export interface StoredSegment {
  readonly path: string;
  readonly newest: number;
}

/** What a restore needs to know of the present, and whom it tells what it found. */
export interface RestoreOptions extends SegmentHeader {
  readonly directory: string;
  readonly kind: JournalKind;
  readonly report: (line: string) => void;
}

/**
 * Visits the records of a segment and mends its file: a damaged end is cut, an unusable segment set aside, an empty one
 * deleted. Only for who holds the lock.
 * @returns the segment, unless it is gone
 */
export function restore({ path }: SegmentFile, options: RestoreOptions, visit: Visit): readonly StoredSegment[] {
  const { beyondDamage } = options.kind;
  return mended(path, readSegment(path, { ...options, beyondDamage }, visit), options);
}

/** The same with other work in between while `pause` says so. */
export async function restoreInSlices(
  { path }: SegmentFile,
  options: RestoreOptions & { readonly pause: () => Promise<void> | undefined },
  visit: Visit,
): Promise<readonly StoredSegment[]> {
  const { beyondDamage } = options.kind;
  return mended(path, await readSegmentInSlices(path, { ...options, beyondDamage }, visit), options);
}

function mended(path: string, reading: SegmentReading, options: RestoreOptions): readonly StoredSegment[] {
  mend(path, reading, options);
  return "newest" in reading ? [{ path, newest: reading.newest }] : [];
}

function mend(path: string, reading: SegmentReading, { directory, kind, report }: RestoreOptions): void {
  const finding = findingText(path, reading);
  try {
    const done = change(path, reading, { directory, name: kind.name });
    if (finding !== undefined) report(`${finding}: ${done}.`);
  } catch (error) {
    report(`${finding ?? `"${path}" is empty`}; it could not be mended: ${errorText(error)}.`);
  }
}

/** @returns what was done, in words */
function change(path: string, reading: SegmentReading, where: Whereabouts): string {
  switch (reading.kind) {
    case "whole":
      return "kept";
    case "empty":
      unlinkSync(path);
      return "deleted";
    case "torn":
      truncateSync(path, reading.at);
      return "cut there";
    case "holed":
      return `the rest is used, ${reading.missing} bytes are lost`;
    case "unusable":
      return `set aside as "${setAside(where, path, reading.why)}"`;
  }
}
