import fc from "fast-check";
import { expect, test } from "vitest";
import { DAY_SECONDS, monthDay, weekDay } from "../../../src/zabbix/zone.ts";

const days = fc.integer({ min: 0, max: 80_000 }); // to the year 2189

test("monthDay and weekDay agree with the calendar of the runtime", () => {
  fc.assert(
    fc.property(days, (day) => {
      const date = new Date(day * DAY_SECONDS * 1000);
      expect(monthDay(day)).toBe(date.getUTCDate());
      expect(weekDay(day) % 7).toBe(date.getUTCDay());
    }),
    { numRuns: 2000 },
  );
});

for (const [text, expected] of [
  ["2024-02-29", 29],
  ["2024-03-01", 1],
  ["2023-02-28", 28],
  ["2023-12-31", 31],
  ["2100-03-01", 1],
  ["2000-02-29", 29],
] as const) {
  test(`monthDay: ${text}`, () => {
    expect(monthDay(Date.parse(`${text}T00:00:00Z`) / 1000 / DAY_SECONDS)).toBe(expected);
  });
}
