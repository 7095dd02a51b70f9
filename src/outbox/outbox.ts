import { randomBytes } from "node:crypto";
import { ok, type Parsed } from "../ring/answer.ts";
import { type Batch, batchOf } from "./batch.ts";
import { Losses } from "./losses.ts";
import { MEMORY_BYTES, type OutboxLimits, type OutboxOptions } from "./options.ts";
import { Queue } from "./queue.ts";
import type { BatchState, Cursor, State } from "./record.ts";
import type { Restored } from "./restored.ts";
import type { OutboxRow, QueuedRow } from "./row.ts";
import { Store } from "./store.ts";

/** What waits, and what became of values since the start. `oldest`: clock of the oldest waiting row. */
export interface OutboxStats {
  readonly rows: number;
  /** About what the waiting rows take on disk or in memory. */
  readonly bytes: number;
  readonly oldest: number | undefined;
  /** Never delivered, as far as is known: too old, too many, or lost with a damaged journal. */
  readonly dropped: number;
  /** Delivered, and refused by the server. */
  readonly failed: number;
}

/** About what one append takes of what waits. */
const GROUP_BYTES = 2 ** 20;
/** What one batch holds at most: it is compressed in one go. */
const BATCH_BYTES = 2 ** 18;

/**
 * The values for one destination, first in first out, kept on disk until the destination has acknowledged them.
 *
 * Rows are journalled when they are put, all of one slot at once and with the cursor; a batch, with its session and ids,
 * before it is handed out. After a kill the same batch is handed out again; behind it a new session begins. While the
 * journal cannot be written rows wait in memory, fewer of them. What was written survives this process; to the disk
 * itself it goes once a minute, so a power cut may cost the last minute, or send it twice.
 */
export class Outbox {
  readonly #options: OutboxOptions;
  #limits: OutboxLimits;
  readonly #session = randomBytes(16).toString("hex");
  readonly #queue = new Queue();
  readonly #losses: Losses;
  #store: Store | undefined;
  #cursor: Cursor | undefined;
  #nextPlace = 1;
  #nextId = 1;
  #flushing: Promise<void> | undefined;
  #failed = 0;

  private constructor(options: OutboxOptions) {
    this.#options = options;
    this.#limits = options.limits;
    this.#losses = new Losses(options);
  }

  /** Finds what the directory has kept. When it cannot be written the outbox works in memory, and says so. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const stored = await Outbox.reopen(options);
    if (stored.kind === "ok") return stored.value;
    options.report(`Values for ${options.name} wait in memory only: ${stored.reason}.`);
    return new Outbox(options);
  }

  /** The same, malformed when the directory cannot be written or belongs to another process. */
  static async reopen(options: OutboxOptions): Promise<Parsed<Outbox>> {
    const opened = await Store.open(options);
    if (opened.kind === "malformed") return opened;
    const outbox = new Outbox(options);
    await outbox.#restore(opened.value);
    return ok(outbox);
  }

  /** The newest slot that was put; undefined when none was, or when slots had another length then. */
  get cursor(): number | undefined {
    return this.#cursor?.slot;
  }

  /** What was said with the slot of the cursor; 0 when nothing was. */
  get cursorClock(): number {
    return this.#cursor?.clock ?? 0;
  }

  get stats(): OutboxStats {
    const { rows, bytes, oldest } = this.#queue;
    return { rows, bytes, oldest, dropped: this.#losses.rows, failed: this.#failed };
  }

  /** Takes other limits from now on. */
  apply(limits: OutboxLimits): void {
    this.#limits = limits;
    this.#bound();
  }

  /** Takes the rows of one slot, also none: the cursor moves on. `clock`: to be remembered with it, as `cursorClock` */
  put(slot: number, rows: readonly OutboxRow[], clock = 0): void {
    const first = this.#nextPlace;
    const queued = rows.map(({ clock, ns, body }, at) => ({ seq: first + at, clock, ns, body }));
    const cursor = { slot, clock };
    this.#queue.waiting.add(cursor, queued, { first, before: this.#cursor });
    this.#nextPlace += rows.length;
    this.#cursor = cursor;
    this.#bound();
    void this.#flush();
  }

  /**
   * The batch that is not acknowledged yet, unchanged; else a new one of the oldest rows, at most so many, which is on
   * the journal before this resolves. Not to be called again before it has resolved.
   * @returns undefined when nothing waits
   */
  async next(most: number): Promise<Batch | undefined> {
    if (this.#queue.batch !== undefined) return this.#queue.batch.batch;
    await this.#ready(most);
    const rows = this.#queue.take(most, BATCH_BYTES);
    const [first, last] = [rows[0]?.seq, rows.at(-1)?.seq];
    if (first === undefined || last === undefined) {
      this.#losses.drained();
      return undefined;
    }
    this.#queue.batch = batchOf(rows, { session: this.#session, id: this.#nextId, first, last });
    this.#nextId += last - first + 1;
    await this.settled();
    return this.#queue.batch?.batch ?? this.next(most); // it may have been dropped meanwhile
  }

  /** The destination has it; `failed`: the rows of it that it refused. A batch that was dropped meanwhile is ignored. */
  acknowledge(batch: Batch, failed = 0): void {
    if (this.#queue.batch?.batch !== batch) return;
    this.#queue.batch = undefined;
    this.#failed += failed;
    void this.#flush();
  }

  /** Resolves when all is on the journal, or has been found impossible to write, and no write is under way. */
  async settled(): Promise<void> {
    await this.#flush();
    while (this.#flushing !== undefined) await this.#flushing;
  }

  /** Writes what waits for the disk. What is not acknowledged is handed out again after the next opening. */
  async close(): Promise<void> {
    await this.settled();
    await this.#store?.close();
  }

  async #restore({ store, restored }: { readonly store: Store; readonly restored: Restored }): Promise<void> {
    const { state, lost } = restored.finish();
    this.#store = store;
    this.#cursor = state.cursor;
    this.#nextPlace = state.next;
    this.#queue.restore(restored.pieces);
    this.#losses.add(lost, "the journal is damaged");
    if (state.batch !== undefined) await this.#recall(state.batch);
    this.#bound();
  }

  /** Makes the batch again that was handed out and not acknowledged before the end. */
  async #recall(state: BatchState): Promise<void> {
    const rows: QueuedRow[] = [];
    for (let row = await this.#head(); row !== undefined && row.seq <= state.last; row = await this.#head()) {
      rows.push(...this.#queue.take(1, BATCH_BYTES));
    }
    if (rows.length > 0) this.#queue.batch = batchOf(rows, state, true);
  }

  async #head(): Promise<QueuedRow | undefined> {
    await this.#load(1);
    return this.#queue.head;
  }

  /** Starts to write what is not on the journal, unless that is under way; never rejects. */
  #flush(): Promise<void> {
    this.#flushing ??= Promise.resolve().then(() => this.#write());
    return this.#flushing;
  }

  async #write(): Promise<void> {
    const store = this.#store;
    const queue = this.#queue;
    while (store !== undefined && this.#isAhead(store.state)) {
      queue.writing = queue.waiting.takeGroup(GROUP_BYTES);
      const stored = await store.append(queue.writing, { head: this.#first, batch: queue.batch?.state });
      if (stored === undefined) queue.waiting.giveBack(queue.writing);
      queue.writing = [];
      if (stored === undefined) break; // tried again with the next put
      for (const rows of stored) queue.settle(rows);
    }
    this.#bound();
    this.#flushing = undefined; // at once, so that whoever finds it set is served by it
  }

  #isAhead({ head, batch }: State): boolean {
    const { waiting, batch: held } = this.#queue;
    return waiting.puts.length > 0 || head !== this.#first || batch !== held?.state;
  }

  /** Has the oldest rows in memory, at least so many if there are, on the journal where that is possible. */
  async #ready(most: number): Promise<void> {
    do {
      await this.settled();
      await this.#load(most);
    } while (this.#queue.head === undefined && this.#flushing !== undefined);
    this.#queue.loadWaiting();
  }

  async #load(most: number): Promise<void> {
    this.#dropAged();
    const missing = await this.#queue.load(most, async (piece) => (await this.#store?.read(piece)) ?? []);
    this.#losses.add(missing, "the journal is damaged");
  }

  #bound(): void {
    this.#dropAged();
    while (this.#queue.bytes > this.#limits.bytes) {
      const rows = this.#queue.dropOldest();
      if (rows === undefined) break;
      this.#losses.add(rows, "more wait than OutboxSize allows");
    }
    while (this.#queue.waiting.bytes > MEMORY_BYTES) {
      const rows = this.#queue.dropWaiting();
      if (rows === undefined) break;
      this.#losses.add(rows, "the journal cannot be written, and memory holds no more");
    }
  }

  #dropAged(): void {
    const rows = this.#queue.dropBefore(this.#options.now().clock - this.#limits.seconds);
    this.#losses.add(rows, "they are older than OutboxAge");
  }

  /** Place of the oldest row that is not delivered, else of the next one. */
  get #first(): number {
    return this.#queue.first ?? this.#nextPlace;
  }
}
