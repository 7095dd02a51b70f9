import { DAY_SECONDS, monthDay, weekDay, type Zone } from "./zone.ts";

// scheduling := [md filters] [wd filters] [h filters] [m filters] [s filters]    at least one, each once, no spaces
// filters    := filter *( "," filter )
// filter     := value / value "-" value [ "/" step ] / "/" step

const HOUR = 3_600;
const MINUTE = 60;
/** md31 with a week day, say, comes every few years at the most. */
const MOST_DAYS = 366 * 30;

const FILTERS = String.raw`([\d,/-]+)`;
const FORM = new RegExp(`^(?:md${FILTERS})?(?:wd${FILTERS})?(?:h${FILTERS})?(?:m${FILTERS})?(?:s${FILTERS})?$`);
/** Bounds of md, wd, h, m and s, and how many digits a number of them may have. */
const UNITS = [
  { first: 1, last: 31, digits: 2 },
  { first: 1, last: 7, digits: 1 },
  { first: 0, last: 23, digits: 2 },
  { first: 0, last: 59, digits: 2 },
  { first: 0, last: 59, digits: 2 },
] as const;
type Unit = (typeof UNITS)[number];

interface Filter {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}
type Filters = readonly Filter[];

/** Times of day on days that match both `monthDays` and `weekDays`. */
export interface Scheduling {
  readonly monthDays: Filters;
  readonly weekDays: Filters;
  readonly hours: Filters;
  readonly minutes: Filters;
  readonly seconds: Filters;
}

/** Parses one scheduling interval: `wd1-5h9-18m0s0`. Undefined: it is none. */
export function parseScheduling(text: string): Scheduling | undefined {
  const given = FORM.exec(text)?.slice(1);
  const finest = given?.findLastIndex((filters) => filters !== undefined) ?? -1;
  if (given === undefined || finest === -1) return undefined;
  const parsed = UNITS.map((unit, at) => unitFilters(given[at], unit, at < finest));
  const [monthDays, weekDays, hours, minutes, seconds] = parsed;
  if (!monthDays || !weekDays || !hours || !minutes || !seconds) return undefined;
  return { monthDays, weekDays, hours, minutes, seconds };
}

/** A unit that is not given is free when it is coarser than the given ones, else it must be at its beginning. */
function unitFilters(given: string | undefined, unit: Unit, isCoarser: boolean): Filters | undefined {
  const any = isCoarser || unit.first > 0;
  if (given === undefined) return [{ first: unit.first, last: any ? unit.last : unit.first, step: 1 }];
  const filters = given.split(",").map((filter) => parseFilter(filter, unit));
  return filters.every((filter) => filter !== undefined) ? filters : undefined;
}

function parseFilter(text: string, { first, last, digits }: Unit): Filter | undefined {
  const [, from, to, step, wholeStep] = /^(?:(\d+)(?:-(\d+)(?:\/(\d+))?)?|\/(\d+))$/.exec(text) ?? [];
  if ([from, to, step, wholeStep].some((number) => (number?.length ?? 0) > digits)) return undefined;
  if (wholeStep !== undefined) return stepped({ first, last, step: Number(wholeStep) });
  if (from === undefined || Number(from) < first || Number(to ?? from) > last || Number(to ?? from) < Number(from)) {
    return undefined;
  }
  const range = { first: Number(from), last: Number(to ?? from), step: 1 };
  return step === undefined ? range : stepped({ ...range, step: Number(step) });
}

function stepped(filter: Filter): Filter | undefined {
  return filter.step >= 1 && filter.step <= filter.last - filter.first ? filter : undefined;
}

/**
 * The first instant after `now` (unix seconds) at which the interval is due by the local clock. A time that the clock
 * leaps over in spring is left out that day; one that it shows twice in autumn comes twice.
 */
export function nextScheduled(scheduling: Scheduling, now: number, zone: Zone): number {
  const offset = zone(now);
  const next = nextMatch(scheduling, now + 1 + offset) - offset;
  if (next === Number.POSITIVE_INFINITY || zone(next) === offset) return next;
  const change = clockChange(now, next, zone);
  return nextMatch(scheduling, change + zone(change)) - zone(change);
}

/** The first instant at which another offset is in force than at `from`. */
function clockChange(from: number, to: number, zone: Zone): number {
  let [before, after] = [from, to];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (zone(middle) === zone(from)) before = middle;
    else after = middle;
  }
  return after;
}

/** The first matching local time at or after `local`; both in seconds as if the local clock were UTC. */
function nextMatch(scheduling: Scheduling, local: number): number {
  const today = Math.floor(local / DAY_SECONDS);
  for (let day = today; day < today + MOST_DAYS; day++) {
    if (!matchesDay(scheduling, day)) continue;
    const second = nextSecondOfDay(scheduling, day === today ? local - day * DAY_SECONDS : 0);
    if (second !== undefined) return day * DAY_SECONDS + second;
  }
  return Number.POSITIVE_INFINITY;
}

function matchesDay({ monthDays, weekDays }: Scheduling, day: number): boolean {
  return includes(monthDays, monthDay(day)) && includes(weekDays, weekDay(day));
}

function includes(filters: Filters, value: number): boolean {
  return filters.some(({ first, last, step }) => value >= first && value <= last && (value - first) % step === 0);
}

function nextSecondOfDay({ hours, minutes, seconds }: Scheduling, from: number): number | undefined {
  let hour = Math.floor(from / HOUR);
  let minute = Math.floor((from % HOUR) / MINUTE);
  let second = from % MINUTE;
  for (;;) {
    const nextHour = nearest(hours, hour);
    if (nextHour === undefined) return undefined;
    if (nextHour > hour) [hour, minute, second] = [nextHour, 0, 0];
    const nextMinute = nearest(minutes, minute);
    if (nextMinute === undefined) {
      [hour, minute, second] = [hour + 1, 0, 0];
      continue;
    }
    if (nextMinute > minute) [minute, second] = [nextMinute, 0];
    const nextSecond = nearest(seconds, second);
    if (nextSecond !== undefined) return hour * HOUR + minute * MINUTE + nextSecond;
    [minute, second] = [minute + 1, 0];
  }
}

/**
 * The least matching value at or above `value`, with a peculiarity of the agents: inside a range its next step is
 * taken, even if another element of the list is nearer. `m/30,20` is never due at minute 20.
 */
function nearest(filters: Filters, value: number): number | undefined {
  for (const { first, last, step } of filters) {
    if (value < first || value > last) continue;
    const next = first + Math.ceil((value - first) / step) * step;
    if (next <= last) return next;
  }
  const later = filters.map(({ first }) => first).filter((first) => first > value);
  return later.length === 0 ? undefined : Math.min(...later);
}
