import { expect, test } from "vitest";
import { SlotCounter } from "../../../src/schedule/slots.ts";

test("starts at the wall clock's slot, or at the journal's newest", () => {
  const started = { clock: 6_030, mono: 5 };
  expect(new SlotCounter(60, started, undefined).next(5)).toBe(100);
  expect(new SlotCounter(60, started, 99).next(5)).toBe(100);
  expect(new SlotCounter(60, started, 100).next(5)).toBe(100);
  expect(new SlotCounter(60, started, 250).next(5)).toBe(250);
});

test("a start at any second of a slot leaves the next boundary to the next slot", () => {
  for (const second of [0, 1, 29, 31, 59]) {
    const counter = new SlotCounter(60, { clock: 6_000 + second, mono: second }, 100);
    expect([second, 60, 120].map((mono) => counter.next(mono))).toEqual([100, 101, 102]);
  }
});

test("a first tick that comes after its slot's end is of the next slot", () => {
  const counter = new SlotCounter(60, { clock: 6_059, mono: 59 }, undefined);
  expect([61, 120].map((mono) => counter.next(mono))).toEqual([101, 102]);
});

test("a boundary missed right after the start is a hole", () => {
  const counter = new SlotCounter(60, { clock: 6_040, mono: 40 }, undefined);
  expect([40, 120].map((mono) => counter.next(mono))).toEqual([100, 102]);
});

const cases = [
  { name: "each firing is the next slot", monos: [0, 60, 120], slots: [100, 101, 102] },
  {
    name: "firings a little early or late do not skip or repeat",
    monos: [0, 60.4, 119.7, 180.2],
    slots: [100, 101, 102, 103],
  },
  { name: "the first tick may come at any second of its slot", monos: [0, 3, 63], slots: [100, 101, 102] },
  { name: "missed firings are holes", monos: [0, 60, 361], slots: [100, 101, 106] },
  {
    name: "a drift of the wall clock never adds up",
    monos: Array.from({ length: 1000 }, (_, at) => at * 60.05),
    slots: Array.from({ length: 1000 }, (_, at) => 100 + at),
  },
];

for (const { name, monos, slots } of cases) {
  test(name, () => {
    const counter = new SlotCounter(60, { clock: 6_000, mono: 0 }, undefined);
    expect(monos.map((mono) => counter.next(mono))).toEqual(slots);
  });
}
