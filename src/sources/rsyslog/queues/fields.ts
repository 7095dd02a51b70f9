import type { Field } from "../../../ring/sample.ts";
import { INTERVAL, SWEEP } from "../sweep-ticks.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string, ringed = true): Field {
  return { name, kind, unit, doc, part: false, ringed };
}

/** What a sample of a queue holds; figures of a disk-assisted queue are those of its memory and disk part together. */
export const FIELDS: readonly Field[] = [
  field("enqueued", "counter", "", "Messages that came, those that were then discarded included."),
  field("full", "counter", "", "Times that a message found the queue full."),
  field("discarded_full", "counter", "", "Messages discarded because the queue was still full after its time-out."),
  field("discarded_nf", "counter", "", "Messages discarded because the queue was nearly full."),
  field("put_back", "counter", "", "Moves to a full disk that were undone, where it is not known what came.", false),
  field("size", "gauge", "", "Messages that wait."),
  field("size_max", "gauge", "", "The most that waited at any sweep since the sample before."),
  field("disk", "gauge", "", "Messages that wait in the disk-assisted part."),
  field("delivered", "gauge", "", "Messages that left the queue since its life began, less those that it began with."),
  field("watch", "gauge", "s", "When counting of delivered began: at its start or with the first sweep."),
  field("discarding", "gauge", "", "1 when messages were discarded since the sample before, else 0."),
  field("stuck", "gauge", "", "1 when messages wait and none left in three sweeps, else 0."),
  field("capacity", "gauge", "", "Messages that it may hold in memory, or a disk queue at all."),
  field("room", "gauge", "", "Messages for which there is room yet."),
  field("disk_capacity", "gauge", "B", "Bytes that it may have on disk."),
  field("disk_bytes", "gauge", "B", "Bytes that it has on disk."),
  field(SWEEP, "gauge", "s", "When rsyslogd reported, unix time."),
  field(INTERVAL, "gauge", "s", "Seconds between reports."),
  field("type", "text", "", "memory, disk-assisted or disk.", false),
  field("capacity_unknown", "text", "", "Why the capacity is not known; else empty.", false),
];
