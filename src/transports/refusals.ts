import type { Log } from "../io/log.ts";

/**
 * Why a connection was closed without an answer.
 * - peer: its address is not in `Server`.
 * - encryption: it came with TLS, or without, and `TLSAccept` does not list that.
 * - identity: it named a pre-shared key that is not ours.
 * - key: it named ours and does not know it.
 * - certificate: it showed none, or one that no authority in `TLSCAFile` vouches for.
 * - expired, revoked: its certificate is.
 * - issuer, subject: its certificate has another than `TLSServerCertIssuer`, `TLSServerCertSubject`.
 * - handshake: what it sent is no TLS that is spoken here.
 * - malformed: what it sent is no Zabbix packet.
 * - timeout: no complete request, or the answer not taken, within `Timeout`.
 * - crowded: the oldest ones when there are too many at once.
 * - rate: its address connects more often than `PeerRate`.
 * - failed: the answer could not be made, which is a bug.
 */
export const REFUSALS = [
  "peer",
  "encryption",
  "identity",
  "key",
  "certificate",
  "expired",
  "revoked",
  "issuer",
  "subject",
  "handshake",
  "malformed",
  "timeout",
  "crowded",
  "rate",
  "failed",
] as const;

export type Refusal = (typeof REFUSALS)[number];

const LEVEL = {
  peer: "warning",
  encryption: "warning",
  identity: "warning",
  key: "warning",
  certificate: "warning",
  expired: "warning",
  revoked: "warning",
  issuer: "warning",
  subject: "warning",
  handshake: "warning",
  malformed: "warning",
  timeout: "debug",
  crowded: "warning",
  rate: "warning",
  failed: "error",
} as const satisfies Record<Refusal, keyof Log>;

const WINDOW_SECONDS = 60;
const MOST_LINES = 10;

/** Counts refused connections by reason; logs each peer and reason once a minute, and at most ten lines a minute. */
export class Refusals {
  readonly #log: Log;
  readonly #counts = new Map<Refusal, number>(REFUSALS.map((refusal) => [refusal, 0]));
  readonly #told = new Set<string>();
  #untold = 0;
  #windowEnd = Number.NEGATIVE_INFINITY;

  constructor(log: Log) {
    this.#log = log;
  }

  get counts(): ReadonlyMap<Refusal, number> {
    return this.#counts;
  }

  /** @param found lower-case fragment: what was wrong with it; `now`: monotonic seconds */
  record(
    refusal: Refusal,
    { peer, found, now }: { readonly peer: string; readonly found: string; readonly now: number },
  ): void {
    this.#counts.set(refusal, (this.#counts.get(refusal) ?? 0) + 1);
    if (now >= this.#windowEnd) this.#openWindow(now);
    const subject = `${refusal} ${peer}`;
    if (this.#told.has(subject) || this.#told.size >= MOST_LINES) {
      this.#untold += 1;
      return;
    }
    this.#told.add(subject);
    this.#log[LEVEL[refusal]](`Closed a connection from ${peer} without an answer: ${found}.`);
  }

  #openWindow(now: number): void {
    if (this.#untold > 0) {
      this.#log.warning(`Closed ${this.#untold} more connections without an answer since the last such line.`);
    }
    this.#untold = 0;
    this.#told.clear();
    this.#windowEnd = now + WINDOW_SECONDS;
  }
}
