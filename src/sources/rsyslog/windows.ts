import { HALF, shortfall } from "../../derive/coverage.ts";
import { figure } from "../../items/master.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { Steps, View, Window } from "../../ring/moment.ts";
import { INTERVAL, levelOf, SWEEP, type SweepTick, sweepTicks } from "./sweep-ticks.ts";

/** "300 s"; where reports have no time of their own it is measured, so its last digits mean nothing. */
export function intervalText(seconds: number): string {
  return `${Number(seconds.toFixed(1))} s`;
}

/** A stamp may be a second off, and impstats a little late. */
const JITTER_SECONDS = 1;

/**
 * The sweeps of a window. It ends at the newest sweep, not at the tick, and its start is the sweep that comes nearest to
 * the length asked for.
 */
export interface Sweeps {
  readonly window: Window;
  readonly view: View;
  /** Those whose sweeps lie in the window, newest first. */
  readonly ticks: readonly SweepTick[];
  /** From the oldest to the newest sweep. */
  readonly seconds: number;
  readonly interval: number;
}

/** Unknown while there is no good sample. */
export function sweepsIn(view: View, window: Window): Answer<Sweeps> {
  return sweepsOf(view, window, sweepTicks(view).since(oldestOf(view, window)));
}

/** Figures by window, `{"5m": 1.5}`. */
export function bySweeps(view: View, windows: readonly Steps[]): (of: (sweeps: Sweeps) => Answer<number>) => object {
  const found = windows.map(({ window }) => [window.text, sweepsIn(view, window)] as const);
  return (of) => Object.fromEntries(found.map(([text, sweeps]) => [text, figure(flatMap(sweeps, of))]));
}

/** @param ticks whose sweeps lie in the window, and perhaps older ones */
function sweepsOf(view: View, window: Window, ticks: readonly SweepTick[]): Answer<Sweeps> {
  const end = view.number(SWEEP);
  if (Number.isNaN(end)) return unknown("no statistics at this time");
  const within = ticks.slice(0, startOf(ticks, end - window.seconds, oldestOf(view, window)) + 1);
  const start = within.at(-1)?.sweep ?? end;
  return value({ window, view, ticks: within, seconds: end - start, interval: view.number(INTERVAL) });
}

/** A sweep before this clock is none of the window. */
function oldestOf(view: View, { seconds }: Window): number {
  return view.number(SWEEP) - seconds - allowance(view, view.number(INTERVAL));
}

/** Where ticks see several sweeps each, that of a tick may lie up to an interval off the window's start. */
function allowance({ step }: View, interval: number): number {
  return interval <= step ? interval + JITTER_SECONDS : Math.max(JITTER_SECONDS, interval / 10);
}

/** Place of the tick whose sweep comes nearest to a clock, among those that are not too old; the newest at least. */
function startOf(ticks: readonly SweepTick[], clock: number, oldest: number): number {
  let [newer, older] = [0, ticks.length];
  while (older - newer > 1) {
    const middle = (newer + older) >> 1;
    if ((ticks[middle]?.sweep ?? Number.NaN) > clock) newer = middle;
    else older = middle;
  }
  const before = ticks[older]?.sweep ?? Number.NaN;
  const after = ticks[newer]?.sweep ?? Number.NaN;
  return !(before < oldest) && clock - before <= Math.abs(after - clock) ? older : newer;
}

/** Whether the window holds all sweeps that there can be in it. */
function isWhole({ window, view, seconds, interval }: Sweeps): boolean {
  return window.seconds - seconds < Math.max(interval, view.step) + JITTER_SECONDS;
}

/** Two sweeps at least, over half of the window or more. */
export function pairs(sweeps: Sweeps): Answer<Sweeps> {
  const { window, ticks, seconds, interval } = sweeps;
  if (ticks.length < 2) {
    const each = Number.isNaN(interval) ? "" : `; impstats reports every ${intervalText(interval)}`;
    return none(`the last ${window.text} hold 1 sweep${each}`);
  }
  return seconds >= HALF * window.seconds || isWhole(sweeps) ? value(sweeps) : none(known(sweeps));
}

/** Two sweeps at least, over the whole window. */
function wholePairs(sweeps: Sweeps): Answer<Sweeps> {
  return flatMap(pairs(sweeps), () => (isWhole(sweeps) ? value(sweeps) : none(known(sweeps))));
}

function known({ window, seconds }: Sweeps): string {
  return shortfall({ window }, Math.min(1, seconds / window.seconds));
}

/** What a counter rose from the first to the last sweep of the window. */
function risen(sweeps: Sweeps, field: string): number {
  return stepsOf(sweeps).increase(field);
}

function stepsOf({ view, window, ticks }: Sweeps): Steps {
  const slots = view.slot - (ticks.at(-1)?.slot ?? view.slot);
  return view.steps({ text: window.text, slots, seconds: slots * view.step });
}

/** Per second of the time between the sweeps; none until they cover half of the window. */
export function sweepRate(view: View, window: Window, fields: readonly string[]): Answer<number> {
  return flatMap(sweepsIn(view, window), (sweeps) => rateOf(sweeps, fields));
}

export function rateOf(sweeps: Sweeps, fields: readonly string[]): Answer<number> {
  return flatMap(pairs(sweeps), () => flatMap(total(sweeps, fields), (rise) => value(rise / sweeps.seconds)));
}

/** What counters rose together in the window; none until all of it is known. */
export function sweepIncrease(view: View, window: Window, fields: readonly string[]): Answer<number> {
  return flatMap(sweepsIn(view, window), (sweeps) => increaseOf(sweeps, fields));
}

export function increaseOf(sweeps: Sweeps, fields: readonly string[]): Answer<number> {
  return flatMap(wholePairs(sweeps), () => total(sweeps, fields));
}

function total(sweeps: Sweeps, fields: readonly string[]): Answer<number> {
  const rises = fields.map((field) => risen(sweeps, field));
  const rise = rises.reduce((sum, each) => sum + each, 0);
  return Number.isNaN(rise) ? none(`not known in the last ${sweeps.window.text}`) : value(rise);
}

/** The largest level of a gauge at the sweeps of a window, one sweep at least. */
export function sweepMaximum(view: View, window: Window, field: string): Answer<number> {
  return flatMap(sweepsIn(view, window), (sweeps) => maximumOf(sweeps, field));
}

export function maximumOf(sweeps: Sweeps, field: string): Answer<number> {
  const { view, window } = sweeps;
  if (sweeps.seconds < HALF * window.seconds && !isWhole(sweeps)) return none(known(sweeps));
  const since = view.number(SWEEP) - window.seconds;
  const inside = sweeps.ticks.filter(({ slot, sweep }) => slot === view.slot || sweep > since);
  const levels = inside.map(levelOf(view, field)).filter((level) => !Number.isNaN(level));
  return levels.length === 0 ? none(`not known in the last ${window.text}`) : value(Math.max(...levels));
}

/**
 * How fast a gauge moves, per second: the slope of the straight line that fits its levels at the sweeps of the window
 * best. None with fewer than two.
 */
export function sweepSlope(view: View, window: Window, field: string): Answer<number> {
  return flatMap(sweepsIn(view, window), (sweeps) => {
    const level = levelOf(view, field);
    const points = sweeps.ticks
      .map((tick) => [tick.sweep, level(tick)] as const)
      .filter(([, level]) => !Number.isNaN(level));
    return points.length < 2 ? flatMap(pairs(sweeps), () => none("not known")) : value(slope(points));
  });
}

function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => points.reduce((sum, point) => sum + point[at], 0) / points.length;
  const [x, y] = [mean(0), mean(1)];
  const across = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0);
  return across / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0);
}

/**
 * How fast a level usually moves from one sweep of the window to the next, per second: the median, so that one leap (a
 * rest of memory that is moved to disk at once) is none. NaN with fewer than two sweeps.
 */
export function sweepPace(view: View, window: Window, level: (tick: SweepTick) => number): number {
  const sweeps = sweepsIn(view, window);
  if (sweeps.kind !== "value") return Number.NaN;
  const { ticks } = sweeps.value;
  const paces = ticks.slice(1).map((before, at) => {
    const after = ticks[at] ?? before;
    return (level(after) - level(before)) / (after.sweep - before.sweep);
  });
  const sorted = paces.filter((pace) => !Number.isNaN(pace)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
