import type { Numbers } from "../../ring/sample.ts";

/** memcached's `time` - `uptime` can be off by one second on either side. */
const JITTER_SECONDS = 2;

/**
 * Names the life of a process by pid and start time. Both are needed: in containers the pid is often 1 every time.
 * A start that seems to have moved by no more than the jitter is the same one.
 */
export class Epoch {
  #pid: number | undefined;
  #start = Number.NaN;

  of(numbers: Numbers): string {
    const pid = Number(numbers.get("pid") ?? Number.NaN);
    const start = Number(numbers.get("time") ?? Number.NaN) - Number(numbers.get("uptime") ?? Number.NaN);
    if (pid !== this.#pid || !(Math.abs(start - this.#start) <= JITTER_SECONDS)) this.#start = start;
    this.#pid = pid;
    return `${pid}@${this.#start}`;
  }
}
