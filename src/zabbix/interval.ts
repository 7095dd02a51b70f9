import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { nextScheduled, parseScheduling, type Scheduling } from "./scheduling-interval.ts";
import { DAY_SECONDS, weekDay, type Zone } from "./zone.ts";

// delay    := simple *( ";" custom )
// simple   := number [ suffix ]                  0 to 86400 s; 0 only if a custom interval follows
// custom   := flexible / scheduling              a flexible one begins with a digit
// flexible := number [ suffix ] "/" period       0: no checks in the period
// period   := day [ "-" day ] "," time "-" time  days 1 (Monday) to 7; 0:00 to 24:00, the end is not part of it
// suffix   := s m h d w

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 } as const;
const WEEK_DAYS = 7;
const LOOK_AHEAD_SECONDS = 365 * DAY_SECONDS;
const FLEXIBLE = /^(\d+)([smhdw]?)\/([1-7])(?:-([1-7]))?,(\d+):(\d\d)-(\d+):(\d\d)$/;

/** An update interval as the server sends it. `simple`: seconds, 0 when only the custom intervals count. */
export interface Interval {
  readonly simple: number;
  readonly flexible: readonly Flexible[];
  readonly scheduling: readonly Scheduling[];
}

/** Another delay within a period of the week. `from`, `to`: seconds of the day. */
interface Flexible {
  readonly delay: number;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly from: number;
  readonly to: number;
}

/** Parses a delay. The reason names the faulty part as the agents do: `invalid flexible interval "10/8,0:00-24:00"`. */
export function parseInterval(text: string): Parsed<Interval> {
  const [first = "", ...customs] = text.split(";");
  const simple = parseSimple(first, customs.length > 0);
  if (simple === undefined) return malformed(`invalid update interval "${first}"`);
  const flexible: Flexible[] = [];
  const scheduling: Scheduling[] = [];
  for (const custom of customs) {
    if (/^\d/.test(custom)) {
      const parsed = parseFlexible(custom, simple);
      if (parsed === undefined) return malformed(`invalid flexible interval "${custom}"`);
      flexible.push(parsed);
    } else {
      const parsed = parseScheduling(custom);
      if (parsed === undefined) return malformed(`invalid scheduling interval "${custom}"`);
      scheduling.push(parsed);
    }
  }
  return ok({ simple, flexible, scheduling });
}

/**
 * When an item is checked next after `now` (whole unix seconds), by the rule of the agents of 7.0: checks of equal delay
 * are spread by the item's id, not by when they began. Infinity: never within a year.
 */
export function nextCheck(interval: Interval, { itemid, now, zone }: Asked): number {
  const { scheduling } = interval;
  return Math.min(
    nextDelayed(interval, { itemid, now, zone }),
    ...scheduling.map((one) => nextScheduled(one, now, zone)),
  );
}

interface Asked {
  readonly itemid: number;
  readonly now: number;
  readonly zone: Zone;
}

function parseSimple(text: string, followed: boolean): number | undefined {
  const [, digits, suffix = ""] = /^(\d+)([smhdw]?)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const seconds = scaled(digits, suffix);
  return seconds > DAY_SECONDS || (seconds === 0 && !followed) ? undefined : seconds;
}

function scaled(digits: string, suffix: string): number {
  return Number(digits) * (SECONDS[suffix as keyof typeof SECONDS] ?? 1);
}

function parseFlexible(text: string, simple: number): Flexible | undefined {
  const match = FLEXIBLE.exec(text);
  if (match === null) return undefined;
  const [, digits = "", suffix = "", first = "", last = first, ...times] = match;
  const delay = scaled(digits, suffix);
  const [from, to] = [secondOfDay(times[0], times[1]), secondOfDay(times[2], times[3])];
  if (from === undefined || to === undefined || from >= to || last < first) return undefined;
  if (delay === 0 && simple === 0) return undefined;
  return { delay, firstDay: Number(first), lastDay: Number(last), from, to };
}

function secondOfDay(hour: string | undefined, minute: string | undefined): number | undefined {
  const seconds = Number(hour) * SECONDS.h + Number(minute) * SECONDS.m;
  return Number(minute) > 59 || seconds > DAY_SECONDS ? undefined : seconds;
}

/** The next check by the simple delay and the flexible ones, which change it at the boundaries of their periods. */
function nextDelayed(interval: Interval, { itemid, now, zone }: Asked): number {
  let next = Number.POSITIVE_INFINITY;
  for (let at = now; at < now + LOOK_AHEAD_SECONDS; ) {
    const place = placeInWeek(at, zone);
    next = firstMultiple(delayAt(interval, place), { itemid, after: at, orAt: at !== now });
    const boundary = at + secondsToBoundary(interval.flexible, place);
    if (next < boundary || boundary === Number.POSITIVE_INFINITY) return next;
    at = boundary;
  }
  return Number.POSITIVE_INFINITY;
}

interface PlaceInWeek {
  /** 1 (Monday) to 7. */
  readonly day: number;
  readonly second: number;
}

function placeInWeek(clock: number, zone: Zone): PlaceInWeek {
  const local = clock + zone(clock);
  const days = Math.floor(local / DAY_SECONDS);
  return { day: weekDay(days), second: local - days * DAY_SECONDS };
}

function delayAt({ simple, flexible }: Interval, { day, second }: PlaceInWeek): number {
  const open = flexible.filter(
    ({ firstDay, lastDay, from, to }) => day >= firstDay && day <= lastDay && second >= from && second < to,
  );
  return open.length === 0 ? simple : Math.min(...open.map(({ delay }) => delay));
}

function firstMultiple(
  delay: number,
  { itemid, after, orAt }: { readonly itemid: number; readonly after: number; readonly orAt: boolean },
): number {
  if (delay === 0) return Number.POSITIVE_INFINITY;
  const next = delay * Math.floor(after / delay) + (itemid % delay);
  return next > after || (orAt && next === after) ? next : next + delay;
}

/** Infinity when there are no flexible intervals. Clock changes are not looked at, as the agents do not. */
function secondsToBoundary(flexible: readonly Flexible[], place: PlaceInWeek): number {
  return Math.min(Number.POSITIVE_INFINITY, ...flexible.map((one) => boundaryOf(one, place) - place.second));
}

/** Seconds from the beginning of the present day to the interval's next start or end. */
function boundaryOf({ firstDay, lastDay, from, to }: Flexible, { day, second }: PlaceInWeek): number {
  const isOn = day >= firstDay && day <= lastDay;
  if (isOn && second < to) return second < from ? from : to;
  if (day < lastDay) return (isOn ? 1 : firstDay - day) * DAY_SECONDS + from;
  return (firstDay - day + WEEK_DAYS) * DAY_SECONDS + from;
}
