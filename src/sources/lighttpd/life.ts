/** The uptime counts whole seconds of the wall clock. */
const JITTER_SECONDS = 2;

/**
 * Names the life of a server by when it started. A start that seems to have moved by no more than the jitter is the
 * same one, unless the uptime fell.
 */
export class Life {
  #start = Number.NaN;
  #uptime = Number.NaN;

  /** @param clock the present, unix seconds */
  epoch(clock: number, uptime: number): string {
    const start = Math.round(clock - uptime);
    const isSame = Math.abs(start - this.#start) <= JITTER_SECONDS && uptime >= this.#uptime;
    if (!isSame) this.#start = start;
    this.#uptime = uptime;
    return String(this.#start);
  }
}
