import { byWindow, figure } from "../../../items/master.ts";
import type { Steps, View } from "../../../ring/moment.ts";
import type { KindMaster } from "../master.ts";
import { QUEUES } from "../sources.ts";
import { sweepIncrease, sweepMaximum, sweepRate } from "../windows.ts";
import { deliveredRate, drainSeconds, fillSeconds, percentUsed } from "./figures.ts";
import { QUEUE_STATES } from "./states.ts";

export const QUEUE_MASTER: KindMaster = { source: QUEUES, name: "queue", states: QUEUE_STATES, figures };

function figures(view: View, windows: readonly Steps[]): object {
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
    size_max: byWindow(windows, ({ window }) => sweepMaximum(view, window, "size_max")),
    enqueued: byWindow(windows, ({ window }) => sweepRate(view, window, ["enqueued"])),
    dequeued: byWindow(windows, ({ window }) => deliveredRate(view, window)),
    full: byWindow(windows, ({ window }) => sweepIncrease(view, window, ["full"])),
    discarded: byWindow(windows, ({ window }) => sweepIncrease(view, window, ["discarded_full", "discarded_nf"])),
    discarded_full: byWindow(windows, ({ window }) => sweepIncrease(view, window, ["discarded_full"])),
    discarded_nf: byWindow(windows, ({ window }) => sweepIncrease(view, window, ["discarded_nf"])),
  };
}
