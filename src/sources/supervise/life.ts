import type { ReadService } from "./record.ts";

/** What of one service goes on from tick to tick. */
export interface Life {
  readonly record: ReadService;
  /** One life of the service's program; "" until one is known. See GoodSample.epoch. */
  readonly epoch: string;
  /** Starts since the record before: exact where the supervisor counts, else those that left a trace. */
  readonly starts: number;
  /** Starts that were counted before the record that shows them: 0 or negative. */
  readonly owed: number;
}

/** The service's first record. It was perhaps started long ago, and what was before is not known. */
export function firstLife(record: ReadService): Life {
  return { record, epoch: record.up ? epochOf(record) : "", starts: 0, owed: 0 };
}

/** @param before the newest record that could be read, however long ago */
export function nextLife(before: Life, record: ReadService): Life {
  const found = before.owed + startsBetween(before.record, record);
  const starts = Math.max(found, 0);
  return { record, epoch: starts === 0 ? before.epoch : newEpoch(before, record), starts, owed: found - starts };
}

/** A pure function of the record where it can be, so that a restarted tidemark finds the same life. */
function newEpoch({ epoch }: Life, record: ReadService): string {
  const fresh = epochOf(record);
  return fresh === epoch ? `${fresh}+` : fresh;
}

function epochOf({ up, pid, since }: ReadService): string {
  return up ? `${pid}@${since}` : `ended@${since}`;
}

function startsBetween(before: ReadService, now: ReadService): number {
  if (now.count?.kind === "deaths" && before.count?.kind === "deaths") {
    // each end but the last was followed by a start
    return now.count.value - before.count.value + Number(now.up) - Number(before.up);
  }
  if (now.count?.kind === "restarts" && before.count?.kind === "restarts") {
    return countedRestarts(before, now.count.value - before.count.value, now);
  }
  return seenStarts(before, now);
}

/** systemd counts its own restarts, from 0 again after each start by hand, which is one more. */
function countedRestarts(before: ReadService, rise: number, now: ReadService): number {
  const counted = rise < 0 ? (now.count?.value ?? 0) + 1 : rise;
  return Math.max(counted, seenStarts(before, now));
}

/** What stamps and pids show; between two ticks there may have been more. */
function seenStarts(before: ReadService, now: ReadService): number {
  if (now.up) return before.up && now.pid === before.pid && now.since === before.since ? 0 : 1;
  // it ended twice without being seen up
  return !before.up && now.want === "up" && now.since !== before.since ? 1 : 0;
}
