import { rate } from "../../derive/rate.ts";
import { ratio } from "../../derive/ratio.ts";
import { ageSeconds, isFresh } from "../../items/freshness.ts";
import { parseWindow, standardWindows } from "../../items/params.ts";
import { type Answer, unknown, value } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";
import type { GoodSample, Stamp } from "../../ring/sample.ts";
import { STANDARD_RATES } from "./counters.ts";
import { instanceItem, ONCE } from "./declare.ts";
import { COMMANDS, pairOf } from "./hit-ratio.ts";
import { drifted, isSetting, settingsOf } from "./settings.ts";
import { chunksOf } from "./slabs.ts";
import { stateWord } from "./states.ts";
import { minimum, type Verdict, verdicts } from "./ttl.ts";
import { smallestAge, standardGuard } from "./ttl-items.ts";

const RATES = [...STANDARD_RATES, "reclaimed"];

export const get = instanceItem({
  key: "memcached.get",
  params: {},
  type: "json",
  units: "",
  name: "Everything, as JSON",
  doc:
    "Master item: state, state_text, error, time and age always; stats, hit_ratio, rate, ttl, slabs, settings and drift " +
    "only while the newest sample is fresh. A value that is not known now is left out.",
  freshness: "always",
  standard: () => ONCE,
  value: (view, _, now) => master(view, now),
});

/** `time` and `age` are those of the newest good sample; null until there was one. */
function master(view: View, now: Stamp): Answer<string> {
  const { attempt, good } = view;
  if (attempt === undefined) return unknown("no sample was taken yet");
  const always = {
    instance: view.target,
    state: attempt.state,
    state_text: stateWord(attempt.state),
    error: attempt.reason ?? "",
    time: good === undefined ? null : Math.floor(good.clock),
    age: good === undefined ? null : Math.round(ageSeconds(good, now)),
  };
  return value(JSON.stringify(isFresh(view, now) ? { ...always, ...fresh(view) } : always, bigintText));
}

function fresh(view: View): object {
  const windows = standardWindows(view).flatMap((text) => {
    const parsed = parseWindow(text, view);
    return parsed.kind === "ok" ? [view.steps(parsed.value)] : [];
  });
  const guard = standardGuard(view);
  const judged = guard === undefined ? [] : verdicts(view, guard);
  const sample = view.newest;
  const settings = settingsOf(view);
  return {
    hit_ratio: byName(COMMANDS, (command) => byWindow(windows, (steps) => ratio(steps, pairOf(command)))),
    rate: byName(RATES, (name) => byWindow(windows, (steps) => rate(steps, name))),
    ttl: ttl(view, judged),
    ...(sample === undefined ? {} : { stats: stats(sample), slabs: slabs(view, sample, judged) }),
    ...(settings === undefined ? {} : { settings: Object.fromEntries(settings), drift: drifted(view) }),
  };
}

function byName<N extends string>(names: readonly N[], of: (name: N) => object): object {
  return Object.fromEntries(names.map((name) => [name, of(name)]));
}

/** Values by window; windows without one are left out. */
function byWindow(windows: readonly Steps[], of: (steps: Steps) => Answer<number>): object {
  return Object.fromEntries(windows.map((steps) => [steps.window.text, known(of(steps))]));
}

function known(answer: Answer<number>): number | undefined {
  return answer.kind === "value" ? Number(answer.value.toFixed(6)) : undefined;
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
    max_age_min: known(smallestAge(view)),
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

/** Counters above 2^53 as texts, exactly; Zabbix reads a number out of either. */
function bigintText(_: string, found: unknown): unknown {
  return typeof found === "bigint" ? found.toString() : found;
}
