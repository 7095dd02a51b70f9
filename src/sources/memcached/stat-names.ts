import type { Param } from "../../items/item.ts";
import { malformed, ok } from "../../ring/answer.ts";
import type { Field } from "../../ring/sample.ts";
import { nearest } from "../../words/nearest.ts";
import { listed } from "../../words/sentence.ts";
import { FIELDS } from "./fields.ts";

const GENERAL: ReadonlyMap<string, Field> = new Map(
  FIELDS.filter((field) => !field.part).map((field) => [field.name, field]),
);
const KEPT = [...GENERAL.values()].filter((field) => field.ringed);

/** Name of a counter that the ring keeps, for values over a window. */
export function counterName(): Param<string> {
  return { doc: "name of a counter of stats, such as evictions", fallback: undefined, parse: kept("counter") };
}

/** Name of a level that the ring keeps. */
export function gaugeName(): Param<string> {
  return { doc: "name of a level of stats, such as curr_connections", fallback: undefined, parse: kept("gauge") };
}

function kept(kind: "counter" | "gauge"): Param<string>["parse"] {
  const names = KEPT.filter((field) => field.kind === kind).map((field) => field.name);
  return (name) =>
    names.includes(name)
      ? ok(name)
      : malformed(`${whyNot(name)}; the kept ${kind}s are ${listed(names, names.length)}`);
}

function whyNot(name: string): string {
  const field = GENERAL.get(name);
  if (field === undefined)
    return `unknown statistic "${name}"${meant(
      name,
      KEPT.map((known) => known.name),
    )}`;
  if (!field.ringed) return `"${name}" has no history, only memcached.stat knows it`;
  return `"${name}" is a ${field.kind === "gauge" ? "level, not a counter" : "counter, not a level"}`;
}

/** `, did you mean "get_hits"?` or nothing. */
export function meant(name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return near === undefined ? "" : `, did you mean "${near}"?`;
}
