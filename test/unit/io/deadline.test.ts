import { expect, test } from "vitest";
import { deadline, timeLeft } from "../../../src/io/deadline.ts";
import type { Io } from "../../../src/io/io.ts";

/** A process whose timers come when it has a turn. */
class Starved {
  ms = 1000;
  #timers: { readonly due: number; readonly call: () => void }[] = [];

  get io(): Io {
    const now = () => ({ clock: 0, mono: this.ms / 1000 });
    const after = (ms: number, call: () => void) => {
      const timer = { due: this.ms + ms, call };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((each) => each !== timer);
      };
    };
    return { now, after } as Partial<Io> as Io;
  }

  /** Its next turn is at this time. */
  turn(ms: number): void {
    this.ms = ms;
    const due = this.#timers.filter((timer) => timer.due <= ms);
    this.#timers = this.#timers.filter((timer) => timer.due > ms);
    for (const { call } of due) call();
  }
}

function watched(ms: number) {
  const process = new Starved();
  let isOver = false;
  const cancel = deadline(process.io, ms, () => {
    isOver = true;
  });
  return { process, cancel, over: () => isOver };
}

test("a deadline is over when its time is", () => {
  const { process, over } = watched(3000);
  process.turn(3999);
  expect(over()).toBe(false);
  process.turn(4010);
  expect(over()).toBe(true);
});

test("one that is noticed late gives as much time again, a second at most, and once", () => {
  const { process, over } = watched(3000);
  process.turn(4500);
  expect(over()).toBe(false);
  process.turn(4999);
  expect(over()).toBe(false);
  process.turn(9000);
  expect(over()).toBe(true);
  const long = watched(100);
  long.process.turn(60_000);
  long.process.turn(60_999);
  expect(long.over()).toBe(false);
  long.process.turn(61_000);
  expect(long.over()).toBe(true);
});

test("nothing comes of a deadline that was called off, early or late", () => {
  const early = watched(3000);
  early.cancel();
  early.process.turn(9000);
  const late = watched(3000);
  late.process.turn(5000);
  late.cancel();
  late.process.turn(9000);
  expect([early.over(), late.over()]).toEqual([false, false]);
});

test("a peer has a moment, however little time is left", () => {
  const process = new Starved();
  expect(timeLeft(process.io, 3000)).toBe(2000);
  expect(timeLeft(process.io, 1010)).toBe(40);
  expect(timeLeft(process.io, 500)).toBe(40);
});
