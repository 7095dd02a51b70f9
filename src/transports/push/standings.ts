import type { BatchRow } from "../../outbox/batch.ts";

/** A key that the server has refused so far. `rows`: what waits for it to be taken; monotonic seconds. */
export interface Newcomer {
  readonly key: string;
  readonly since: number;
  readonly pause: number;
  readonly dueAt: number;
  readonly rows: readonly BatchRow[];
}

/**
 * - accepted: the server has taken it, once at least.
 * - newcomer: it never has; tried again for a while, since servers learn of new items late.
 * - refused: no longer tried for its own sake.
 */
type Standing =
  | { readonly kind: "accepted" }
  | ({ readonly kind: "newcomer" } & Newcomer)
  | { readonly kind: "refused" };

const FIRST_PAUSE_SECONDS = 10;
const LONGEST_SECONDS = 600;
/** Rows that are kept for newcomers, all together. */
const MOST_ROWS = 10_000;

const ACCEPTED = { kind: "accepted" } as const;
const REFUSED = { kind: "refused" } as const;

/** What is known about the keys of one destination. */
export class Standings {
  readonly #keys = new Map<string, Standing>();

  isKnown(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Whether the server has refused it the last time. */
  isRefused(key: string): boolean {
    const kind = this.#keys.get(key)?.kind;
    return kind === "newcomer" || kind === "refused";
  }

  /** The server takes it. What waits for that is due at once. */
  accept(key: string): void {
    const standing = this.#keys.get(key);
    const waits = standing?.kind === "newcomer" && standing.rows.length > 0;
    this.#keys.set(key, waits ? { ...standing, dueAt: Number.NEGATIVE_INFINITY } : ACCEPTED);
  }

  /** The server takes it, but may not have taken its first rows: it is tried again at once. */
  doubt(key: string, now: number): void {
    if (this.#keys.get(key)?.kind !== "accepted") return;
    this.#keys.set(key, { kind: "newcomer", ...newcomer(key, now), dueAt: Number.NEGATIVE_INFINITY });
  }

  /** The server has what was kept for it. */
  settle(key: string): void {
    this.#keys.set(key, ACCEPTED);
  }

  /** What was kept for a newcomer. */
  rowsOf(key: string): readonly BatchRow[] {
    const standing = this.#keys.get(key);
    return standing?.kind === "newcomer" ? standing.rows : [];
  }

  /** The server refuses it. @returns what that is to people: nothing new, a new key, or one that was taken before */
  refuse(key: string, now: number): "known" | "new" | "lost" {
    const standing = this.#keys.get(key);
    if (standing === undefined) {
      this.#keys.set(key, { kind: "newcomer", ...newcomer(key, now) });
      return "new";
    }
    if (standing.kind !== "accepted") return "known";
    this.#keys.set(key, REFUSED);
    return "lost";
  }

  /** Keeps a refused row while its key is a newcomer, as far as there is room. */
  keep(key: string, row: BatchRow): void {
    const standing = this.#keys.get(key);
    const kept = this.#newcomers().reduce((sum, { rows }) => sum + rows.length, 0);
    if (standing?.kind === "newcomer" && kept < MOST_ROWS) {
      this.#keys.set(key, { ...standing, rows: [...standing.rows, row] });
    }
  }

  /** When the next newcomer is to be tried; infinite when there is none. */
  get dueAt(): number {
    return this.#newcomers().reduce((least, { dueAt }) => Math.min(least, dueAt), Number.POSITIVE_INFINITY);
  }

  /** Newcomers to be tried now. */
  due(now: number): readonly string[] {
    return this.#newcomers()
      .filter(({ dueAt }) => dueAt <= now)
      .map(({ key }) => key);
  }

  /** It was tried in vain. @returns whether it is given up with that */
  postpone(key: string, now: number): boolean {
    const standing = this.#keys.get(key);
    if (standing?.kind !== "newcomer") return false;
    const isLate = now - standing.since >= LONGEST_SECONDS;
    const pause = 2 * standing.pause;
    const dueAt = Math.min(now + pause, standing.since + LONGEST_SECONDS);
    this.#keys.set(key, isLate ? REFUSED : { ...standing, pause, dueAt });
    return isLate;
  }

  #newcomers(): readonly Newcomer[] {
    return [...this.#keys.values()].filter((standing) => standing.kind === "newcomer");
  }
}

function newcomer(key: string, now: number): Newcomer {
  return { key, since: now, pause: FIRST_PAUSE_SECONDS, dueAt: now + FIRST_PAUSE_SECONDS, rows: [] };
}
