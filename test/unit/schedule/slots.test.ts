import { describe, expect, test } from "vitest";
import { SlotCounter } from "../../../src/schedule/slots.ts";

const STEP = 60;
const FIRST = 100;
const BOOTED = 5_000_000;

/** Slots of ticks at these seconds after the beginning of slot 100, the first of them being the start. */
function slots(seconds: readonly number[], newest?: number): readonly number[] {
  return stepped(
    seconds.map((second) => [second, 0]),
    newest,
  );
}

/** The same with a wall clock that is off by so many seconds. */
function stepped(ticks: readonly (readonly [second: number, off: number])[], newest?: number): readonly number[] {
  const stamps = ticks.map(([second, off]) => ({ clock: FIRST * STEP + second + off, mono: BOOTED + second }));
  const counter = new SlotCounter(STEP, stamps[0] ?? { clock: 0, mono: 0 }, newest);
  return stamps.map((stamp) => counter.next(stamp));
}

describe("the first slot", () => {
  test("is the wall clock's, or the journal's newest", () => {
    expect(slots([30])).toEqual([100]);
    expect(slots([30], 99)).toEqual([100]);
    expect(slots([30], 100)).toEqual([100]);
    expect(slots([30], 250)).toEqual([250]);
  });

  for (const second of [0, 1, 29, 31, 59, 59.9]) {
    test(`leaves the next boundary to the next slot when it starts at second ${second}`, () => {
      expect(slots([second, 60, 120])).toEqual([100, 101, 102]);
    });
  }

  test("is the next one when the first tick comes after the slot's end", () => {
    const counter = new SlotCounter(STEP, { clock: 6_059, mono: 59 }, undefined);
    expect(counter.next({ clock: 6_061, mono: 61 })).toBe(101);
    expect(counter.next({ clock: 6_120, mono: 120 })).toBe(102);
  });

  test("is ticked twice when the expression fires once more in it", () => {
    expect(slots([5, 30, 90, 150])).toEqual([100, 100, 101, 102]);
  });
});

const cases = [
  { name: "each firing is the next slot", seconds: [0, 60, 120], want: [100, 101, 102] },
  { name: "a timer a little early does not repeat", seconds: [0, 59.99, 119.999, 180], want: [100, 101, 102, 103] },
  { name: "missed firings are holes", seconds: [0, 60, 361], want: [100, 101, 106] },
  { name: "a firing missed right after the start is a hole", seconds: [40, 120], want: [100, 102] },
  {
    name: "a late firing is of the slot it fires in",
    seconds: [0, 60, 355, 360, 420],
    want: [100, 101, 105, 106, 107],
  },
];

for (const { name, seconds, want } of cases) test(name, () => expect(slots(seconds)).toEqual(want));

describe("the wall clock", () => {
  test("may drift: it never adds up to a hole", () => {
    const counter = new SlotCounter(STEP, { clock: 6_000, mono: 0 }, undefined);
    const ticks = Array.from({ length: 10_000 }, (_, at) => counter.next({ clock: 6_000 + at * 60, mono: at * 60.05 }));
    expect(ticks).toEqual(ticks.map((_, at) => 100 + at));
  });

  for (const off of [-3600, 3600, 20 * 365 * 86_400]) {
    test(`stepped by ${off} s changes no slot`, () => {
      expect(
        stepped([
          [0, 0],
          [60, 0],
          [120, off],
          [180, off],
        ]),
      ).toEqual([100, 101, 102, 103]);
    });
  }

  test("stepped by part of a slot costs at most a hole or a slot ticked twice, and shifts nothing later", () => {
    for (let off = -59; off < 60; off++) {
      const counter = new SlotCounter(STEP, { clock: 6_000, mono: 0 }, undefined);
      counter.next({ clock: 6_000, mono: 0 });
      const later = [1, 2, 3, 4, 5].map((minute) =>
        counter.next({ clock: 6_000 + minute * STEP, mono: minute * STEP - off }),
      );
      expect(later.map((slot) => slot - (later[0] ?? 0))).toEqual([0, 1, 2, 3, 4]);
      expect([100, 101, 102]).toContain(later[0]);
    }
  });
});
