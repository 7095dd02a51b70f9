import type { Io } from "../../io/io.ts";

/** At most so many at work at once; those that only wait for a slow server do not count. */
const AT_WORK = 16;

const WAITING_MS = 50;

/** Started without a pause: about a millisecond of work. */
const GROUP = 8;

/** The starts of a tick are spread over this share of it. */
const SHARE = 0.1;

/**
 * Runs `work` for each of many targets so that neither the event loop nor the network sees them all at once: in groups,
 * the starts spread over a small part of `ms`, each waiting for room. A few start at once.
 */
export async function paced<T>(
  io: Io,
  ms: number,
  targets: readonly T[],
  work: (target: T) => Promise<void>,
): Promise<void> {
  const groups = Math.ceil(targets.length / GROUP);
  const room = new Room(io);
  const running: Promise<void>[] = [];
  for (let group = 0; group < groups; group++) {
    if (group > 0) await pause(io, (ms * SHARE) / groups);
    for (const target of targets.slice(group * GROUP, (group + 1) * GROUP)) {
      await room.enter();
      running.push(room.during(work(target)));
    }
  }
  await Promise.all(running);
}

function pause(io: Io, ms: number): Promise<void> {
  return new Promise((resolve) => io.after(ms, resolve));
}

class Room {
  readonly #io: Io;
  #inside = 0;
  #waiting: (() => void) | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  async enter(): Promise<void> {
    while (this.#inside >= AT_WORK) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    }
    this.#inside++;
  }

  async during(work: Promise<void>): Promise<void> {
    let left = false;
    const leave = (): void => {
      if (left) return;
      left = true;
      this.#inside--;
      this.#waiting?.();
    };
    const cancel = this.#io.after(WAITING_MS, leave);
    await work;
    cancel();
    leave();
  }
}
