import { countAside } from "../../../src/io/count-aside.ts";
import type { Io } from "../../../src/io/io.ts";
import { realFiles } from "../../../src/io/real-files.ts";

/** Io whose clock is moved by hand; timers fire when it passes them. Nothing can be connected to. */
export interface FakeIo extends Io {
  /** Moves both clocks on; timers that fall due fire in order, each followed by a turn of the microtask queue. */
  pass(seconds: number): Promise<void>;
}

export function fakeIo(start = { clock: 1_700_000_000, mono: 1_000 }): FakeIo {
  let passed = 0;
  const timers = new Set<{ readonly due: number; readonly callback: () => void }>();
  const fire = async (until: number) => {
    const next = [...timers].filter(({ due }) => due <= until).sort((a, b) => a.due - b.due)[0];
    if (next === undefined) return false;
    timers.delete(next);
    passed = Math.max(passed, next.due);
    next.callback();
    await settle();
    return true;
  };
  return {
    now: () => ({ clock: start.clock + passed, mono: start.mono + passed }),
    after: (ms, callback) => {
      const timer = { due: passed + ms / 1000, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    pass: async (seconds) => {
      const until = passed + seconds;
      await settle();
      while (await fire(until));
      passed = until;
    },
    connect: () => {
      throw new Error("nothing to connect to");
    },
    listenFifo: () => {
      throw new Error("nothing to listen to");
    },
    listenDatagrams: () => {
      throw new Error("nothing to listen to");
    },
    readText: () => undefined,
    readTextAside: async () => undefined,
    list: () => undefined,
    countAside,
    addresses: () => [],
    access: () => undefined,
    files: realFiles,
  };
}

/** Lets everything that only waits for promises happen. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
