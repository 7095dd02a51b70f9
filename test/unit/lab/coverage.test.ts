import { expect, test } from "vitest";
import { coverage, type Stored } from "../../lab/coverage.ts";

const SPAN = { items: 1, from: 100, until: 110 } as const;

/** Values of one item in the order in which they were stored. */
function rows(...clocks: readonly number[]): readonly Stored[] {
  return clocks.map((clock) => ({ itemid: "1", clock }));
}

const WHOLE = [100.1, 101, 102.9, 103, 104, 105, 106, 107, 107.98, 109] as const;

test("one value a second is all that is due, whenever in its second it is of", () => {
  expect(coverage(rows(99, ...WHOLE, 110), SPAN)).toEqual({
    due: 10,
    stored: 10,
    lost: 0,
    doubled: 0,
    backwards: 0,
    longestGap: 0,
  });
});

test("seconds without a value are lost, second values are doubled", () => {
  const spoilt = rows(100, 101, 101.5, 105, 106, 107, 109);
  expect(coverage(spoilt, SPAN)).toMatchObject({ stored: 7, lost: 4, doubled: 1, longestGap: 3 });
});

test("a value that is stored after a younger one is not rising", () => {
  expect(coverage(rows(100, 102, 101, 103), SPAN)).toMatchObject({ backwards: 1, lost: 6 });
});

test("an item without any value has lost all of them", () => {
  expect(coverage(rows(...WHOLE), { ...SPAN, items: 2 })).toMatchObject({ due: 20, lost: 10, longestGap: 10 });
});
