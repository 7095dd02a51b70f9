import { HALF, shortfall } from "../../derive/coverage.ts";
import { ONCE } from "../../items/family.ts";
import { optional, percent, standardWindows, window, windowUpTo } from "../../items/params.ts";
import { type Answer, none, value } from "../../ring/answer.ts";
import type { View, Window } from "../../ring/moment.ts";
import { instanceItem } from "./declare.ts";
import { type Guard, minimum, minimumOver, type Verdict, verdicts } from "./ttl.ts";

const PRESSURE_WINDOW = "15m";
const SMALLEST_SHARE = "1";

const pressure = windowUpTo(PRESSURE_WINDOW);
const share = percent("percentage of the stored bytes below which a slab class is left out", SMALLEST_SHARE);

export const oldest = instanceItem({
  key: "memcached.max_age.min",
  params: {},
  type: "unsigned",
  units: "s",
  name: "Smallest Max_age",
  doc:
    "Smallest age over the slab classes with more than one item, unguarded, as old scripts took it from " +
    "memcached-tool. None when no class has more than one item.",
  standard: () => ONCE,
  value: (view) => smallestAge(view),
});

export const ttlMin = instanceItem({
  key: "memcached.ttl.min",
  params: { window: optional(window()), pressure, share },
  type: "unsigned",
  units: "s",
  name: "Minimum TTL",
  doc:
    "How long items live at least before they are thrown out: the smallest value over the slab classes under pressure, " +
    "newest or, with a window, the smallest in it. None when no class is under pressure.",
  standard: (view) => [[], ...standardWindows(view).map((length) => [length])],
  value: (view, args) => least(view, { pressure: args.pressure, share: args.share }, args.window),
});

export const ttlClass = instanceItem({
  key: "memcached.ttl.class",
  params: { pressure, share },
  type: "unsigned",
  units: "B",
  name: "Slab class with the minimum TTL",
  doc: "Chunk size of the slab class that gives the minimum TTL. None when no class is under pressure.",
  standard: () => ONCE,
  value: (view, guard) => {
    const found = verdicts(view, guard);
    const lowest = minimum(found);
    return lowest === undefined ? none(whyNone(found)) : value(Number(lowest.chunk));
  },
});

export const ttlPressure = instanceItem({
  key: "memcached.ttl.pressure",
  params: { window: windowUpTo(PRESSURE_WINDOW) },
  type: "unsigned",
  units: "",
  name: "Slab classes under pressure",
  doc: "Slab classes that evicted or refused a store in the window. Always a number: 0 when there is none.",
  standard: (view) => [[], ...standardWindows(view).map((length) => [length])],
  value: (view, args) =>
    value(verdicts(view, { pressure: args.window, share: 0 }).filter((verdict) => verdict.pressure).length),
});

/** The guard of the items' defaults, for the master and the table. */
export function standardGuard(view: View): Guard | undefined {
  const parsed = pressure.parse(PRESSURE_WINDOW, view);
  return parsed.kind === "ok" ? { pressure: parsed.value, share: Number(SMALLEST_SHARE) } : undefined;
}

/** The smallest age over the slab classes with more than one item. */
export function smallestAge(view: View): Answer<number> {
  const ages = view
    .parts()
    .filter((part) => view.number("number", part) > 1)
    .map((part) => view.number("age", part))
    .filter((age) => !Number.isNaN(age));
  return ages.length === 0 ? none("no slab class has more than one item") : value(Math.min(...ages));
}

/** The guarded minimum of the newest slot, or over a window. */
export function least(view: View, guard: Guard, window: Window | undefined): Answer<number> {
  if (window === undefined) {
    const found = verdicts(view, guard);
    return secondsOf(minimum(found)?.seconds, whyNone(found));
  }
  const { least: lowest, slots } = minimumOver(view, guard, window);
  const known = slots / window.slots;
  if (known < HALF) return none(shortfall({ window }, known));
  return secondsOf(lowest, `no slab class was under pressure in the last ${window.text}`);
}

function secondsOf(lowest: number | undefined, reason: string): Answer<number> {
  return lowest === undefined ? none(reason) : value(lowest);
}

function whyNone(found: readonly Verdict[]): string {
  const pressed = found.filter((verdict) => verdict.pressure);
  if (pressed.length === 0) return "no slab class is under pressure";
  const reasons = pressed.map((verdict) => `${verdict.chunk} (${verdict.kind === "left out" ? verdict.reason : ""})`);
  return `no slab class under pressure counts: ${reasons.join(", ")}`;
}
