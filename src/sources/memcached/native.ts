import { silentReason, staleReason } from "../../items/freshness.ts";
import { text, word } from "../../items/params.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import type { GoodSample, Stamp } from "../../ring/sample.ts";
import { fleetItem } from "./declare.ts";
import { SLAB_NAMES } from "./part-fields.ts";
import { isSetting, settingsOf } from "./settings.ts";
import { isServing } from "./states.ts";
import { SOURCE, targetOf } from "./targets.ts";

const uri = text("address or name of a configured instance; empty means the default one", "");
const user = text("ignored: credentials come from the configuration", "");
const password = text("ignored: credentials come from the configuration", "");

/** Agent 2's own key, so that its official template works unchanged with tidemark as the agent. */
export const ping = fleetItem({
  key: "memcached.ping",
  params: { uri, user, password },
  family: "native",
  type: "unsigned",
  units: "",
  name: "Ping",
  doc: "1 when memcached serves clients, else 0; also 0 for one that hangs. Configured instances only.",
  standard: () => [],
  value: (moment, args, now) => flatMap(viewOf(moment, args.uri), (view) => alive(view, now)),
});

/** Agent 2's own key. Its JSON has all values as texts, names sorted as Go sorts them. */
export const stats = fleetItem({
  key: "memcached.stats",
  params: { uri, user, password, type: word("which statistics", ["", "items", "slabs", "settings", "sizes"], "") },
  family: "native",
  type: "json",
  units: "",
  name: "Statistics as agent 2 gives them",
  doc: "JSON of stats, stats items, stats slabs or stats settings in the newest sample. Configured instances only.",
  standard: () => [],
  value: (moment, args, now) =>
    flatMap(viewOf(moment, args.uri), (view) => {
      const stale = staleReason(view, now);
      return stale === undefined ? statsJson(view, args.type) : unknown(stale);
    }),
});

function viewOf(moment: Moment, asked: string): Answer<View> {
  return flatMap(targetOf(moment, asked), (target) => moment.view(SOURCE, target));
}

function alive(view: View, now: Stamp): Answer<number> {
  const silent = silentReason(view, now);
  if (silent !== undefined || view.attempt === undefined) return unknown(silent ?? "no sample was taken yet");
  return value(isServing(view.attempt.state) ? 1 : 0);
}

type Kind = "" | "items" | "slabs" | "settings" | "sizes";

function statsJson(view: View, kind: Kind): Answer<string> {
  const sample = view.newest;
  if (sample === undefined) return none("no whole sample was taken since the start");
  switch (kind) {
    case "":
      return value(sortedJson(general(sample)));
    case "items":
      return value(sortedJson(classes(sample, (field) => !isOfSlabs(sample, field), "items:")));
    case "slabs":
      return value(sortedJson([...classes(sample, (field) => isOfSlabs(sample, field), ""), ...totals(sample)]));
    case "settings": {
      const settings = settingsOf(view);
      return settings === undefined ? none("the settings were not read yet") : value(sortedJson([...settings]));
    }
    case "sizes":
      return unknown("stats sizes is not sampled: it can block memcached; ask for items or slabs");
  }
}

type Pairs = readonly (readonly [name: string, text: string])[];

/** Of `stats slabs`, without a class. */
const TOTALS = ["active_slabs", "total_malloced"];

function general({ numbers, texts }: GoodSample): Pairs {
  const names = [...numbers.keys()].filter((name) => !TOTALS.includes(name));
  return [
    ...names.map((name) => [name, numberText(name, numbers.get(name))] as const),
    ...[...texts].filter(([name]) => !isSetting(name)),
  ];
}

function totals({ numbers }: GoodSample): Pairs {
  return TOTALS.filter((name) => numbers.get(name) !== undefined).map((name) => [
    name,
    numberText(name, numbers.get(name)),
  ]);
}

function classes(sample: GoodSample, belongs: (field: string) => boolean, prefix: string): Pairs {
  return [...sample.parts.values()].flatMap((part) =>
    [...part.keys()]
      .filter((field) => field !== "class" && belongs(field))
      .map((field) => [`${prefix}${part.get("class")}:${field}`, numberText(field, part.get(field))] as const),
  );
}

/** `mem_requested` moved from slabs to items in 1.5.17. */
function isOfSlabs(sample: GoodSample, field: string): boolean {
  return (
    SLAB_NAMES.has(field) || (field === "mem_requested" && isBefore(sample.texts.get("version") ?? "", [1, 5, 17]))
  );
}

function isBefore(version: string, limit: readonly number[]): boolean {
  const found = version.split(".").map((digits) => Number.parseInt(digits, 10));
  const differing = limit.findIndex((number, index) => found[index] !== number);
  return differing >= 0 && (found[differing] ?? 0) < (limit[differing] ?? 0);
}

/** memcached writes CPU seconds with six decimals, everything else as a whole number. */
function numberText(name: string, found: number | bigint | undefined): string {
  return typeof found === "number" && name.startsWith("rusage_") ? found.toFixed(6) : String(found);
}

function sortedJson(pairs: Pairs): string {
  return JSON.stringify(Object.fromEntries([...pairs].sort(([one], [other]) => (one < other ? -1 : 1))));
}
