import { ageColumn, type Column, stateColumn, troubleColumn } from "../../../items/column.ts";
import { currentColumn, digits, overFiveMinutes, told } from "../figures-text.ts";
import { sweepIncrease } from "../windows.ts";
import { deliveredRate, drainSeconds, percentUsed } from "./figures.ts";
import { QUEUE_STATES } from "./states.ts";

/** The columns of `tidemark status`. */
export const TABLE: readonly Column[] = [
  { title: "rsyslog queue", align: "left", cell: (view) => view.target },
  stateColumn(QUEUE_STATES),
  currentColumn("Size", (view) => digits(view.number("size"), 0)),
  currentColumn("Used", (view) => told(percentUsed(view), 1, " %")),
  currentColumn("Dequeued 5m", (view) =>
    told(
      overFiveMinutes(view, (window) => deliveredRate(view, window)),
      1,
      "/s",
    ),
  ),
  currentColumn("Discarded 5m", (view) =>
    told(
      overFiveMinutes(view, (window) => sweepIncrease(view, window, ["discarded_full", "discarded_nf"])),
      0,
    ),
  ),
  currentColumn("Drained in", (view) => told(drainSeconds(view, undefined), 0, " s")),
  ageColumn,
  troubleColumn,
];
