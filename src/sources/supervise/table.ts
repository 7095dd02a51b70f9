import { ageSeconds, isFresh } from "../../items/freshness.ts";
import { parseWindow } from "../../items/params.ts";
import type { View } from "../../ring/moment.ts";
import type { Column } from "../source.ts";
import { stateWord } from "./record.ts";
import { startsIn } from "./restarts.ts";
import { secondsSince } from "./service-items.ts";

/** What a cell shows when there is no value now. */
const NOTHING = "-";

/** The columns of `tidemark status`: service, supervisor, state, how long, restarts and the age of all that. */
export const TABLE: readonly Column[] = [
  { title: "Service", align: "left", cell: (view) => view.target },
  { title: "Supervisor", align: "left", cell: (view) => view.text("supervisor") || NOTHING },
  {
    title: "State",
    align: "left",
    cell: ({ attempt }) => (attempt === undefined ? NOTHING : stateWord(attempt.state)),
  },
  figure("Uptime", uptimeText),
  figure("Restarts 60m", (view) => {
    const window = parseWindow("60m", view);
    const found = window.kind === "ok" ? startsIn(view.steps(window.value)) : undefined;
    return found?.kind === "value" ? String(found.value) : NOTHING;
  }),
  {
    title: "Age",
    align: "right",
    cell: ({ good }, now) => (good === undefined ? NOTHING : `${Math.round(ageSeconds(good, now))} s`),
  },
];

/** A figure that is shown only while the newest sample is fresh. */
function figure(title: string, of: (view: View) => string): Column {
  return { title, align: "right", cell: (view, now) => (isFresh(view, now) ? of(view) : NOTHING) };
}

function uptimeText(view: View): string {
  if (view.number("up") !== 1) return NOTHING;
  const uptime = secondsSince(view, true);
  return uptime.kind === "value" ? durationText(uptime.value) : NOTHING;
}

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
] as const;

/** The two largest units: "3d 4h", "5m 10s", "7s". */
function durationText(seconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => seconds >= size) ?? ["s", 1];
  const rest = seconds % length;
  const next = UNITS[UNITS.findIndex(([name]) => name === unit) + 1] ?? (["s", 1] as const);
  const whole = `${Math.floor(seconds / length)}${unit}`;
  return unit === "s" ? whole : `${whole} ${Math.floor(rest / next[1])}${next[0]}`;
}
