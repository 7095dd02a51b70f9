import { type Extreme, extreme } from "../../derive/extreme.ts";
import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { eachWindow } from "../../items/family.ts";
import type { Scalar } from "../../items/item.ts";
import { standardWindows, text, window } from "../../items/params.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { View, Window } from "../../ring/moment.ts";
import { instanceItem } from "./declare.ts";
import { isSetting } from "./settings.ts";
import { counterName, gaugeName, meant } from "./stat-names.ts";

const STANDARD_STATS = [
  "version",
  "curr_connections",
  "max_connections",
  "curr_items",
  "bytes",
  "limit_maxbytes",
  "threads",
  "accepting_conns",
];
/** Counters whose rates everybody asks for. */
export const STANDARD_RATES = [
  "cmd_get",
  "cmd_set",
  "evictions",
  "total_connections",
  "rejected_connections",
  "listen_disabled_num",
  "bytes_read",
  "bytes_written",
];
const STANDARD_DELTAS = ["evictions", "reclaimed", "rejected_connections", "listen_disabled_num", "cmd_flush"];

export const stat = instanceItem({
  key: "memcached.stat",
  params: { name: text("name as in the reply to stats, such as curr_items") },
  type: "text",
  units: "",
  name: "One statistic",
  doc: "A value of stats as memcached gave it in the newest sample, counted since its start.",
  standard: () => STANDARD_STATS.map((name) => [name]),
  value: (view, { name }) => statistic(view, name),
});

export const delta = instanceItem({
  key: "memcached.delta",
  params: { name: counterName(), window: window("5m") },
  type: "unsigned",
  units: "",
  name: "Increase of a counter in the window",
  doc: "What a counter of stats rose, restarts and resets allowed for. None until nine tenths of the window are known.",
  standard: (view) => STANDARD_DELTAS.flatMap((name) => standardWindows(view).map((length) => [name, length])),
  value: (view, { name, window }) => increase(view.steps(window), name),
});

export const perSecond = instanceItem({
  key: "memcached.rate",
  params: { name: counterName(), window: window("5m") },
  type: "float",
  units: "",
  name: "Rate of a counter over the window",
  doc: "Increase of a counter of stats per second. None until half of the window is known.",
  standard: (view) => STANDARD_RATES.flatMap((name) => standardWindows(view).map((length) => [name, length])),
  value: (view, { name, window }) => rate(view.steps(window), name),
});

export const smallest = levelItem("min", "Smallest");
export const largest = levelItem("max", "Largest");
export const mean = levelItem("avg", "Mean");

function levelItem(which: Extreme, word: string) {
  return instanceItem({
    key: `memcached.${which}`,
    params: { name: gaugeName(), window: window("5m") },
    type: "float",
    units: "",
    name: `${word} level in the window`,
    doc: `${word} value of a level of stats over the samples of the window. None until half of the window is known.`,
    standard: (view) => standardWindows(view).map((length) => ["curr_connections", length]),
    value: (view, { name, window }) => extreme(view.steps(window), which, name),
  });
}

/** Fuller than this, a memcached whose slab classes waste some memory may rightly evict. */
const FULL_PERCENT = 80;

export const evictionsNonfull = instanceItem({
  key: "memcached.evictions.nonfull",
  params: { window: window("5m") },
  type: "unsigned",
  units: "",
  name: "Evictions while memory is free",
  doc:
    `Items evicted in steps of the window in which the items took less than ${FULL_PERCENT} % of limit_maxbytes: ` +
    "memory is stuck in other slab classes. None until nine tenths of the window are known.",
  standard: eachWindow,
  value: (view, { window }) => evictionsWhileFree(view, window),
});

/** Items evicted in the window while memory was free. */
export function evictionsWhileFree(view: View, window: Window): Answer<number> {
  return flatMap(increase(view.steps(window), "evictions"), (all) => value(all === 0 ? 0 : wasted(view, window)));
}

/** A step counts by the levels at its end; where those are unknown it does not. */
function wasted(view: View, window: Window): number {
  const steps = view.steps(window);
  let sum = 0;
  for (let slot = view.slot - window.slots + 1; slot <= view.slot; slot++) {
    const past = view.at(slot);
    const free = past.number("bytes") < (past.number("limit_maxbytes") * FULL_PERCENT) / 100;
    const evicted = past.number("evictions");
    if (free && evicted > 0) sum += evicted;
  }
  return Math.min(sum, steps.increase("evictions"));
}

/** A value of `stats` in the view's sample; unknown with the nearest name when memcached gave none such. */
function statistic(view: View, name: string): Answer<Scalar> {
  const sample = view.newest;
  if (sample === undefined) return past(view, name);
  const found = sample.numbers.get(name) ?? (isSetting(name) ? undefined : sample.texts.get(name));
  if (found !== undefined) return value(found);
  const known = [...sample.numbers.keys(), ...[...sample.texts.keys()].filter((text) => !isSetting(text))];
  const version = sample.texts.get("version") ?? "of this version";
  return unknown(`unknown statistic "${name}": memcached ${version} has none of this name${meant(name, known)}`);
}

/** Without the whole sample only the levels of the ring are there. */
function past(view: View, name: string): Answer<Scalar> {
  const level = gaugeName().parse(name, view).kind === "ok" ? view.number(name) : Number.NaN;
  return Number.isNaN(level) ? none(`"${name}" is known in the newest sample only`) : value(level);
}
