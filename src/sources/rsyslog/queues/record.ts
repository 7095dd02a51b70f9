import type { StatsObject, Sweep } from "../feed/sweep.ts";
import { sum } from "../totals.ts";

type Count = number | bigint;
type Counter = "enqueued" | "full" | "discarded_full" | "discarded_nf" | "put_back";

/**
 * A queue as one sweep has it, its disk-assisted part added: rsyslogd reports that as a queue of its own, `X[DA]`. Of what
 * is enqueued only the memory part's counts: the rest are moves to disk.
 *
 * What a full disk refuses has left the memory part and is lost: `full` and `discarded` of both parts count. Since 2026
 * (the disk part has segments) it is put back into memory instead, again and again, and each time counted as enqueued and
 * discarded: then only the memory part's discards are losses, and what came is what the queue's action was handed.
 */
export interface QueueRecord {
  readonly size: number;
  /** Undefined: the queue has no disk-assisted part. */
  readonly disk: number | undefined;
  /** What a part does not report, or not as a number, is left out: not known. */
  readonly counters: ReadonlyMap<Counter, Count>;
  /** Bytes of its files, where rsyslogd says so. */
  readonly diskBytes: number | undefined;
}

const ORIGIN = "core.queue";
const ACTION = "core.action";
const DISK_PART = "[DA]";
const ACTION_QUEUE = / queue$/;
/** A figure that only the disk parts have that put messages back. */
const SEGMENTS = "segments";

/** The queues of a sweep by name. */
export function queuesOf({ objects }: Sweep): ReadonlyMap<string, QueueRecord> {
  const of = (wanted: string) =>
    new Map(objects.filter(({ origin }) => origin === wanted).map((object) => [object.name, object]));
  const [all, actions] = [of(ORIGIN), of(ACTION)];
  const found = new Map<string, QueueRecord>();
  for (const [name, memory] of all) {
    const isPart = name.endsWith(DISK_PART) && all.has(name.slice(0, -DISK_PART.length));
    if (isPart) continue;
    const disk = all.get(`${name}${DISK_PART}`);
    const action = ACTION_QUEUE.test(name) ? actions.get(name.replace(ACTION_QUEUE, "")) : undefined;
    const record = recordOf({ memory, disk, action: putsBack(disk) ? action : undefined });
    if (record !== undefined) found.set(name, record);
  }
  return found;
}

interface Parts {
  readonly memory: StatsObject;
  readonly disk: StatsObject | undefined;
  /** Whose processed messages are those that came. */
  readonly action: StatsObject | undefined;
}

/** Undefined: it, or its disk part, lacks what every queue has. */
function recordOf({ memory, disk, action }: Parts): QueueRecord | undefined {
  const size = sizeOf(memory);
  const enqueued = action?.numbers.get("processed") ?? memory.numbers.get("enqueued");
  const sizeOnDisk = disk === undefined ? undefined : sizeOf(disk);
  if (size === undefined || enqueued === undefined || (disk !== undefined && sizeOnDisk === undefined))
    return undefined;
  const bytes = (disk ?? memory).numbers.get("disk.usage");
  return {
    size: size + (sizeOnDisk ?? 0),
    disk: sizeOnDisk,
    counters: new Map([["enqueued", enqueued], ...lossesOf(memory, disk), ["put_back", putBack(disk, action)]]),
    diskBytes: bytes === undefined ? undefined : Number(bytes),
  };
}

/** Undefined: there is none, or one that fell below 0 and came out near 2^64. */
function sizeOf({ numbers }: StatsObject): number | undefined {
  const size = numbers.get("size");
  return typeof size === "number" ? size : undefined;
}

function putsBack(disk: StatsObject | undefined): boolean {
  return disk?.numbers.has(SEGMENTS) === true;
}

function lossesOf(memory: StatsObject, disk: StatsObject | undefined): readonly (readonly [Counter, Count])[] {
  const parts = disk === undefined || putsBack(disk) ? [memory] : [memory, disk];
  const both = (ours: Counter, theirs: string) => {
    const found = parts.flatMap(({ numbers }) => numbers.get(theirs) ?? []);
    return found.length < parts.length ? [] : [[ours, found.reduce(sum)] as const];
  };
  return [
    ...both("full", "full"),
    ...both("discarded_full", "discarded.full"),
    ...both("discarded_nf", "discarded.nf"),
  ];
}

/** Rises while messages are put back and counted as if they came anew. */
function putBack(disk: StatsObject | undefined, action: StatsObject | undefined): Count {
  return putsBack(disk) && action === undefined ? (disk?.numbers.get("discarded.full") ?? 0) : 0;
}
