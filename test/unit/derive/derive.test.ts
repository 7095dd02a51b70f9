import { describe, expect, test } from "vitest";
import { covered, HALF, NEARLY_ALL } from "../../../src/derive/coverage.ts";
import { type Extreme, extreme } from "../../../src/derive/extreme.ts";
import { increase } from "../../../src/derive/increase.ts";
import { rate } from "../../../src/derive/rate.ts";
import { ratio } from "../../../src/derive/ratio.ts";
import { none, value } from "../../../src/ring/answer.ts";
import type { Steps } from "../../../src/ring/moment.ts";

interface Known {
  readonly step?: number;
  readonly slots: number;
  /** Slots of the window that pairs cover. */
  readonly known: number;
  /** Increase of each counter; one that is left out is in no sample. */
  readonly counters?: Readonly<Record<string, number>>;
  readonly levels?: readonly number[];
  /** Measured seconds, when they are not the nominal ones. */
  readonly seconds?: number;
}

function steps({ step = 60, slots, known, counters = {}, levels = [], seconds = known * step }: Known): Steps {
  return {
    window: { text: `${slots}x`, seconds: slots * step, slots },
    known: known / slots,
    seconds,
    increase: (field) => counters[field] ?? Number.NaN,
    secondsOf: (field) => (counters[field] === undefined ? 0 : seconds),
    levels: () => levels,
    starts: 0,
    resets: 0,
  };
}

describe("covered", () => {
  test.each([
    [{ slots: 15, known: 7 }, HALF, none("7 of 15 minutes known")],
    [{ slots: 14, known: 7 }, HALF, value(0.5)],
    [{ slots: 10, known: 9 }, NEARLY_ALL, value(0.9)],
    [{ slots: 10, known: 8 }, NEARLY_ALL, none("8 of 10 minutes known")],
    [{ slots: 1, known: 0 }, HALF, none("0 of 1 minute known")],
    [{ slots: 60, known: 12, step: 1 }, HALF, none("12 of 60 seconds known")],
    [{ slots: 10, known: 3, step: 30 }, HALF, none("90 of 300 seconds known")],
    [{ slots: 10, known: 4, step: 300 }, HALF, none("20 of 50 minutes known")],
    [{ slots: 24, known: 4, step: 3600 }, HALF, none("4 of 24 hours known")],
  ])("%j with %d", (given, needed, want) => {
    expect(covered(steps(given), needed)).toEqual(want);
  });

  test("a field that only some of the pairs know is known for less", () => {
    expect(covered(steps({ slots: 10, known: 10 }), HALF, 240)).toEqual(none("4 of 10 minutes known"));
    expect(covered(steps({ slots: 10, known: 10 }), HALF, 300)).toEqual(value(0.5));
  });
});

describe("increase", () => {
  test.each([
    [{ slots: 10, known: 10, counters: { x: 7 } }, value(7)],
    [{ slots: 10, known: 9, counters: { x: 0 } }, value(0)],
    [{ slots: 10, known: 8, counters: { x: 7 } }, none("8 of 10 minutes known")],
    [{ slots: 10, known: 10 }, none("0 of 10 minutes known")],
  ])("%j", (given, want) => {
    expect(increase(steps(given), "x")).toEqual(want);
  });
});

describe("rate", () => {
  test.each([
    [{ slots: 10, known: 10, counters: { x: 60 } }, value(0.1)],
    [{ slots: 10, known: 10, counters: { x: 61 }, seconds: 610 }, value(0.1)],
    [{ slots: 10, known: 5, counters: { x: 300 } }, value(1)],
    [{ slots: 10, known: 4, counters: { x: 300 } }, none("4 of 10 minutes known")],
    [{ slots: 10, known: 10 }, none("0 of 10 minutes known")],
  ])("%j", (given, want) => {
    expect(rate(steps(given), "x")).toEqual(want);
  });
});

describe("ratio", () => {
  const PAIR = { hits: "h", misses: "m", things: "get requests" };
  test.each([
    [{ slots: 10, known: 10, counters: { h: 1, m: 3 } }, value(25)],
    [{ slots: 10, known: 5, counters: { h: 1, m: 0 } }, value(100)],
    [{ slots: 10, known: 10, counters: { h: 0, m: 3 } }, value(0)],
    [{ slots: 10, known: 10, counters: { h: 0, m: 0 } }, none("no get requests in the last 10x")],
    [{ slots: 10, known: 4, counters: { h: 1, m: 3 } }, none("4 of 10 minutes known")],
    [{ slots: 10, known: 10, counters: { h: 1 } }, none("0 of 10 minutes known")],
  ])("%j", (given, want) => {
    expect(ratio(steps(given), PAIR)).toEqual(want);
  });
});

describe("extreme", () => {
  const levels = [3, 1, 2];
  test.each([
    ["min", { slots: 6, known: 6, levels }, value(1)],
    ["max", { slots: 6, known: 6, levels }, value(3)],
    ["avg", { slots: 6, known: 6, levels }, value(2)],
    ["avg", { slots: 7, known: 7, levels }, none("3 of 7 minutes known")],
    ["min", { slots: 1, known: 1 }, none("0 of 1 minute known")],
  ] as [Extreme, Known, unknown][])("%s of %j", (which, given, want) => {
    expect(extreme(steps(given), which, "x")).toEqual(want);
  });
});
