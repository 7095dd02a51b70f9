/** A server may write the date of a reply in another second than its uptime, and our clock is not the server's. */
const JITTER_SECONDS = 2;

/**
 * Names the life of a server by when it started. A start that seems to have moved by no more than the jitter is the
 * same one, unless the uptime fell.
 */
export class Life {
  #start = Number.NaN;
  #uptime = Number.NaN;

  /** @param clock the present, unix seconds: by the server's own clock the start is exact, whoever asks */
  epoch(clock: number, uptime: number): string {
    const start = Math.round(clock - uptime);
    const isSame = Math.abs(start - this.#start) <= JITTER_SECONDS && uptime >= this.#uptime;
    if (!isSame) this.#start = start;
    this.#uptime = uptime;
    return String(this.#start);
  }
}
