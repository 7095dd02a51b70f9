import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Check, type Told } from "../../../src/plugin/check.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function asked(ms: number) {
  const told: Told[] = [];
  const check = new Check({ key: "k", ms, late: () => "Too late.", tell: (one) => told.push(one) });
  return { check, told };
}

test("a check is answered once, by who is first", () => {
  const { check, told } = asked(1000);
  check.answer({ kind: "value", text: "1" });
  check.fail("No.");
  vi.advanceTimersByTime(2000);
  expect(told).toEqual([{ kind: "value", text: "1" }]);
  expect(check.over).toBe(true);
});

test("nobody has to wait longer than the asker does", () => {
  const { check, told } = asked(1000);
  vi.advanceTimersByTime(999);
  expect(told).toEqual([]);
  vi.advanceTimersByTime(1);
  expect(told).toEqual([{ kind: "error", reason: "Too late." }]);
  check.answer({ kind: "value", text: "1" });
  expect(told).toHaveLength(1);
});

test("a timeout below what is spared for the way is over at once", () => {
  const { told } = asked(-50);
  vi.advanceTimersByTime(1);
  expect(told).toHaveLength(1);
});
