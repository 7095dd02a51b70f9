import { randomBytes } from "node:crypto";
import { type Batch, batchOf, type Held } from "./batch.ts";
import { MEMORY_BYTES, type OutboxLimits, type OutboxOptions } from "./options.ts";
import { type Piece, Pieces, rowsIn } from "./pieces.ts";
import type { BatchState, State } from "./record.ts";
import type { Restored } from "./restored.ts";
import type { OutboxRow, QueuedRow } from "./row.ts";
import { RowQueue } from "./row-queue.ts";
import { Store, type Stored } from "./store.ts";
import { type Put, Waiting } from "./waiting.ts";

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

/** Rows that stay in memory although they are on disk, since they will be sent next. */
const HEAD_BYTES = 2 ** 20;
/** About what one append takes of what waits. */
const GROUP_BYTES = 2 ** 20;
/** What one batch holds at most: it is compressed in one go. */
const BATCH_BYTES = 2 ** 18;

/**
 * The values for one destination, first in first out, kept on disk until the destination has acknowledged them.
 *
 *     put -> waiting (memory) -> on disk only (pieces) -> head (memory, too) -> batch -> acknowledged
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
  #store: Store | undefined;
  #cursor: number | undefined;
  #nextPlace = 1;
  #nextId = 1;
  readonly #waiting = new Waiting();
  #writing: readonly Put[] = [];
  #flushing: Promise<void> | undefined;
  #pieces = new Pieces();
  /** The piece that is being read. */
  #loading: Piece | undefined;
  readonly #head = new RowQueue();
  #batch: Held | undefined;
  #dropped = 0;
  #failed = 0;
  #droppedBefore: number | undefined;

  private constructor(options: OutboxOptions) {
    this.#options = options;
    this.#limits = options.limits;
  }

  /** Finds what the directory has kept. When it cannot be written the outbox works in memory, and says so. */
  static async open(options: OutboxOptions): Promise<Outbox> {
    const outbox = new Outbox(options);
    const opened = await Store.open(options);
    if (opened.kind === "ok") await outbox.#restore(opened.value);
    else options.report(`Values for ${options.name} wait in memory only: ${opened.reason}.`);
    return outbox;
  }

  /** The newest slot that was put; undefined when none was, or when slots had another length then. */
  get cursor(): number | undefined {
    return this.#cursor;
  }

  get stats(): OutboxStats {
    const unwritten = [...this.#writing, ...this.#waiting.puts].reduce((sum, { rows }) => sum + rows.length, 0);
    const read = this.#loading === undefined ? 0 : rowsIn(this.#loading);
    const sent = this.#batch?.batch.rows.length ?? 0;
    return {
      rows: sent + this.#head.length + read + this.#pieces.rows + unwritten,
      bytes: this.#bytes,
      oldest: this.#oldest,
      dropped: this.#dropped,
      failed: this.#failed,
    };
  }

  /** Takes other limits from now on. */
  apply(limits: OutboxLimits): void {
    this.#limits = limits;
    this.#bound();
  }

  /** Takes the rows of one slot, also none: the cursor moves on. */
  put(slot: number, rows: readonly OutboxRow[]): void {
    const first = this.#nextPlace;
    const queued = rows.map(({ clock, ns, body }, at) => ({ seq: first + at, clock, ns, body }));
    this.#waiting.add(slot, queued, { first, before: this.#cursor });
    this.#nextPlace += rows.length;
    this.#cursor = slot;
    this.#bound();
    void this.#flush();
  }

  /**
   * The batch that is not acknowledged yet, unchanged; else a new one of the oldest rows, at most so many, which is on
   * the journal before this resolves. Not to be called again before it has resolved.
   * @returns undefined when nothing waits
   */
  async next(most: number): Promise<Batch | undefined> {
    if (this.#batch !== undefined) return this.#batch.batch;
    await this.#ready();
    const rows = this.#head.take(most, BATCH_BYTES);
    const [first, last] = [rows[0]?.seq, rows.at(-1)?.seq];
    if (first === undefined || last === undefined) return this.#drained();
    this.#batch = batchOf(rows, { session: this.#session, id: this.#nextId, first, last });
    this.#nextId += last - first + 1;
    await this.#flushed();
    return this.#batch?.batch ?? this.next(most); // it may have been dropped meanwhile
  }

  /** The destination has it; `failed`: the rows of it that it refused. A batch that was dropped meanwhile is ignored. */
  acknowledge(batch: Batch, failed = 0): void {
    if (this.#batch?.batch !== batch) return;
    this.#batch = undefined;
    this.#failed += failed;
    void this.#flush();
  }

  /** Resolves when what was put and acknowledged is on the journal, or cannot be. */
  settled(): Promise<void> {
    return this.#flushed();
  }

  /** Writes what waits for the disk. What is not acknowledged is handed out again after the next opening. */
  async close(): Promise<void> {
    await this.#flushed();
    await this.#store?.close();
  }

  async #restore({ store, restored }: { store: Store; restored: Restored }): Promise<void> {
    const { state, lost } = restored.finish();
    this.#store = store;
    this.#cursor = state.cursor;
    this.#nextPlace = state.next;
    this.#pieces = restored.pieces;
    this.#lose(lost, "the journal is damaged");
    if (state.batch !== undefined) await this.#recall(state.batch);
    this.#bound();
  }

  /** Makes the batch again that was handed out and not acknowledged before the end. */
  async #recall(state: BatchState): Promise<void> {
    const rows: QueuedRow[] = [];
    for (let row = await this.#oldestRow(); row !== undefined && row.seq <= state.last; row = await this.#oldestRow()) {
      rows.push(row);
      this.#head.shift();
    }
    if (rows.length > 0) this.#batch = batchOf(rows, state);
  }

  async #oldestRow(): Promise<QueuedRow | undefined> {
    if (this.#head.length === 0) await this.#fill();
    return this.#head.first;
  }

  /** Starts to write what is not on the journal, unless that is under way; never rejects. */
  #flush(): Promise<void> {
    this.#flushing ??= Promise.resolve().then(() => this.#write());
    return this.#flushing;
  }

  /** Resolves when all is on the journal, or has been found impossible to write, and no write is under way. */
  async #flushed(): Promise<void> {
    await this.#flush();
    while (this.#flushing !== undefined) await this.#flushing;
  }

  async #write(): Promise<void> {
    const store = this.#store;
    while (store !== undefined && this.#isAhead(store.state)) {
      this.#writing = this.#waiting.takeGroup(GROUP_BYTES);
      const stored = await store.append(this.#writing, { head: this.#first, batch: this.#batch?.state });
      if (stored === undefined) this.#waiting.giveBack(this.#writing);
      this.#writing = [];
      if (stored === undefined) break; // tried again with the next put
      for (const rows of stored) this.#settle(rows);
    }
    this.#bound();
    this.#flushing = undefined; // at once, so that whoever finds it set is served by it
  }

  #isAhead({ head, batch }: State): boolean {
    return this.#waiting.puts.length > 0 || head !== this.#first || batch !== this.#batch?.state;
  }

  /** Rows that are on disk now stay in memory, too, while few are queued. */
  #settle({ put, head, place }: Stored): void {
    const isNext = this.#pieces.first === undefined && this.#loading === undefined;
    if (isNext && this.#head.bytes + put.bytes <= HEAD_BYTES) this.#head.push(put.rows);
    else if (put.rows.length > 0) this.#pieces.add(place, head);
  }

  /** Has the oldest rows in memory, on the journal where that is possible. */
  async #ready(): Promise<void> {
    do {
      await this.#flushed();
      await this.#fill();
    } while (this.#head.length === 0 && this.#flushing !== undefined);
    while (this.#head.length === 0 && this.#waiting.puts.length > 0) this.#head.push(this.#waiting.shift()?.rows ?? []);
  }

  /** Reads the oldest rows from disk when none are in memory. */
  async #fill(): Promise<void> {
    this.#dropAged();
    while (this.#head.length === 0) {
      const piece = this.#pieces.shift();
      if (piece === undefined) return;
      this.#loading = piece;
      const rows = (await this.#store?.read(piece)) ?? [];
      if (this.#loading !== piece) continue; // dropped meanwhile
      this.#loading = undefined;
      this.#lose(rowsIn(piece) - rows.length, "the journal is damaged");
      this.#head.push(rows);
    }
  }

  #bound(): void {
    this.#dropAged();
    while (this.#bytes > this.#limits.bytes) {
      const rows = this.#dropOldest();
      if (rows === undefined) break;
      this.#lose(rows, "more wait than OutboxSize allows");
    }
    while (this.#waiting.bytes > MEMORY_BYTES && this.#waiting.puts.length > 1)
      this.#lose(this.#waiting.shift()?.rows.length ?? 0, "the journal cannot be written, and memory holds no more");
  }

  #dropAged(): void {
    const oldest = this.#options.now().clock - this.#limits.seconds;
    const reason = "they are older than OutboxAge";
    const sent = this.#batch?.batch.rows.at(-1);
    if (sent !== undefined && sent.clock < oldest) this.#lose(this.#dropOldest() ?? 0, reason);
    while (this.#head.first !== undefined && this.#head.first.clock < oldest) this.#lose(this.#head.drop(), reason);
    while (this.#pieces.first !== undefined && this.#pieces.first.newest < oldest)
      this.#lose(this.#pieces.drop(), reason);
    while (newestOf(this.#waiting.puts[0]) < oldest) this.#lose(this.#waiting.shift()?.rows.length ?? 0, reason);
  }

  /** @returns how many rows that were, undefined when there is nothing that may go */
  #dropOldest(): number | undefined {
    if (this.#batch !== undefined) {
      const { length } = this.#batch.batch.rows;
      this.#batch = undefined;
      return length;
    }
    if (this.#head.length > 0) return this.#head.drop();
    if (this.#loading !== undefined) {
      const rows = rowsIn(this.#loading);
      this.#loading = undefined;
      return rows;
    }
    if (this.#pieces.first !== undefined) return this.#pieces.drop();
    return this.#waiting.puts.length > 1 ? this.#waiting.shift()?.rows.length : undefined;
  }

  /** Counts rows that will never be delivered; said once until the queue is empty again. */
  #lose(rows: number, why: string): void {
    if (rows <= 0) return;
    if (this.#droppedBefore === undefined) {
      this.#droppedBefore = this.#dropped;
      this.#options.report(`Values for ${this.#options.name} are lost, the oldest first: ${why}.`);
    }
    this.#dropped += rows;
  }

  #drained(): undefined {
    if (this.#droppedBefore === undefined) return;
    const lost = this.#dropped - this.#droppedBefore;
    this.#droppedBefore = undefined;
    this.#options.report(`No more values wait for ${this.#options.name}; lost before: ${lost}.`);
  }

  /** Place of the oldest row that is not delivered, else of the next one. */
  get #first(): number {
    const inMemory = this.#batch?.state.first ?? this.#head.first?.seq;
    const onDisk = this.#loading?.first ?? this.#pieces.first?.first;
    const unwritten = this.#writing[0]?.first ?? this.#waiting.puts[0]?.first;
    return inMemory ?? onDisk ?? unwritten ?? this.#nextPlace;
  }

  get #oldest(): number | undefined {
    const inMemory = this.#batch?.batch.rows[0]?.clock ?? this.#head.first?.clock;
    const onDisk = this.#loading?.oldest ?? this.#pieces.first?.oldest;
    const unwritten = [...this.#writing, ...this.#waiting.puts].find(({ rows }) => rows.length > 0);
    return inMemory ?? onDisk ?? unwritten?.rows[0]?.clock;
  }

  get #bytes(): number {
    const onDisk = this.#pieces.bytes + (this.#loading === undefined ? 0 : this.#loading.end - this.#loading.at);
    const unwritten = this.#writing.reduce((sum, { bytes }) => sum + bytes, this.#waiting.bytes);
    return (this.#batch?.bytes ?? 0) + this.#head.bytes + onDisk + unwritten;
  }
}

/** Clock of a put's last row; infinite when it has none. */
function newestOf(put: Put | undefined): number {
  return put?.rows.at(-1)?.clock ?? Number.POSITIVE_INFINITY;
}
