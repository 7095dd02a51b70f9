import type { Outbox } from "../outbox/outbox.ts";
import type { OutboxRow } from "../outbox/row.ts";
import type { Stamp } from "../ring/sample.ts";

export interface SlotFeedOptions {
  readonly outbox: Pick<Outbox, "cursor" | "cursorClock" | "put" | "settled">;
  /** How many slots the ring keeps. */
  readonly slots: number;
  /** When a slot was sampled; undefined: it was not, or the ring has lost it. */
  readonly stampOf: (slot: number) => Stamp | undefined;
  /** The rows of one sampled slot. Begins at once, then lets other work in between; never rejects. */
  readonly evaluate: (slot: number, stamp: Stamp) => Promise<readonly OutboxRow[]>;
}

/** A slot that is evaluated as soon as it is sampled. */
interface Live {
  readonly slot: number;
  readonly rows: Promise<readonly OutboxRow[]>;
}

/** Slots that are evaluated before the outbox has taken those before them; later ones are left to the ring. */
const MOST_LIVE = 16;

/**
 * Puts the rows of every sample into an outbox, in order and once: live ones and those of slots that were missed, as far
 * back as the ring reaches. A destination without a past begins with the slot that is closed first.
 *
 * A slot may be sampled twice: after a restart within it, or when a tick is late. The ring keeps the first good sample
 * of a slot and the newest attempt. Therefore a slot is evaluated at once when it is closed, and of one that is
 * evaluated once more only rows that are newer than those before are put.
 */
export class SlotFeed {
  readonly #options: SlotFeedOptions;
  readonly #live: Live[] = [];
  #newest = -1;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(options: SlotFeedOptions) {
    this.#options = options;
  }

  /** To be told of each closed slot. Resolves when all slots up to it are in the outbox. */
  slotClosed(slot: number): Promise<void> {
    this.#evaluate(slot);
    return this.#feedUpTo(slot);
  }

  /**
   * Feeds what was sampled before a kill and not evaluated. To be called before the first slot is closed, which may be
   * the same slot once more. `newest`: no later slot can have been sampled
   */
  async catchUp(newest: number): Promise<void> {
    const { outbox, slots, stampOf } = this.#options;
    const { cursor } = outbox;
    if (cursor === undefined) return;
    let last = newest;
    while (last > Math.max(cursor, newest - slots) && stampOf(last) === undefined) last--;
    this.#evaluate(cursor);
    await this.#feedUpTo(Math.max(last, cursor));
  }

  /** Ends after the slot that is being evaluated. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  #evaluate(slot: number): void {
    const { stampOf, evaluate } = this.#options;
    const stamp = stampOf(slot);
    if (stamp === undefined || this.#live.length >= MOST_LIVE) return;
    this.#live.push({ slot, rows: evaluate(slot, stamp) });
  }

  #feedUpTo(slot: number): Promise<void> {
    this.#newest = slot;
    this.#running ??= Promise.resolve().then(() => this.#feed());
    return this.#running;
  }

  async #feed(): Promise<void> {
    for (let missed = this.#missed(); !this.#closed; missed = this.#missed()) {
      if (missed !== undefined) await this.#putMissed(missed);
      else if (this.#live.length > 0) await this.#putLive();
      else break;
    }
    this.#running = undefined;
  }

  /** The oldest slot that is neither in the outbox nor live; undefined when there is none. */
  #missed(): number | undefined {
    const { outbox, slots } = this.#options;
    const end = this.#live[0]?.slot ?? this.#newest + 1;
    const { cursor } = outbox;
    // A cursor in the future is that of a clock that was wrong.
    const next = cursor === undefined || cursor > this.#newest ? this.#newest : cursor + 1;
    const missed = Math.max(next, this.#newest - slots + 1);
    return missed < end ? missed : undefined;
  }

  /** A backlog is made faster than it is written, and memory is small. */
  async #putMissed(slot: number): Promise<void> {
    const { outbox, evaluate, stampOf } = this.#options;
    const stamp = stampOf(slot);
    this.#put(slot, stamp === undefined ? [] : await evaluate(slot, stamp));
    await outbox.settled();
  }

  async #putLive(): Promise<void> {
    const live = this.#live[0];
    if (live === undefined) return;
    const rows = await live.rows;
    this.#live.shift();
    this.#put(live.slot, rows);
  }

  #put(slot: number, rows: readonly OutboxRow[]): void {
    const { outbox } = this.#options;
    const before = slot === outbox.cursor ? outbox.cursorClock : 0;
    const news = rows.filter((row) => clockOf(row) > before);
    if (news.length === 0 && slot === outbox.cursor) return;
    outbox.put(
      slot,
      news,
      news.map(clockOf).reduce((newest, clock) => Math.max(newest, clock), before),
    );
  }
}

function clockOf({ clock, ns }: OutboxRow): number {
  return clock + ns / 1e9;
}
