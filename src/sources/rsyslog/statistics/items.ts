import { increase } from "../../../derive/increase.ts";
import { ERROR_ITEM, MASTER_ITEM, ONCE } from "../../../items/family.ts";
import type { Item, Params } from "../../../items/item.ts";
import { byWindow, figure } from "../../../items/master.ts";
import { type Answer, unknown, value } from "../../../ring/answer.ts";
import type { Steps, View } from "../../../ring/moment.ts";
import type { Stamp } from "../../../ring/sample.ts";
import { type DeclaredItem, level, reportedItem, stateItem } from "../declare.ts";
import { type KindMaster, objectJson } from "../master.ts";
import { STATISTICS } from "../sources.ts";
import { INTERVAL, SWEEP } from "../sweep-ticks.ts";
import { STATISTICS_STATES } from "./states.ts";

function statsItem<P extends Params>(declared: Omit<DeclaredItem<P>, "source">) {
  return reportedItem<P>({ source: STATISTICS, ...declared });
}

export const state = stateItem(STATISTICS_STATES, {
  key: "rsyslog.stats.state",
  source: STATISTICS,
  name: "State of the statistics",
  doc: "State of what rsyslogd reports of itself by impstats; stale: the newest report is older than three intervals",
});

export const error = statsItem({ key: "rsyslog.stats.error", ...ERROR_ITEM });

export const age = statsItem({
  key: "rsyslog.stats.age",
  params: {},
  type: "unsigned",
  units: "s",
  name: "Age of the newest report",
  doc:
    "Seconds since rsyslogd reported what was read at the newest tick, however old. Between two ticks it grows, although " +
    "newer reports may be there.",
  freshness: "always",
  standard: () => ONCE,
  value: (view, _, now) => reportAge(view, now),
});

export function reportAge(view: View, now: Stamp): Answer<number> {
  const clock = view.number(SWEEP);
  return Number.isNaN(clock) ? unknown(view.attempt?.reason ?? NOTHING) : value(ageOf(clock, now));
}

const interval = statsItem({
  key: "rsyslog.stats.interval",
  params: {},
  type: "float",
  units: "s",
  name: "Interval of the reports",
  doc: "Seconds between two reports, as they come. None before the second one.",
  standard: () => ONCE,
  value: (view) => level(view, INTERVAL, () => unknown("there was only one report yet")),
});

const get = statsItem({
  key: "rsyslog.stats.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; the newest report's time, interval and " +
    "objects, and what was read, only while it is fresh.",
  value: (view, _, now) => objectJson(STATISTICS_MASTER, view, now),
});

export const STATISTICS_MASTER: KindMaster = {
  source: STATISTICS,
  name: "statistics",
  states: STATISTICS_STATES,
  figures,
};

function figures(view: View, windows: readonly Steps[], now: Stamp): object {
  const counts = (field: string) => byWindow(windows, (steps) => increase(steps, field));
  return {
    report_time: figure(view.number(SWEEP)),
    report_age: figure(ageOf(view.number(SWEEP), now)),
    report_interval: figure(view.number(INTERVAL)),
    objects: figure(view.number("objects")),
    sweeps: counts("sweeps"),
    records: counts("records"),
    passed_over: counts("passed_over"),
    strangers: counts("strangers"),
  };
}

const NOTHING = "no report was read yet";

function ageOf(clock: number, now: Stamp): number {
  return Math.max(0, Math.floor(now.clock - clock));
}

/** Every item about the statistics themselves. */
export const ITEMS: readonly Item[] = [state, error, age, interval, get];
