import type { Io } from "../io/io.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { OutboxRow } from "../outbox/row.ts";
import type { Stamp } from "../ring/sample.ts";

export interface SlotFeedOptions {
  readonly outbox: Pick<Outbox, "cursor" | "put">;
  /** Seconds of a slot, and how many the ring keeps. */
  readonly step: number;
  readonly slots: number;
  /** How many slots before the newest are fed when the outbox has no cursor yet: 0 for a destination without a past. */
  readonly backSlots: () => number;
  /** The rows of one closed slot. `stamp`: about when it was closed. Lets other work in between; never rejects. */
  readonly evaluate: (slot: number, stamp: Stamp) => Promise<readonly OutboxRow[]>;
  readonly io: Pick<Io, "now">;
}

/**
 * Puts the rows of every closed slot into an outbox, in order and once: live ones and those that were missed alike. Each
 * is evaluated as of its own slot, as far back as the ring reaches.
 */
export class SlotFeed {
  readonly #options: SlotFeedOptions;
  #newest = { slot: -1, stamp: { clock: 0, mono: 0 } };
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: SlotFeedOptions) {
    this.#options = options;
  }

  /** To be told of each closed slot. Resolves when all slots up to it are in the outbox. */
  slotClosed(slot: number): Promise<void> {
    this.#newest = { slot, stamp: this.#options.io.now() };
    this.#running ??= Promise.resolve().then(() => this.#feed());
    return this.#running;
  }

  /** Ends after the slot that is being evaluated. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #feed(): Promise<void> {
    const { outbox, evaluate } = this.#options;
    for (let slot = this.#next(); slot <= this.#newest.slot && !this.#closed; slot = this.#next()) {
      outbox.put(slot, await evaluate(slot, this.#stampOf(slot)));
    }
    this.#running = undefined;
  }

  #next(): number {
    const { outbox, slots, backSlots } = this.#options;
    const { slot } = this.#newest;
    const next = outbox.cursor === undefined ? slot - backSlots() : outbox.cursor + 1;
    return Math.max(next, slot - slots + 1);
  }

  #stampOf(slot: number): Stamp {
    const { stamp, slot: newest } = this.#newest;
    const ago = (newest - slot) * this.#options.step;
    return { clock: stamp.clock - ago, mono: stamp.mono - ago };
  }
}
