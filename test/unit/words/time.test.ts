import { expect, test } from "vitest";
import { timeText } from "../../../src/words/time.ts";

test("a wall time reads the same in every zone and locale", () => {
  expect(timeText(1_795_321_353.9)).toBe("2026-11-22 04:22:33 UTC");
  expect(timeText(0)).toBe("1970-01-01 00:00:00 UTC");
});
