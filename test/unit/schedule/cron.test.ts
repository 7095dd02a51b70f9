import { afterEach, describe, expect, test, vi } from "vitest";
import { malformed, ok } from "../../../src/ring/answer.ts";
import { Firing, stepSeconds } from "../../../src/schedule/cron.ts";

const cases = [
  { expression: "* * * * *", want: ok(60) },
  { expression: "* * * * * *", want: ok(1) },
  { expression: "*/5 * * * * *", want: ok(5) },
  { expression: "30 */2 * * * *", want: ok(120) },
  { expression: "0 * * * *", want: ok(3600) },
  { expression: "0 3 * * *", want: ok(86_400) },
  { expression: "*/7 * * * *", want: malformed("not evenly spaced: one gap is 420 s, another 240 s") },
  { expression: "0,10 * * * * *", want: malformed("not evenly spaced: one gap is 10 s, another 50 s") },
  { expression: "* 8-17 * * *", want: malformed("not evenly spaced: one gap is 60 s, another 50460 s") },
  {
    expression: "0 0 * * 1-5",
    want: malformed("not evenly spaced: it leaves out days; expected * for day of month, month and day of week"),
  },
  {
    expression: "*/10 * * * * *18446744073709551616",
    want: malformed("no field has a number as large as 18446744073709551616"),
  },
  { expression: "0-99999999 * * * *", want: malformed("no field has a number as large as 99999999") },
  { expression: "*/100 * * * *", want: malformed("no field has a number as large as 100") },
  { expression: "every minute", want: malformed("expected 5 or 6 fields but got 2") },
  { expression: "61 * * * *", want: malformed("61 is a invalid expression for minute") },
];

for (const { expression, want } of cases) {
  test(`"${expression}"`, () => expect(stepSeconds(expression)).toEqual(want));
}

describe("firing", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  /** Ticks since the first, at minute 0; both clocks move on by `advance` alone. */
  function firing() {
    vi.useFakeTimers({ now: 600_000, toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
    const io = {
      now: () => ({ clock: Date.now() / 1000, mono: performance.now() / 1000 }),
      after: (ms: number, callback: () => void) => {
        const timer = setTimeout(callback, ms);
        return () => clearTimeout(timer);
      },
    };
    const ticks: number[] = [];
    const fired = new Firing({ expression: "* * * * *", step: 60 }, io, () => void ticks.push(io.now().mono));
    return { ticks, fired, advance: (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000) };
  }

  test("comes at each match until it is stopped", async () => {
    const { ticks, fired, advance } = firing();
    await advance(185);
    expect(ticks.map(Math.round)).toEqual([60, 120, 180]);
    fired.stop();
    await advance(120);
    expect(ticks).toHaveLength(3);
    expect(vi.getTimerCount()).toBe(0);
  });

  for (const off of [-3600, 3600, -90, 90]) {
    test(`goes on when the wall clock is set by ${off} s`, async () => {
      const { ticks, fired, advance } = firing();
      await advance(65);
      vi.setSystemTime(Date.now() + off * 1000);
      await advance(300);
      fired.stop();
      const gaps = ticks.slice(1).map((tick, at) => tick - (ticks[at] ?? 0));
      expect(ticks.length).toBeGreaterThanOrEqual(5);
      expect(Math.max(...gaps)).toBeLessThan(121);
    });
  }

  test("does not go through the years when the clock of a machine is set for the first time", async () => {
    const { ticks, fired, advance } = firing();
    await advance(65);
    vi.setSystemTime(Date.now() + 56 * 365 * 86_400_000);
    const began = process.hrtime.bigint();
    await advance(180);
    fired.stop();
    expect(ticks.length).toBeGreaterThanOrEqual(3);
    expect(process.hrtime.bigint() - began).toBeLessThan(2_000_000_000n);
  });
});
