import { rate } from "../../derive/rate.ts";
import { ratio } from "../../derive/ratio.ts";
import { MASTER_ITEM } from "../../items/family.ts";
import { byWindow, figure, masterJson, standardSteps } from "../../items/master.ts";
import type { View } from "../../ring/moment.ts";
import type { GoodSample } from "../../ring/sample.ts";
import { evictionsWhileFree, STANDARD_RATES } from "./counters.ts";
import { instanceItem } from "./declare.ts";
import { COMMANDS, pairOf, requestsIn } from "./hit-ratio.ts";
import { startsIn } from "./life.ts";
import { drifted, isSetting, settingsOf } from "./settings.ts";
import { chunksOf } from "./slabs.ts";
import { STATES } from "./states.ts";
import { minimum, type Verdict, verdicts } from "./ttl.ts";
import { smallestAge, standardGuard } from "./ttl-items.ts";

const RATES = [...STANDARD_RATES, "reclaimed"];

export const get = instanceItem({
  key: "memcached.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age always; stats, hit_ratio, requests, rate, restarts, " +
    "evictions_nonfull, ttl, slabs, settings and drift only while the newest sample is fresh. A value that is not known now is left out.",
  value: (view, _, now) => masterJson(view, now, { name: "instance", states: STATES, fresh }),
});

function fresh(view: View): object {
  const windows = standardSteps(view);
  const guard = standardGuard(view);
  const judged = guard === undefined ? [] : verdicts(view, guard);
  const sample = view.newest;
  const settings = settingsOf(view);
  return {
    hit_ratio: byName(COMMANDS, (command) => byWindow(windows, (steps) => ratio(steps, pairOf(command)))),
    requests: byName(COMMANDS, (command) => byWindow(windows, ({ window }) => requestsIn(view, window, command))),
    restarts: byWindow(windows, startsIn),
    evictions_nonfull: byWindow(windows, ({ window }) => evictionsWhileFree(view, window)),
    rate: byName(RATES, (name) => byWindow(windows, (steps) => rate(steps, name))),
    ttl: ttl(view, judged),
    ...(sample === undefined ? {} : { stats: stats(sample), slabs: slabs(view, sample, judged) }),
    ...(settings === undefined ? {} : { settings: Object.fromEntries(settings), drift: drifted(view) }),
  };
}

function byName<N extends string>(names: readonly N[], of: (name: N) => object): object {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

function stats({ numbers, texts }: GoodSample): object {
  return Object.fromEntries([
    ...[...numbers.keys()].map((name) => [name, numbers.get(name)]),
    ...[...texts].filter(([name]) => !isSetting(name)),
  ]);
}

function ttl(view: View, found: readonly Verdict[]): object {
  const least = minimum(found);
  return {
    min: least?.seconds,
    class: least === undefined ? undefined : Number(least.chunk),
    pressure: found.filter((verdict) => verdict.pressure).length,
    max_age_min: figure(smallestAge(view)),
    left_out: Object.fromEntries(
      found.flatMap((verdict) => (verdict.kind === "left out" ? [[verdict.chunk, verdict.reason]] : [])),
    ),
  };
}

/** Figures of note by chunk size. */
const OF_NOTE = [
  "class",
  "number",
  "age",
  "evicted",
  "evicted_time",
  "outofmemory",
  "total_pages",
  "used_chunks",
  "free_chunks",
  "mem_requested",
  "get_hits",
  "cmd_set",
];

function slabs(view: View, sample: GoodSample, found: readonly Verdict[]): object {
  const judged = new Map(found.map((verdict) => [verdict.chunk, verdict]));
  return Object.fromEntries(
    chunksOf(view).map((chunk) => {
      const part = sample.parts.get(chunk);
      const figures = Object.fromEntries(OF_NOTE.map((name) => [name, part?.get(name)]));
      return [chunk, { ...figures, ...standing(judged.get(chunk)) }];
    }),
  );
}

function standing(verdict: Verdict | undefined): object {
  if (verdict === undefined) return {};
  return {
    share: Number(verdict.share.toFixed(2)),
    pressure: verdict.pressure ? 1 : 0,
    ...(verdict.kind === "counts" ? { ttl: verdict.seconds } : {}),
  };
}
