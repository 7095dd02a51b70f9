import { type Item, momentItem, targetItem } from "../../../../src/items/item.ts";
import { Registry } from "../../../../src/items/registry.ts";
import type { Batch } from "../../../../src/outbox/batch.ts";
import type { OutboxStats } from "../../../../src/outbox/outbox.ts";
import type { OutboxRow } from "../../../../src/outbox/row.ts";
import { unknown, value } from "../../../../src/ring/answer.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import type { Stamp } from "../../../../src/ring/sample.ts";
import type { ListFile } from "../../../../src/transports/active/items.ts";

const ABOUT = { name: "X", doc: "X.", units: "", delay: "1m", params: {}, standard: () => [[]] };

const ITEMS: readonly Item[] = [
  targetItem({
    ...ABOUT,
    key: "cache.items",
    source: "cache",
    type: "unsigned",
    freshness: "sample",
    value: (view) => value(view.number("items")),
  }),
  targetItem({
    ...ABOUT,
    key: "cache.newest",
    source: "cache",
    type: "text",
    freshness: "sample",
    value: ({ newest }) => (newest === undefined ? unknown("it was not kept") : value("kept")),
  }),
  targetItem({
    ...ABOUT,
    key: "cache.state",
    source: "cache",
    type: "unsigned",
    freshness: "always",
    value: (view) => (view.attempt === undefined ? unknown("x") : value(view.attempt.state)),
  }),
  momentItem({ ...ABOUT, key: "own.ping", type: "unsigned", value: () => value(1) }),
  momentItem({ ...ABOUT, key: "own.text", type: "text", value: () => value("x".repeat(2000)) }),
];

const FIELD = { name: "items", kind: "gauge", unit: "", doc: "Items.", part: false, ringed: true } as const;

/** A Tuesday, 22:13:20 UTC. Slot 0 is sampled then. */
export const START = 1_700_000_000;

/** When a slot is sampled. */
export function stampOf(slot: number, step = 1): Stamp {
  return { clock: START + slot * step + 0.125, mono: 1_000 + slot * step };
}

/** A ring with one target that is sampled slot by slot: it has as many items as the slot's number. */
export class Sampled {
  readonly ring: Ring;
  readonly registry: Registry;
  readonly step: number;
  readonly slots: number;
  #next = 0;
  readonly #sampled = new Set<number>();

  constructor({ step = 1, slots = 61 } = {}) {
    this.step = step;
    this.slots = slots;
    this.ring = new Ring([{ name: "cache", fields: [FIELD] }], { slots, step });
    this.ring.roster("cache", { kind: "value", value: new Map([["main", {}]]) });
    this.registry = new Registry({
      items: ITEMS,
      ring: this.ring,
      now: () => stampOf(this.#next, step),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: () => "main",
    });
  }

  /** The slot that comes next. */
  get next(): number {
    return this.#next;
  }

  readonly stampOf = (slot: number): Stamp | undefined =>
    this.#sampled.has(slot) && slot > this.ring.closed - this.slots ? stampOf(slot, this.step) : undefined;

  /** Samples and closes so many slots. */
  tick(count = 1, state: "up" | "down" = "up"): void {
    for (let at = 0; at < count; at++) {
      const slot = this.#next++;
      this.#sampled.add(slot);
      const taken = { target: "main", stamp: stampOf(slot, this.step) };
      if (state === "down") this.ring.put(slot, "cache", { ...taken, kind: "failed", state: 0, reason: "it is down" });
      else {
        const numbers = new Map([["items", slot]]);
        const good = {
          ...taken,
          kind: "good",
          state: 1,
          epoch: "e",
          numbers,
          texts: new Map(),
          parts: new Map(),
        } as const;
        this.ring.put(slot, "cache", good);
      }
      this.ring.close(slot);
    }
  }

  /** Leaves slots out, as if nothing ran. */
  skip(count: number): void {
    this.#next += count;
  }
}

/** One row as a server would read it. */
export interface Row {
  readonly itemid: number;
  readonly value: string;
  readonly state?: number;
  readonly clock: number;
  readonly ns: number;
}

/** An outbox in memory, which keeps all rows that were ever put for the test to see. */
export class MemoryOutbox {
  readonly puts: { readonly slot: number; readonly rows: readonly OutboxRow[] }[] = [];
  cursor: number | undefined;
  cursorClock = 0;
  failed = 0;
  #waiting: OutboxRow[] = [];
  #batch: Batch | undefined;
  #id = 1;

  put(slot: number, rows: readonly OutboxRow[], clock = 0): void {
    this.puts.push({ slot, rows });
    this.cursor = slot;
    this.cursorClock = clock;
    this.#waiting.push(...rows);
    this.unsettled += rows.reduce((bytes, { body }) => bytes + body.length, 0);
    this.mostUnsettled = Math.max(this.mostUnsettled, this.unsettled);
  }

  /** Bytes of rows that were put and not waited for, and the most that there were. */
  unsettled = 0;
  mostUnsettled = 0;

  async settled(): Promise<void> {
    this.unsettled = 0;
  }

  async next(most: number): Promise<Batch | undefined> {
    const rows = this.#waiting.slice(0, most);
    if (this.#batch !== undefined || rows.length === 0) return this.#batch;
    this.#waiting = this.#waiting.slice(rows.length);
    const numbered = rows.map((row) => ({ ...row, id: this.#id++ }));
    this.#batch = { session: "5e".repeat(16), rows: numbered, isRecalled: false };
    return this.#batch;
  }

  acknowledge(batch: Batch, failed = 0): void {
    if (batch !== this.#batch) throw new Error("another batch");
    this.#batch = undefined;
    this.failed += failed;
  }

  get stats(): OutboxStats {
    const rows = this.#waiting.length + (this.#batch?.rows.length ?? 0);
    return { rows, bytes: 0, oldest: undefined, dropped: 0, failed: this.failed };
  }

  /** All rows so far. */
  get rows(): readonly Row[] {
    return this.puts.flatMap(({ rows }) =>
      rows.map(({ clock, ns, body }) => ({ ...JSON.parse(`{${body}}`), clock, ns })),
    );
  }

  /** Values of one item, with the slot of their clock. */
  valuesOf(itemid: number, step = 1): readonly string[] {
    return this.rows
      .filter((row) => row.itemid === itemid)
      .map(({ value, clock, state }) => `${(clock - START) / step}: ${state === 1 ? "! " : ""}${value}`);
  }
}

/** A file that survives the client. */
export class MemoryFile implements ListFile {
  text: string | undefined;

  read(): string | undefined {
    return this.text;
  }

  write(text: string): void {
    this.text = text;
  }
}
