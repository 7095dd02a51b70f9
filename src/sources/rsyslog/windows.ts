import { HALF, shortfall } from "../../derive/coverage.ts";
import { figure } from "../../items/master.ts";
import { type Answer, flatMap, none, unknown, value } from "../../ring/answer.ts";
import type { Steps, View, Window } from "../../ring/moment.ts";

/** "300 s"; where reports have no time of their own it is measured, so its last digits mean nothing. */
export function intervalText(seconds: number): string {
  return `${Number(seconds.toFixed(1))} s`;
}

/** Every sample of what rsyslogd reports has these: when its sweep was taken, and seconds between sweeps. */
export const SWEEP = "sweep";
export const INTERVAL = "interval";

/** A stamp may be a second off, and impstats a little late. */
const JITTER_SECONDS = 1;

/**
 * The sweeps of a window. It ends at the newest sweep, not at the tick, and its start is the sweep that comes nearest to
 * the length asked for.
 */
export interface Sweeps {
  readonly window: Window;
  readonly view: View;
  /** The ticks whose sweeps lie in the window, newest first, without those that saw the same sweep again. */
  readonly ticks: readonly View[];
  /** From the oldest to the newest sweep. */
  readonly seconds: number;
  readonly interval: number;
}

/** Unknown while there is no good sample. */
export function sweepsIn(view: View, window: Window): Answer<Sweeps> {
  return sweepsOf(view, window, ticksSince(view, oldestOf(view, window)));
}

/** Figures by window, `{"5m": 1.5}`, all from one walk through the ring: a master has dozens of them. */
export function bySweeps(view: View, windows: readonly Steps[]): (of: (sweeps: Sweeps) => Answer<number>) => object {
  const oldest = Math.min(...windows.map(({ window }) => oldestOf(view, window)));
  const ticks = ticksSince(view, oldest);
  const found = windows.map(({ window }) => [window.text, sweepsOf(view, window, ticks)] as const);
  return (of) => Object.fromEntries(found.map(([text, sweeps]) => [text, figure(flatMap(sweeps, of))]));
}

/** @param ticks whose sweeps lie in the window, and perhaps older ones */
function sweepsOf(view: View, window: Window, ticks: readonly View[]): Answer<Sweeps> {
  const end = view.number(SWEEP);
  if (Number.isNaN(end)) return unknown("no statistics at this time");
  const within = ticks.slice(0, startOf(ticks, end - window.seconds, oldestOf(view, window)) + 1);
  const start = within.at(-1) ?? view;
  return value({ window, view, ticks: within, seconds: end - start.number(SWEEP), interval: view.number(INTERVAL) });
}

/** A sweep before this clock is none of the window. */
function oldestOf(view: View, { seconds }: Window): number {
  return view.number(SWEEP) - seconds - allowance(view, view.number(INTERVAL));
}

/** Where ticks see several sweeps each, that of a tick may lie up to an interval off the window's start. */
function allowance({ step }: View, interval: number): number {
  return interval <= step ? interval + JITTER_SECONDS : Math.max(JITTER_SECONDS, interval / 10);
}

function ticksSince(view: View, oldest: number): readonly View[] {
  const found = [view];
  let last = view.number(SWEEP);
  for (let slot = view.slot - 1; slot >= 0 && slot > view.slot - view.slots; slot--) {
    const tick = view.at(slot);
    const sweep = tick.number(SWEEP);
    if (sweep < oldest) break;
    if (!(sweep < last)) continue; // a hole, or the same sweep
    found.push(tick);
    last = sweep;
  }
  return found;
}

/** Place of the tick whose sweep comes nearest to a clock, among those that are not too old; the newest at least. */
function startOf(ticks: readonly View[], clock: number, oldest: number): number {
  let [newer, older] = [0, ticks.length];
  while (older - newer > 1) {
    const middle = (newer + older) >> 1;
    if ((ticks[middle]?.number(SWEEP) ?? Number.NaN) > clock) newer = middle;
    else older = middle;
  }
  const before = ticks[older]?.number(SWEEP) ?? Number.NaN;
  const after = ticks[newer]?.number(SWEEP) ?? Number.NaN;
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
  const inside = sweeps.ticks.filter((tick) => tick.slot === view.slot || tick.number(SWEEP) > since);
  const levels = inside.map((tick) => tick.number(field)).filter((level) => !Number.isNaN(level));
  return levels.length === 0 ? none(`not known in the last ${window.text}`) : value(Math.max(...levels));
}

/**
 * How fast a gauge moves, per second: the slope of the straight line that fits its levels at the sweeps of the window
 * best. None with fewer than two.
 */
export function sweepSlope(view: View, window: Window, field: string): Answer<number> {
  return flatMap(sweepsIn(view, window), (sweeps) => {
    const points = sweeps.ticks
      .map((tick) => [tick.number(SWEEP), tick.number(field)] as const)
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
export function sweepPace(view: View, window: Window, level: (tick: View) => number): number {
  const sweeps = sweepsIn(view, window);
  if (sweeps.kind !== "value") return Number.NaN;
  const { ticks } = sweeps.value;
  const paces = ticks.slice(1).map((before, at) => {
    const after = ticks[at] ?? before;
    return (level(after) - level(before)) / (after.number(SWEEP) - before.number(SWEEP));
  });
  const sorted = paces.filter((pace) => !Number.isNaN(pace)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
