import type { JournalKind } from "../journal/kind.ts";

export interface OutboxOptions {
  /** Directory of this destination alone; made when it is missing. */
  readonly directory: string;
  /** The destination as findings name it. */
  readonly name: string;
  /** Seconds of a slot. */
  readonly step: number;
  /** Boot id of the machine now. */
  readonly boot: string;
  readonly limits: OutboxLimits;
  /** The present on both clocks, seconds. */
  readonly now: () => { readonly clock: number; readonly mono: number };
  /** Lets other work in between many small steps: undefined while there is time left. */
  readonly pause: () => Promise<void> | undefined;
  /** Told one whole sentence per finding. */
  readonly report: (line: string) => void;
}

/** Beyond these the oldest rows are dropped. */
export interface OutboxLimits {
  readonly bytes: number;
  /** Age of a row. */
  readonly seconds: number;
}

/** What rows that are not on disk may take: all of them without a writable directory. */
export const MEMORY_BYTES = 16 * 2 ** 20;

const SEGMENT_BYTES = 2 ** 20;

/** Its slots are the places of rows. Nothing is defined once for many records: what is behind damage is of use. */
export function outboxJournal(oldest: () => number): JournalKind {
  return {
    name: "outbox",
    oldest,
    segmentSlots: Number.POSITIVE_INFINITY,
    segmentBytes: SEGMENT_BYTES,
    mostSegments: Number.POSITIVE_INFINITY,
    needsNewest: true, // it has the cursor
    beyondDamage: true,
    whileFailing: "New values wait in memory only",
    afterFailing: () => "what waited in memory is in it",
  };
}
