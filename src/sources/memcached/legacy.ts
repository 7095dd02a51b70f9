import { covered, NEARLY_ALL } from "../../derive/coverage.ts";
import { ONCE } from "../../items/family.ts";
import { staleReason } from "../../items/freshness.ts";
import type { Param } from "../../items/item.ts";
import { parseWindow } from "../../items/params.ts";
import { type Answer, flatMap, none, ok, unknown, value } from "../../ring/answer.ts";
import type { Steps, View, Window } from "../../ring/moment.ts";
import { fleetItem, instanceItem } from "./declare.ts";
import { defaultView } from "./targets.ts";
import { smallestAge } from "./ttl-items.ts";

/*
 * The keys of the hand-made scripts of old, with the same texts, so that existing items and triggers keep working.
 * Mended on purpose: 60 minutes work, more minutes than the history give -1 instead of wrapping round the hour,
 * a restart gives no 5000 %, and the "s" that newer memcached-tools append no longer breaks the smallest age.
 */

/** What the ratio script printed when it had nothing to divide. */
const NOTHING = "-1";

/** Perl's text of the number that the age script started from. */
const NO_AGE = "1e+100";

const MINUTE = /^\d{1,6}$/;
const LONGEST_STANDARD_MINUTES = 60;

/** Minutes, 1 when left out; undefined for a word, 0 or more than the history. */
const minutes: Param<Window | undefined> = {
  doc: "minutes",
  fallback: "1",
  parse: (text, context) => {
    const parsed = MINUTE.test(text) ? parseWindow(`${text}m`, context) : undefined;
    return ok(parsed?.kind === "ok" ? parsed.value : undefined);
  },
};

export const legacyConnections = instanceItem({
  key: "memcached.curr_conn",
  params: {},
  family: "legacy",
  type: "unsigned",
  units: "",
  name: "Connections (old key)",
  doc: "Open connections, as the line curr_connections of memcached-tool stats.",
  standard: () => ONCE,
  value: (view) => {
    const found = view.number("curr_connections");
    return Number.isNaN(found) ? none("this sample has no curr_connections") : value(found);
  },
});

export const legacyHitRatio = fleetItem({
  key: "memcache.hit_ratio",
  params: { minutes },
  ignoresMore: true,
  family: "legacy",
  type: "float",
  units: "%",
  name: "Hit ratio over minutes (old key)",
  doc:
    "100 * hits / (hits + misses) of get over the last minutes of the default instance, cut to two decimals as bc does. " +
    "-1 when there is nothing to compare or no hit.",
  standard: (moment) => standardMinutes(((moment.slots - 1) * moment.step) / 60),
  value: (moment, args, now) =>
    flatMap(defaultView(moment), (view): Answer<string> => {
      const stale = staleReason(view, now);
      return stale === undefined ? value(ratioText(view, args.minutes)) : unknown(stale);
    }),
});

export const legacyAge = instanceItem({
  key: "memcache.check_max_age",
  params: {},
  family: "legacy",
  type: "float",
  units: "s",
  name: "Smallest Max_age (old key)",
  doc: "Smallest Max_age of memcached-tool over the slab classes with more than one item; 1e+100 when there is none.",
  standard: () => ONCE,
  value: (view) => {
    const found = smallestAge(view);
    return value(found.kind === "value" ? found.value : NO_AGE);
  },
});

/** 0 is among them: UserParameters answer every text that is no number of minutes by it. */
function standardMinutes(history: number): readonly (readonly string[])[] {
  const most = Math.min(Math.floor(history), LONGEST_STANDARD_MINUTES);
  return Array.from({ length: most + 1 }, (_, index) => [String(index)]);
}

function ratioText(view: View, window: Window | undefined): string {
  const steps = window === undefined ? undefined : view.steps(window);
  return steps === undefined || covered(steps, NEARLY_ALL).kind !== "value" ? NOTHING : quotient(steps);
}

/** bc with scale 2: cut, not rounded; no 0 before the point; plain 0 for what is cut to nothing. */
function quotient(steps: Steps): string {
  const hits = steps.increase("get_hits");
  const misses = steps.increase("get_misses");
  if (!(hits > 0) || Number.isNaN(misses)) return NOTHING;
  const hundredths = (10_000n * BigInt(hits)) / (BigInt(hits) + BigInt(misses));
  if (hundredths === 0n) return "0";
  const whole = hundredths / 100n;
  return `${whole === 0n ? "" : whole}.${String(hundredths % 100n).padStart(2, "0")}`;
}
