import { truncateSync, unlinkSync } from "node:fs";
import { type SegmentFile, setAside, textOf } from "./files.ts";
import type { SegmentHeader } from "./header.ts";
import { findingText, readSegment, type SegmentReading, type Visit } from "./replay.ts";

/** A segment that is no longer written to. `newest`: its newest slot, -1 when it has none. */
export interface StoredSegment {
  readonly path: string;
  readonly newest: number;
}

/** What a restore needs to know of the present, and whom it tells what it found. */
export interface RestoreOptions extends SegmentHeader {
  readonly directory: string;
  readonly report: (line: string) => void;
}

/**
 * Visits the records of all segments and mends the files: damaged ends are cut, unusable segments set aside, empty ones
 * deleted. Only for who holds the lock.
 */
export function restore(files: readonly SegmentFile[], options: RestoreOptions, visit: Visit): StoredSegment[] {
  return files.flatMap(({ path }) => {
    const reading = readSegment(path, options, visit);
    mend(path, reading, options);
    return "newest" in reading ? [{ path, newest: reading.newest }] : [];
  });
}

function mend(path: string, reading: SegmentReading, { directory, report }: RestoreOptions): void {
  const finding = findingText(path, reading);
  try {
    const done = change(path, reading, directory);
    if (finding !== undefined) report(`${finding}: ${done}.`);
  } catch (error) {
    report(`${finding ?? `"${path}" is empty`}; it could not be mended: ${textOf(error)}.`);
  }
}

/** @returns what was done, in words */
function change(path: string, reading: SegmentReading, directory: string): string {
  switch (reading.kind) {
    case "whole":
      return "kept";
    case "empty":
      unlinkSync(path);
      return "deleted";
    case "torn":
      truncateSync(path, reading.at);
      return "cut there";
    case "unusable":
      return `set aside as "${setAside(directory, path, reading.why)}"`;
  }
}
