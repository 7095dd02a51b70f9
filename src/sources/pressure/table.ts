import { rate } from "../../derive/rate.ts";
import { ageColumn, type Column, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import { isFresh } from "../../items/freshness.ts";
import { parseWindow } from "../../items/params.ts";
import { type Answer, flatMap, none } from "../../ring/answer.ts";
import type { Moment, Steps, View } from "../../ring/moment.ts";
import { HOST, SOURCE } from "./declare.ts";
import { partOf, utilisation } from "./disk-items.ts";
import { iowaitShare, stallShare } from "./host-items.ts";
import { STATES } from "./states.ts";

/** The columns of `tidemark status`: the machine's figures in its row, those of disk and process in that of each place. */
export const TABLE: readonly Column[] = [
  { title: "Pressure", align: "left", cell: (view) => view.target },
  stateColumn(STATES),
  column("Load 1m", (view) => (view.target === HOST ? digits(view.number("load1"), 2) : NOTHING)),
  column("I/O wait 5m", (view) => percent(over(view, iowaitShare))),
  column("I/O some 5m", (view) => percent(over(view, (steps) => stallShare(steps, "io", "some")))),
  column("I/O full 5m", (view) => percent(over(view, (steps) => stallShare(steps, "io", "full")))),
  column("Disk", (view) => view.text("device") || NOTHING),
  column("Disk busy 5m", (view, moment) => percent(diskBusy(view, moment))),
  column("Process", (view) => view.text("process") || NOTHING),
  column("Written 5m", (view) =>
    withUnit(
      over(view, (steps) => rate(steps, "written")),
      " B/s",
    ),
  ),
  ageColumn,
  troubleColumn,
];

function column(title: string, of: (view: View, moment: Moment) => string): Column {
  return { title, align: "right", cell: (view, now, moment) => (isFresh(view, now) ? of(view, moment) : NOTHING) };
}

/** None where the ring is shorter than the window. */
function over(view: View, of: (steps: Steps) => Answer<number>): Answer<number> {
  const window = parseWindow("5m", view);
  return window.kind === "ok" ? of(view.steps(window.value)) : none("the history is shorter");
}

function diskBusy(view: View, moment: Moment): Answer<number> {
  if (view.target === HOST) return none("every place has its own disk");
  return flatMap(moment.view(SOURCE, HOST), (host) =>
    flatMap(partOf(moment, host, view.target), (part) => over(host, (steps) => utilisation(steps, part))),
  );
}

function percent(answer: Answer<number>): string {
  return withUnit(answer, " %");
}

function withUnit(answer: Answer<number>, unit: string): string {
  return answer.kind === "value" ? `${digits(answer.value, 1)}${unit}` : NOTHING;
}

function digits(number: number, decimals: number): string {
  return Number.isNaN(number) ? NOTHING : number.toFixed(decimals);
}
