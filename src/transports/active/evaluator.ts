import type { Registry, Reply } from "../../items/registry.ts";
import type { Outbox } from "../../outbox/outbox.ts";
import type { OutboxRow } from "../../outbox/row.ts";
import type { Ring } from "../../ring/ring.ts";
import type { Stamp } from "../../ring/sample.ts";
import { encodeItemRow, encodeNotSupportedRow } from "../../zabbix/active.ts";
import type { Zone } from "../../zabbix/zone.ts";
import type { Pace } from "../pace.ts";
import { type Listed, takeDue } from "./item-list.ts";

export interface EvaluatorOptions {
  readonly registry: Pick<Registry, "askAt">;
  readonly ring: Pick<Ring, "closed">;
  readonly outbox: Pick<Outbox, "put" | "cursor" | "settled">;
  /** When a slot was sampled; undefined: it was not, or the ring has lost it. */
  readonly stampOf: (slot: number) => Stamp | undefined;
  readonly zone: Zone;
  /** Seconds of a slot, and how many the ring has. */
  readonly step: number;
  readonly slots: number;
  readonly pace: Pace;
}

const EARLY_SECONDS = 0.05;

/** What is put into the outbox before it is waited for. */
const UNWRITTEN_BYTES = 2 ** 20;

/** Makes rows of items, slot by slot, each about the samples of its slot: late ones are the same as those in time. */
export class Evaluator {
  readonly #options: EvaluatorOptions;
  #unwritten = 0;

  constructor(options: EvaluatorOptions) {
    this.#options = options;
  }

  /** The oldest slot that some of the items have before them and the ring still has. */
  firstFor(items: readonly Listed[]): number {
    const { ring, slots } = this.#options;
    const done = items.reduce((least, item) => Math.min(least, item.done), Number.POSITIVE_INFINITY);
    return Math.max(done + 1, ring.closed - slots + 1);
  }

  /** Evaluates what is due in a slot and puts the rows into the outbox, none where nothing was sampled. */
  async evaluate(slot: number, items: readonly Listed[]): Promise<void> {
    const { stampOf, outbox, pace } = this.#options;
    const stamp = stampOf(slot);
    const rows: OutboxRow[] = [];
    for (const item of items) {
      if (item.done >= slot) continue;
      if (stamp !== undefined) rows.push(...this.#rows(item, slot, stamp));
      item.done = slot;
      await pace.pause();
    }
    outbox.put(this.#cursorAfter(slot), rows);
    await this.#written(rows);
  }

  /** A backlog is made faster than a disk may write it, and memory holds little of it. */
  async #written(rows: readonly OutboxRow[]): Promise<void> {
    this.#unwritten = rows.reduce((bytes, { body }) => bytes + body.length, this.#unwritten);
    if (this.#unwritten < UNWRITTEN_BYTES) return;
    await this.#options.outbox.settled();
    this.#unwritten = 0;
  }

  /** A new item may be looked at in slots that the others have behind them. A cursor in the future is a clock's that was wrong. */
  #cursorAfter(slot: number): number {
    const { cursor = slot } = this.#options.outbox;
    return cursor > this.#options.ring.closed ? slot : Math.max(slot, cursor);
  }

  #rows(item: Listed, slot: number, stamp: Stamp): readonly OutboxRow[] {
    const { zone, registry } = this.#options;
    const clock = this.#beginning(stamp);
    const before = () => {
      const last = this.#options.stampOf(item.done);
      const beginning = last === undefined ? clock : this.#beginning(last);
      return beginning < clock ? beginning : clock - this.#options.step; // the clock may have been set back since
    };
    if (!takeDue(item, { clock, before, zone })) return [];
    if (item.interval.kind === "fault") return this.#notSupported(item, { slot, stamp, reason: item.interval.text });
    const reply = registry.askAt(item.key, { slot, since: item.sent, stamp });
    if (reply.kind === "unknown") return this.#notSupported(item, { slot, stamp, reason: reply.reason });
    return reply.kind === "none" ? [] : [valueRow(item, slot, reply)];
  }

  /** Said when the reason is new, and only about the present: it is a state, which has no history. */
  #notSupported(item: Listed, { slot, stamp, reason }: Refusal): readonly OutboxRow[] {
    if (slot < this.#options.ring.closed || item.said === reason) return [];
    item.said = reason;
    return [{ ...rowClock(stamp.clock), body: encodeNotSupportedRow(item.itemid, reason) }];
  }

  /** When a slot began by the wall clock. A tick may be late, and timers fire a little early. */
  #beginning({ clock }: Stamp): number {
    const { step } = this.#options;
    return Math.floor((clock + EARLY_SECONDS) / step) * step;
  }
}

interface Refusal {
  readonly slot: number;
  readonly stamp: Stamp;
  readonly reason: string;
}

function valueRow(item: Listed, slot: number, { text, clock }: Extract<Reply, { kind: "value" }>): OutboxRow {
  item.sent = slot;
  item.said = undefined;
  return { ...rowClock(clock), body: encodeItemRow(item.itemid, text) };
}

/** Samples are stamped to the millisecond; a double keeps microseconds of a unix time. */
function rowClock(clock: number): { readonly clock: number; readonly ns: number } {
  const microseconds = Math.round(clock * 1e6);
  return { clock: Math.floor(microseconds / 1e6), ns: (microseconds % 1e6) * 1000 };
}
