import { ageColumn, type Column, figure, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import { isFresh } from "../../items/freshness.ts";
import { parseWindow } from "../../items/params.ts";
import type { Moment, View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { durationText } from "../../words/duration.ts";
import { STATES } from "./record.ts";
import { startsIn } from "./restarts.ts";
import { secondsSince } from "./service-items.ts";

/** The columns of `tidemark status`: service, supervisor, state, how long, restarts, how its log does, the age of all that, and a reason. */
export const TABLE: readonly Column[] = [
  { title: "Service", align: "left", cell: (view) => view.target },
  { title: "Supervisor", align: "left", cell: (view) => view.text("supervisor") || NOTHING },
  stateColumn(STATES),
  figure("Uptime", uptimeText),
  figure("Restarts 60m", (view) => {
    const window = parseWindow("60m", view);
    const found = window.kind === "ok" ? startsIn(view.steps(window.value)) : undefined;
    return found?.kind === "value" ? String(found.value) : NOTHING;
  }),
  { title: "Log age", align: "right", cell: logAge },
  ageColumn,
  troubleColumn,
];

/** The source of log directories, as the ring knows it. */
const LOGDIR = "logdir";

/** Seconds since the newest line of the directories whose label names the service. */
function logAge(view: View, now: Stamp, moment: Moment): string {
  const name = view.text("name");
  const directories = moment.targets(LOGDIR);
  if (name === undefined || directories.kind !== "value") return NOTHING;
  const ages: number[] = [];
  for (const [target, labels] of directories.value) {
    if (labels["SERVICE"] !== name) continue;
    const log = moment.view(LOGDIR, target);
    if (log.kind === "value" && isFresh(log.value, now)) ages.push(log.value.number("age"));
  }
  const known = ages.filter((age) => !Number.isNaN(age));
  return known.length === 0 ? NOTHING : `${Math.round(Math.min(...known))} s`;
}

function uptimeText(view: View): string {
  if (view.number("up") !== 1) return NOTHING;
  const uptime = secondsSince(view, true);
  return uptime.kind === "value" ? durationText(uptime.value) : NOTHING;
}
