import { expect, test } from "vitest";
import { daysSince1970 } from "../../../src/words/calendar.ts";

test.each([
  [1970, 1, 1],
  [1999, 12, 31],
  [2000, 2, 29],
  [2000, 3, 1],
  [2026, 11, 21],
  [2100, 2, 28],
  [2100, 3, 1],
])("daysSince1970: %i-%i-%i", (year, month, day) => {
  expect(daysSince1970(year, month, day)).toBe(Date.UTC(year, month - 1, day) / 86_400_000);
});
