import { HALF, NEARLY_ALL } from "../../derive/coverage.ts";
import { type Counts, counts, percentOf } from "../../derive/ratio.ts";
import { isFresh } from "../../items/freshness.ts";
import { optional, percent, standardWindows, text, window, windowUpTo } from "../../items/params.ts";
import { type Answer, flatMap, none, value } from "../../ring/answer.ts";
import type { Moment, View, Window } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { fleetItem } from "./declare.ts";
import { type Command, command, pairOf } from "./hit-ratio.ts";
import { isServing } from "./states.ts";
import { poolMembers, poolsOf, SOURCE } from "./targets.ts";
import { least, smallestAge } from "./ttl-items.ts";

const pool = text("name of the pool; empty means all instances", "");

/** Every pool aggregate is over the members that serve, whose newest sample is fresh and that know the value. */
const LEFT_OUT = "Members that are down or stale, or have no such value, are left out.";

export const poolHitRatio = fleetItem({
  key: "memcached.pool.hit_ratio",
  params: { pool, window: window("5m"), command },
  type: "float",
  units: "%",
  name: "Hit ratio of the pool",
  doc: `Sum of the members' hits over the sum of their requests. None when there were no requests. ${LEFT_OUT}`,
  standard: perWindow,
  value: (moment, args, now) =>
    flatMap(pooledCounts({ moment, pool: args.pool, now }, { ...args, needed: HALF }), (all) =>
      percentOf(all, `no ${args.command} requests in the last ${args.window.text}`),
    ),
});

export const poolRequests = fleetItem({
  key: "memcached.pool.requests",
  params: { pool, window: window("5m"), command },
  type: "unsigned",
  units: "",
  name: "Requests to the pool in the window",
  doc: `Sum of the members' hits and misses. ${LEFT_OUT}`,
  standard: perWindow,
  value: (moment, args, now) =>
    flatMap(pooledCounts({ moment, pool: args.pool, now }, { ...args, needed: NEARLY_ALL }), ({ hits, misses }) =>
      value(hits + misses),
    ),
});

export const poolConnections = fleetItem({
  key: "memcached.pool.connections",
  params: { pool },
  type: "unsigned",
  units: "",
  name: "Connections to the pool",
  doc: `Sum of the members' open connections. ${LEFT_OUT}`,
  standard: perPool,
  value: (moment, args, now) =>
    each({ moment, pool: args.pool, now }, (view) => known(view.number("curr_connections")), sum),
});

export const poolTtlMin = fleetItem({
  key: "memcached.pool.ttl.min",
  params: {
    pool,
    window: optional(window()),
    pressure: windowUpTo("15m"),
    share: percent("percentage of an instance's bytes below which a slab class is left out", "1"),
  },
  type: "unsigned",
  units: "s",
  name: "Minimum TTL of the pool",
  doc: `Smallest of the members' minimum TTLs. None when no slab class of any is under pressure. ${LEFT_OUT}`,
  standard: perPool,
  value: (moment, { pool, window, ...guard }, now) =>
    each({ moment, pool, now }, (view) => least(view, guard, window), smallest),
});

export const poolOldest = fleetItem({
  key: "memcached.pool.max_age.min",
  params: { pool },
  type: "unsigned",
  units: "s",
  name: "Smallest Max_age of the pool",
  doc: `Smallest of the members' unguarded smallest ages. ${LEFT_OUT}`,
  standard: perPool,
  value: (moment, args, now) => each({ moment, pool: args.pool, now }, smallestAge, smallest),
});

export const poolSize = fleetItem({
  key: "memcached.pool.size",
  params: { pool },
  type: "unsigned",
  units: "",
  name: "Members of the pool",
  doc: "Instances that belong to the pool, whatever their state.",
  standard: perPool,
  value: (moment, args) => flatMap(poolMembers(moment, args.pool), (names) => value(names.length)),
});

export const poolUp = fleetItem({
  key: "memcached.pool.up",
  params: { pool },
  type: "unsigned",
  units: "",
  name: "Members of the pool that are up",
  doc: "Members that serve (up or slow) and whose newest sample is fresh: those that the other pool items count.",
  standard: perPool,
  value: (moment, args, now) => flatMap(serving({ moment, pool: args.pool, now }), (views) => value(views.length)),
});

export const poolLeftOut = fleetItem({
  key: "memcached.pool.left_out",
  params: { pool },
  type: "unsigned",
  units: "",
  name: "Members of the pool that are down or stale",
  doc: "Members that the other pool items leave out because they are not up or have no fresh sample.",
  standard: perPool,
  value: (moment, args, now) =>
    flatMap(poolMembers(moment, args.pool), (names) =>
      flatMap(serving({ moment, pool: args.pool, now }), (views) => value(names.length - views.length)),
    ),
});

interface Asked {
  readonly moment: Moment;
  readonly pool: string;
  readonly now: Stamp;
}

function serving({ moment, pool, now }: Asked): Answer<readonly View[]> {
  return flatMap(poolMembers(moment, pool), (names) =>
    value(
      names
        .map((name) => moment.view(SOURCE, name))
        .flatMap((view) => (view.kind === "value" && serves(view.value, now) ? [view.value] : [])),
    ),
  );
}

function serves(view: View, now: Stamp): boolean {
  return view.attempt !== undefined && isServing(view.attempt.state) && isFresh(view, now);
}

/** Joins what the serving members answer; a member that has nothing to say is left out. */
function each<T, R>(asked: Asked, of: (view: View) => Answer<T>, join: (found: readonly T[]) => R): Answer<R> {
  return flatMap(serving(asked), (views) => {
    const answers = views.map(of);
    const found = answers.flatMap((answer) => (answer.kind === "value" ? [answer.value] : []));
    return found.length > 0 ? value(join(found)) : (answers.find(missing) ?? none("no member is up"));
  });
}

function missing<T>(answer: Answer<T>): answer is Exclude<Answer<T>, { kind: "value" }> {
  return answer.kind !== "value";
}

function pooledCounts(
  asked: Asked,
  { window, command, needed }: { readonly window: Window; readonly command: Command; readonly needed: number },
): Answer<Counts> {
  return each(
    asked,
    (view) => counts(view.steps(window), pairOf(command), needed),
    (found) => ({
      hits: sum(found.map(({ hits }) => hits)),
      misses: sum(found.map(({ misses }) => misses)),
    }),
  );
}

function known(found: number): Answer<number> {
  return Number.isNaN(found) ? none("not known in this sample") : value(found);
}

function sum(found: readonly number[]): number {
  return found.reduce((total, next) => total + next, 0);
}

function smallest(found: readonly number[]): number {
  return Math.min(...found);
}

function perPool(moment: Moment): readonly (readonly string[])[] {
  return pools(moment).map((name) => [name]);
}

function perWindow(moment: Moment): readonly (readonly string[])[] {
  return pools(moment).flatMap((name) => standardWindows(moment).map((length) => [name, length]));
}

function pools(moment: Moment): readonly string[] {
  const targets = moment.targets(SOURCE);
  return targets.kind === "value" ? poolsOf(targets.value) : [];
}
