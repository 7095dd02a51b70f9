import type { Journal } from "../journal/journal.ts";
import type { SampleEncoder } from "./sample-record.ts";
import type { Keeper, Kept } from "./schedule.ts";

const SYNC_SECONDS = 60;

/** Writes each closed slot to the journal in one piece, and to the disk itself once a minute. */
export class JournalKeeper implements Keeper {
  readonly #journal: Journal;
  readonly #encoder: SampleEncoder;
  readonly #slotsPerSync: number;
  #bodies: Buffer[] = [];
  #slots = 0;

  constructor(journal: Journal, encoder: SampleEncoder, step: number) {
    this.#journal = journal;
    this.#encoder = encoder;
    this.#slotsPerSync = Math.max(1, Math.round(SYNC_SECONDS / step));
  }

  /** Encoded at once: a thousand samples in one go would hold the event loop up for 30 ms. */
  add({ source, sample }: Kept): void {
    this.#bodies.push(...this.#encoder.encode(source, sample));
  }

  keep(slot: number): void {
    void this.#journal.append(this.#bodies.map((body) => ({ slot, body })));
    this.#bodies = [];
    this.#slots++;
    if (this.#slots % this.#slotsPerSync === 0) void this.#journal.sync();
  }
}
