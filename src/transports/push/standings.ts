import type { BatchRow } from "../../outbox/batch.ts";

/** A key that the server has refused so far. `rows`: what waits for it to be taken; monotonic seconds. */
interface Newcomer {
  readonly since: number;
  readonly rows: BatchRow[];
  pause: number;
  dueAt: number;
}

const FIRST_PAUSE_SECONDS = 10;
const LONGEST_SECONDS = 600;
/** Rows that are kept for newcomers, all together. */
const MOST_ROWS = 10_000;

/**
 * What is known about the keys of one destination, of which there may be many thousand:
 * - accepted: the server has taken it, once at least.
 * - newcomer: it never has; tried again for a while, since servers learn of new items late.
 * - refused: no longer tried for its own sake.
 */
export class Standings {
  readonly #settled = new Map<string, "accepted" | "refused">();
  readonly #newcomers = new Map<string, Newcomer>();
  #kept = 0;

  isKnown(key: string): boolean {
    return this.#settled.has(key) || this.#newcomers.has(key);
  }

  /** Whether the server has refused it the last time. */
  isRefused(key: string): boolean {
    return this.#newcomers.has(key) || this.#settled.get(key) === "refused";
  }

  /** The server takes it. What waits for that is due at once. */
  accept(key: string): void {
    const newcomer = this.#newcomers.get(key);
    if (newcomer !== undefined && newcomer.rows.length > 0) newcomer.dueAt = Number.NEGATIVE_INFINITY;
    else this.#settle(key, "accepted");
  }

  /** The server takes it, but may not have taken its first rows: it is tried again at once. */
  doubt(key: string, now: number): void {
    if (this.#settled.get(key) !== "accepted") return;
    this.#begin(key, now, Number.NEGATIVE_INFINITY);
  }

  /** The server has what was kept for it. */
  settle(key: string): void {
    this.#settle(key, "accepted");
  }

  /** What was kept for a newcomer. */
  rowsOf(key: string): readonly BatchRow[] {
    return this.#newcomers.get(key)?.rows ?? [];
  }

  /** The server refuses it. @returns what that is to people: nothing new, a new key, or one that was taken before */
  refuse(key: string, now: number): "known" | "new" | "lost" {
    if (!this.isKnown(key)) {
      this.#begin(key, now, now + FIRST_PAUSE_SECONDS);
      return "new";
    }
    if (this.#settled.get(key) !== "accepted") return "known";
    this.#settle(key, "refused");
    return "lost";
  }

  /** Keeps a refused row while its key is a newcomer, as far as there is room. */
  keep(key: string, row: BatchRow): void {
    const newcomer = this.#newcomers.get(key);
    if (newcomer === undefined || this.#kept >= MOST_ROWS) return;
    newcomer.rows.push(row);
    this.#kept++;
  }

  /** When the next newcomer is to be tried; infinite when there is none. */
  get dueAt(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { dueAt } of this.#newcomers.values()) least = Math.min(least, dueAt);
    return least;
  }

  /** Newcomers to be tried now, at most so many. */
  due(now: number, most: number): readonly string[] {
    const due: string[] = [];
    for (const [key, { dueAt }] of this.#newcomers) if (dueAt <= now && due.push(key) === most) break;
    return due;
  }

  /** It was tried in vain. @returns whether it is given up with that */
  postpone(key: string, now: number): boolean {
    const newcomer = this.#newcomers.get(key);
    if (newcomer === undefined) return false;
    const isLate = now - newcomer.since >= LONGEST_SECONDS;
    if (isLate) this.#settle(key, "refused");
    newcomer.pause *= 2;
    newcomer.dueAt = Math.min(now + newcomer.pause, newcomer.since + LONGEST_SECONDS);
    return isLate;
  }

  #begin(key: string, now: number, dueAt: number): void {
    this.#settled.delete(key);
    this.#newcomers.set(key, { since: now, rows: [], pause: FIRST_PAUSE_SECONDS, dueAt });
  }

  #settle(key: string, as: "accepted" | "refused"): void {
    this.#kept -= this.rowsOf(key).length;
    this.#newcomers.delete(key);
    this.#settled.set(key, as);
  }
}
