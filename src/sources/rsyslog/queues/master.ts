import { figure } from "../../../items/master.ts";
import type { Steps, View } from "../../../ring/moment.ts";
import type { KindMaster } from "../master.ts";
import { QUEUES } from "../sources.ts";
import { bySweeps, increaseOf, maximumOf, rateOf } from "../windows.ts";
import { deliveredOf, drainSeconds, fillSeconds, percentUsed } from "./figures.ts";
import { QUEUE_STATES } from "./states.ts";

export const QUEUE_MASTER: KindMaster = { source: QUEUES, name: "queue", states: QUEUE_STATES, figures };

function figures(view: View, windows: readonly Steps[]): object {
  const over = bySweeps(view, windows);
  const level = (field: string) => figure(view.number(field));
  return {
    type: view.newest?.texts.get("type"),
    size: level("size"),
    disk: level("disk"),
    capacity: level("capacity"),
    disk_capacity: level("disk_capacity"),
    disk_bytes: level("disk_bytes"),
    pused: figure(percentUsed(view)),
    da: figure(Number(view.number("disk") > 0)),
    discarding: level("discarding"),
    stuck: level("stuck"),
    drain_time: figure(drainSeconds(view, undefined)),
    fill_time: figure(fillSeconds(view, undefined)),
    report_time: level("sweep"),
    report_interval: level("interval"),
    size_max: over((sweeps) => maximumOf(sweeps, "size_max")),
    enqueued: over((sweeps) => rateOf(sweeps, ["enqueued"])),
    dequeued: over(deliveredOf),
    full: over((sweeps) => increaseOf(sweeps, ["full"])),
    discarded: over((sweeps) => increaseOf(sweeps, ["discarded_full", "discarded_nf"])),
    discarded_full: over((sweeps) => increaseOf(sweeps, ["discarded_full"])),
    discarded_nf: over((sweeps) => increaseOf(sweeps, ["discarded_nf"])),
  };
}
