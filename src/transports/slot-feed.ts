import type { Outbox } from "../outbox/outbox.ts";
import type { OutboxRow } from "../outbox/row.ts";
import type { Stamp } from "../ring/sample.ts";

export interface SlotFeedOptions {
  readonly outbox: Pick<Outbox, "cursor" | "cursorClock" | "put" | "settled">;
  /** How many slots the ring keeps. */
  readonly slots: number;
  /** When a slot was sampled; undefined: it was not, or the ring has lost it. */
  readonly stampOf: (slot: number) => Stamp | undefined;
  /** The rows of one sampled slot. Lets other work in between; never rejects. */
  readonly evaluate: (slot: number, stamp: Stamp) => Promise<readonly OutboxRow[]>;
}

/**
 * Puts the rows of every sampled slot into an outbox, in order and once: live ones and those that were missed alike, as
 * far back as the ring reaches. A destination without a past begins with the slot that is closed first.
 */
export class SlotFeed {
  readonly #options: SlotFeedOptions;
  #newest = -1;
  /** A slot that was sampled once more, as after a restart within it: it has one more row for each key. */
  #again: number | undefined;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: SlotFeedOptions) {
    this.#options = options;
  }

  /** To be told of each closed slot. Resolves when all slots up to it are in the outbox. */
  slotClosed(slot: number): Promise<void> {
    this.#again = slot === this.#options.outbox.cursor ? slot : undefined;
    return this.#feedUpTo(slot);
  }

  /**
   * Feeds what was sampled before a kill and not evaluated. To be called before the first slot is closed, which may be
   * the same slot once more. `newest`: no later slot can have been sampled
   */
  async catchUp(newest: number): Promise<void> {
    const { outbox, slots, stampOf } = this.#options;
    if (outbox.cursor === undefined) return;
    let last = newest;
    while (last > Math.max(outbox.cursor, newest - slots) && stampOf(last) === undefined) last--;
    if ((stampOf(outbox.cursor)?.clock ?? outbox.cursorClock) !== outbox.cursorClock) {
      this.#again = outbox.cursor;
      await this.#feedUpTo(outbox.cursor);
    }
    if (last > outbox.cursor) await this.#feedUpTo(last);
  }

  /** Ends after the slot that is being evaluated. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #feedUpTo(slot: number): Promise<void> {
    this.#newest = slot;
    this.#running ??= Promise.resolve().then(() => this.#feed());
    return this.#running;
  }

  async #feed(): Promise<void> {
    const { outbox, evaluate, stampOf } = this.#options;
    for (let slot = this.#next(); slot <= this.#newest && !this.#closed; slot = this.#next()) {
      this.#again = undefined;
      const stamp = stampOf(slot);
      outbox.put(slot, stamp === undefined ? [] : await evaluate(slot, stamp), stamp?.clock);
      if (slot < this.#newest) await outbox.settled(); // a backlog is made faster than it is written, and memory is small
    }
    this.#running = undefined;
  }

  /** A cursor in the future is that of a clock that was wrong. */
  #next(): number {
    const { cursor } = this.#options.outbox;
    if (cursor === undefined || cursor > this.#newest || this.#again === this.#newest) return this.#newest;
    return Math.max(cursor + 1, this.#newest - this.#options.slots + 1);
  }
}
