import { expect, test } from "vitest";
import { SlotCounter } from "../../../src/schedule/slots.ts";

test("starts at the wall clock's slot, or right after the journal's newest", () => {
  expect(new SlotCounter(60, 6_030, undefined).next(5)).toBe(100);
  expect(new SlotCounter(60, 6_030, 99).next(5)).toBe(100);
  expect(new SlotCounter(60, 6_030, 250).next(5)).toBe(251);
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
    const counter = new SlotCounter(60, 6_000, undefined);
    expect(monos.map((mono) => counter.next(mono))).toEqual(slots);
  });
}
