import { type Answer, flatMap, none, value } from "../../../ring/answer.ts";
import type { View, Window } from "../../../ring/moment.ts";
import { levelOf, SWEEP, type SweepTick } from "../sweep-ticks.ts";
import { pairs, type Sweeps, sweepPace, sweepSlope, sweepsIn } from "../windows.ts";

/** "Not within a year": what durations until an event answer at most. */
const YEAR_SECONDS = 31_536_000;
/** A part of the queue that holds less than this share of the backlog is as good as drained. */
const SMALL_SHARE = 0.1;
/** The trend is that of so many sweeps or ticks, whichever take longer. */
const TREND_STEPS = 3;

/** Messages that left a queue for their destination, per second of the window. */
export function deliveredRate(view: View, window: Window): Answer<number> {
  return flatMap(sweepsIn(view, window), deliveredOf);
}

export function deliveredOf(sweeps: Sweeps): Answer<number> {
  return flatMap(pairs(sweeps), ({ ticks, view, window }) => {
    const [watch, delivered] = [levelOf(view, "watch"), levelOf(view, "delivered")];
    let [left, seconds] = [0, 0];
    for (const [at, tick] of ticks.entries()) {
      const before = ticks[at + 1];
      if (before === undefined || watch(before) !== watch(tick)) continue;
      left += delivered(tick) - delivered(before);
      seconds += tick.sweep - before.sweep;
    }
    return seconds > 0 ? value(Math.max(0, left / seconds)) : none(`rsyslogd was started in the last ${window.text}`);
  });
}

/** Seconds until the backlog is gone as it shrinks now: what leaves less what comes. 0: there is none. */
export function drainSeconds(view: View, window: Window | undefined): Answer<number> {
  const size = view.number("size");
  if (size === 0) return value(0);
  const trend = window ?? trendWindow(view);
  return flatMap(sweepSlope(view, trend, "size"), (growth) => {
    if (growth >= 0) return value(YEAR_SECONDS);
    const bySlower = slowerPart(view, trend);
    const seconds = Number.isFinite(bySlower) ? bySlower : size / -growth;
    return value(Math.min(YEAR_SECONDS, Math.ceil(seconds)));
  });
}

/**
 * Memory and disk part deliver side by side, so where both shrink it takes as long as the slower one of them. Not finite
 * where that says nothing: one does not shrink, or there is but one.
 */
function slowerPart(view: View, window: Window): number {
  if (!(view.number("disk") > 0)) return Number.NaN;
  const [size, disk] = [levelOf(view, "size"), levelOf(view, "disk")];
  const now = { slot: view.slot, sweep: view.number(SWEEP) };
  const parts = [(tick: SweepTick) => size(tick) - disk(tick), disk];
  const large = parts.filter((part) => part(now) >= SMALL_SHARE * size(now));
  return Math.max(...large.map((part) => secondsOf(part(now), sweepPace(view, window, part))));
}

function secondsOf(messages: number, growth: number): number {
  return growth < 0 ? messages / -growth : Number.POSITIVE_INFINITY;
}

/** Seconds until there is no room as the backlog grows now. 0: there is none. */
export function fillSeconds(view: View, window: Window | undefined): Answer<number> {
  const room = view.number("room");
  if (room === 0) return value(0);
  return flatMap(sweepSlope(view, window ?? trendWindow(view), "size"), (growth) => {
    if (growth <= 0) return value(YEAR_SECONDS);
    return Number.isNaN(room) ? none(roomUnknown(view)) : value(Math.min(YEAR_SECONDS, Math.ceil(room / growth)));
  });
}

/** Of all that it can hold, percent. */
export function percentUsed(view: View): Answer<number> {
  const [size, room] = [view.number("size"), view.number("room")];
  if (Number.isNaN(room)) return none(roomUnknown(view));
  return value(size === 0 ? 0 : (100 * size) / (size + room));
}

/** Why there is no room or capacity to be told. */
export function roomUnknown({ newest }: View): string {
  return newest?.texts.get("capacity_unknown") || "its limits are not known";
}

function trendWindow(view: View): Window {
  const seconds = TREND_STEPS * Math.max(view.number("interval") || 0, view.step);
  const slots = Math.min(Math.ceil(seconds / view.step), view.slots - 1);
  return { text: `${slots * view.step}s`, seconds: slots * view.step, slots };
}
