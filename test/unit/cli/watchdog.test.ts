import { expect, test } from "vitest";
import { Watchdog } from "../../../src/cli/watchdog.ts";
import { HandClock, keptLog } from "../transports/loopback.ts";

const SECONDS = 120;

/** A watchdog over a hand-moved clock; `trouble` and `untold` are what it meets. */
function bench() {
  const clock = new HandClock();
  const log = keptLog();
  const meets: { trouble?: string; untold?: string } = {};
  const fed: number[] = [];
  const watchdog = new Watchdog({
    seconds: SECONDS,
    trouble: async () => meets.trouble,
    feed: async () => {
      if (meets.untold === undefined) fed.push(clock.now().mono);
      return meets.untold;
    },
    io: clock,
    log,
  });
  /** Step by step, so that what a step sets off is over before the next one. */
  const pass = async (seconds: number) => {
    for (let left = seconds; left > 0; left--) {
      clock.move(1);
      for (let turn = 0; turn < 5; turn++) await Promise.resolve();
    }
  };
  return { clock, log, meets, fed, watchdog, pass };
}

test("Watchdog feeds twice in its time while nothing is wrong", async () => {
  const { fed, pass, log } = bench();
  await pass(600);
  expect(fed.map((at) => at - 1000)).toEqual([60, 120, 180, 240, 300, 360, 420, 480, 540, 600]);
  expect(log.lines).toEqual([]);
});

test("Watchdog does not feed while something is wrong, says what, and feeds in time when it is over", async () => {
  const { fed, pass, log, meets } = bench();
  meets.trouble = "no tick has finished for more than 123 s";
  await pass(100);
  expect(fed).toEqual([]);
  expect(log.lines[0]).toBe("error The watchdog is not fed: no tick has finished for more than 123 s.");
  delete meets.trouble;
  await pass(10);
  expect(fed.map((at) => at - 1000)).toEqual([102]);
  expect(102).toBeLessThan(SECONDS);
});

test("Watchdog tries again soon when nobody could be told", async () => {
  const { fed, pass, log, meets } = bench();
  meets.untold = "cannot tell the service manager WATCHDOG=1: EAGAIN";
  await pass(61);
  delete meets.untold;
  await pass(6);
  expect(fed).toHaveLength(1);
  expect(log.lines).toEqual(["error The watchdog is not fed: cannot tell the service manager WATCHDOG=1: EAGAIN."]);
});

test("Watchdog that was stopped feeds no more", async () => {
  const { fed, pass, watchdog, clock } = bench();
  await pass(60);
  watchdog.stop();
  await pass(600);
  expect([fed.length, clock.waiting]).toEqual([1, 0]);
});
