import type { StatsObject, Sweep } from "../feed/sweep.ts";
import { sum } from "../totals.ts";

type Count = number | bigint;

/**
 * A queue as one sweep has it, its disk-assisted part added: rsyslogd reports that as a queue of its own, `X[DA]`.
 * `full` and `discarded` of both parts: what the disk refuses has left the memory part and is lost as well. Of what is
 * enqueued only the memory part's counts: the rest are moves to disk.
 */
export interface QueueRecord {
  readonly size: number;
  /** Undefined: the queue has no disk-assisted part. */
  readonly disk: number | undefined;
  readonly counters: ReadonlyMap<"enqueued" | "full" | "discarded_full" | "discarded_nf", Count>;
  /** Bytes of its files, where rsyslogd says so. */
  readonly diskBytes: number | undefined;
}

const ORIGIN = "core.queue";
const DISK_PART = "[DA]";

/** The queues of a sweep by name. */
export function queuesOf({ objects }: Sweep): ReadonlyMap<string, QueueRecord> {
  const all = new Map(objects.filter(({ origin }) => origin === ORIGIN).map((object) => [object.name, object]));
  const found = new Map<string, QueueRecord>();
  for (const [name, object] of all) {
    const isPart = name.endsWith(DISK_PART) && all.has(name.slice(0, -DISK_PART.length));
    const record = isPart ? undefined : recordOf(object, all.get(`${name}${DISK_PART}`));
    if (record !== undefined) found.set(name, record);
  }
  return found;
}

/** Undefined: it lacks what every queue has. */
function recordOf(memory: StatsObject, disk: StatsObject | undefined): QueueRecord | undefined {
  const size = memory.numbers.get("size");
  const enqueued = memory.numbers.get("enqueued");
  if (size === undefined || enqueued === undefined) return undefined;
  const both = (name: string) => sum(memory.numbers.get(name) ?? 0, disk?.numbers.get(name) ?? 0);
  const onDisk = disk === undefined ? undefined : Number(disk.numbers.get("size") ?? 0);
  const bytes = (disk ?? memory).numbers.get("disk.usage");
  return {
    size: Number(size) + (onDisk ?? 0),
    disk: onDisk,
    counters: new Map([
      ["enqueued", enqueued],
      ["full", both("full")],
      ["discarded_full", both("discarded.full")],
      ["discarded_nf", both("discarded.nf")],
    ]),
    diskBytes: bytes === undefined ? undefined : Number(bytes),
  };
}
