import { expect } from "vitest";
import type { GoodSample } from "../../src/ring/sample.ts";
import type { MemcachedLoad } from "./memcached-load.ts";
import { pause } from "./wait.ts";

/** What the load had asked for, and what was answered, at one wall second. */
interface Reached {
  readonly clock: number;
  readonly sent: number;
  readonly done: number;
}

/** How long a tick and its write may take here. */
export const IN_FLIGHT_SECONDS = 0.4;
const BATCH = 20;

/** Gets all the time, and remembers when how many were sent and answered. */
export class SteadyLoad {
  readonly #load: MemcachedLoad;
  readonly #reached: Reached[] = [{ clock: 0, sent: 0, done: 0 }];
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(load: MemcachedLoad) {
    this.#load = load;
    this.#running = this.#work();
  }

  async #work(): Promise<void> {
    await this.#load.sets(BATCH);
    for (let done = 0; !this.#stopped; done += BATCH) {
      this.#reached.push({ clock: seconds(), sent: done + BATCH, done });
      await Promise.all([this.#load.gets(BATCH), this.#load.misses(1)]);
      this.#reached.push({ clock: seconds(), sent: done + BATCH, done: done + BATCH });
      await pause(5);
    }
  }

  async stop() {
    this.#stopped = true;
    await this.#running;
    this.#load.close();
    return this.#load.done;
  }

  /** Twice as many hits as in its busiest second. */
  get absurdRate(): number {
    const counts = new Map<number, number>();
    for (const [at, { clock, done }] of this.#reached.entries()) {
      const second = Math.floor(clock);
      counts.set(second, (counts.get(second) ?? 0) + done - (this.#reached[at - 1]?.done ?? 0));
    }
    return 2 * Math.max(...counts.values());
  }

  /** The sample's count lies between what was answered a moment before and what was sent by then. */
  expectTrue({ stamp, numbers }: GoodSample): void {
    const hits = Number(numbers.get("get_hits"));
    expect(hits).toBeGreaterThanOrEqual(this.#at(stamp.clock - IN_FLIGHT_SECONDS).done);
    expect(hits).toBeLessThanOrEqual(this.#at(stamp.clock).sent);
  }

  #at(clock: number): Reached {
    const before = this.#reached.findLast((reached) => reached.clock <= clock);
    if (before === undefined) throw new Error(`nothing is known of ${clock}`);
    return before;
  }
}

/** Wall seconds. */
export function seconds(): number {
  return Date.now() / 1000;
}
