/** What a peer may spend at once after a pause, in seconds of its rate: a server that starts asks everything anew. */
const BURST_SECONDS = 2;
/** Peers that are remembered; past it the one that was silent longest is forgotten, with what it had spent. */
const MOST_PEERS = 1_024;

interface Bucket {
  left: number;
  since: number;
}

/** How often each peer may come: a token bucket for each address. */
export class PeerRates {
  /** The peer that came last stands last. */
  readonly #buckets = new Map<string, Bucket>();

  /** Whether one more may come at a monotonic second. @param perSecond 0: any number */
  admits(peer: string, now: number, perSecond: number): boolean {
    if (perSecond === 0) return true;
    const most = perSecond * BURST_SECONDS;
    const bucket = this.#buckets.get(peer) ?? { left: most, since: now };
    this.#buckets.delete(peer);
    this.#buckets.set(peer, bucket);
    this.#forgetSilent();
    bucket.left = Math.min(most, bucket.left + (now - bucket.since) * perSecond);
    bucket.since = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  }

  #forgetSilent(): void {
    if (this.#buckets.size <= MOST_PEERS) return;
    for (const [peer] of this.#buckets) {
      this.#buckets.delete(peer);
      return;
    }
  }
}
