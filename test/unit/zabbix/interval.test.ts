import fc from "fast-check";
import { expect, test } from "vitest";
import { type Interval, nextCheck, parseInterval } from "../../../src/zabbix/interval.ts";
import { vectors } from "./vectors.ts";
import { zoneNamed } from "./zones.ts";

interface GrammarCase {
  readonly delay: string;
  readonly valid: boolean;
  readonly error?: string;
}

interface NextCheckCase {
  readonly timezone: string;
  readonly itemid: number;
  readonly now: number;
  readonly delay: string;
  readonly nextChecks?: readonly number[];
  readonly never?: boolean;
  readonly error?: string;
}

/** What the 7.0 agent says of a delay. */
const saidBy = (reason: string) => `${reason.charAt(0).toUpperCase()}${reason.slice(1)}.`;

for (const { delay, valid, error } of vectors<{ readonly cases: readonly GrammarCase[] }>("interval-grammar").cases) {
  test(`parseInterval: "${delay}" is ${valid ? "valid" : "refused"}`, () => {
    const parsed = parseInterval(delay);
    expect(parsed.kind === "ok" ? undefined : saidBy(parsed.reason)).toBe(error);
  });
}

for (const one of vectors<{ readonly cases: readonly NextCheckCase[] }>("interval-next-check").cases) {
  test(`nextCheck: "${one.delay}" of item ${one.itemid} after ${one.now} in ${one.timezone}`, () => {
    const interval = parseInterval(one.delay);
    if (interval.kind === "malformed") {
      expect(saidBy(interval.reason)).toBe(one.error);
      return;
    }
    const zone = zoneNamed(one.timezone);
    const found: number[] = [];
    for (const _ of one.never === true ? [undefined] : (one.nextChecks ?? [])) {
      found.push(nextCheck(interval.value, { itemid: one.itemid, now: found.at(-1) ?? one.now, zone }));
    }
    expect(found).toEqual(one.never === true ? [Number.POSITIVE_INFINITY] : one.nextChecks);
  });
}

/* Slow evaluators, which look at every second: none of their lines is shared with the code. */

const UTC = () => 0;
const MONDAY = 1_699_833_600; // 2023-11-13T00:00:00Z
const WEEK = 604_800;

function intervalOf(delay: string): Interval {
  const parsed = parseInterval(delay);
  if (parsed.kind === "malformed") throw new Error(parsed.reason);
  return parsed.value;
}

function firstSecond(from: number, seconds: number, isDue: (clock: number) => boolean): number {
  for (let clock = from; clock < from + seconds; clock++) if (isDue(clock)) return clock;
  return Number.POSITIVE_INFINITY;
}

const now = fc.integer({ min: MONDAY, max: MONDAY + 2 * WEEK });
const itemid = fc.integer({ min: 1, max: 2 ** 53 - 1 });

test("a simple delay is due at each second that leaves the item's own remainder", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7200 }), itemid, now, (delay, id, at) => {
      const due = firstSecond(at + 1, delay, (clock) => clock % delay === id % delay);
      expect(nextCheck(intervalOf(`${delay}s`), { itemid: id, now: at, zone: UTC })).toBe(due);
    }),
    { numRuns: 200 },
  );
});

const list = (most: number) => fc.uniqueArray(fc.integer({ min: 0, max: most }), { minLength: 1, maxLength: 3 });

test("a scheduling interval is due at the first second whose time of day and day match", () => {
  const scheduling = fc.record({
    day: fc.integer({ min: 1, max: 7 }),
    hours: list(23),
    minutes: list(59),
    seconds: list(59),
  });
  fc.assert(
    fc.property(scheduling, now, ({ day, hours, minutes, seconds }, at) => {
      const isDue = (clock: number) => {
        const date = new Date(clock * 1000);
        const weekDay = date.getUTCDay() === 0 ? 7 : date.getUTCDay();
        const inLists =
          hours.includes(date.getUTCHours()) &&
          minutes.includes(date.getUTCMinutes()) &&
          seconds.includes(date.getUTCSeconds());
        return inLists && weekDay >= day;
      };
      const delay = `0;wd${day}-7h${hours}m${minutes}s${seconds}`;
      expect(nextCheck(intervalOf(delay), { itemid: 1, now: at, zone: UTC })).toBe(firstSecond(at + 1, WEEK, isDue));
    }),
    { numRuns: 60 },
  );
});

const HALF_HOURS = 48;
const clockOf = (half: number) => `${Math.floor(half / 2)}:${half % 2 === 0 ? "00" : "30"}`;

test("within a flexible period that is long enough its delay counts, outside of it the simple one", () => {
  const period = fc.tuple(fc.integer({ min: 0, max: HALF_HOURS - 1 }), fc.integer({ min: 1, max: HALF_HOURS }), now);
  fc.assert(
    fc.property(period, itemid, fc.integer({ min: 1, max: 600 }), ([from, length, at], id, delay) => {
      const to = Math.min(from + length, HALF_HOURS);
      const interval = intervalOf(`20m;${delay}/1-7,${clockOf(from)}-${clockOf(to)}`);
      const isOpen = (clock: number) => {
        const half = (clock % 86_400) / 1800;
        return half >= from && half < to;
      };
      // At a boundary all begins anew: what of the old delay would have come later than it is forgotten.
      const isDue = (clock: number) => {
        const seconds = isOpen(clock) ? delay : 1200;
        return clock % seconds === id % seconds;
      };
      expect(nextCheck(interval, { itemid: id, now: at, zone: UTC })).toBe(firstSecond(at + 1, 2 * WEEK, isDue));
    }),
    { numRuns: 200 },
  );
});

test("each check is after the one before it, in every zone", () => {
  const delays = ["30s", "1m;10s/1-5,09:00-18:00", "0;h2m30", "0;md/2h1-4/2m/20,55s30", "30;0/6-7,00:00-24:00;wd6h12"];
  const zones = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"];
  fc.assert(
    fc.property(fc.constantFrom(...delays), fc.constantFrom(...zones), now, itemid, (delay, zone, at, id) => {
      let clock = at;
      for (let count = 0; count < 20; count++) {
        const next = nextCheck(intervalOf(delay), { itemid: id, now: clock, zone: zoneNamed(zone) });
        expect(next).toBeGreaterThan(clock);
        clock = next;
      }
    }),
    { numRuns: 40 },
  );
});
