import type { Held } from "./batch.ts";
import { type Piece, Pieces, rowsIn } from "./pieces.ts";
import type { QueuedRow } from "./row.ts";
import { RowQueue } from "./row-queue.ts";
import type { Stored } from "./store.ts";
import { type Put, Waiting } from "./waiting.ts";

/** Rows that stay in memory although they are on disk, since they will be sent next. */
const HEAD_BYTES = 2 ** 20;

/**
 * The rows of an outbox wherever they are, from the newest to the oldest:
 *
 *     waiting -> writing -> pieces (on disk only) -> loading -> head (in memory, too) -> batch
 */
export class Queue {
  readonly waiting = new Waiting();
  /** What is being appended to the journal. */
  writing: readonly Put[] = [];
  #pieces = new Pieces();
  /** The piece that is being read. */
  #loading: Piece | undefined;
  readonly #head = new RowQueue();
  batch: Held | undefined;

  /** Begins with what a journal has. */
  restore(pieces: Pieces): void {
    this.#pieces = pieces;
  }

  get rows(): number {
    const unwritten = this.#unwritten.reduce((sum, { rows }) => sum + rows.length, 0);
    const read = this.#loading === undefined ? 0 : rowsIn(this.#loading);
    return (this.batch?.batch.rows.length ?? 0) + this.#head.length + read + this.#pieces.rows + unwritten;
  }

  get bytes(): number {
    const onDisk = this.#pieces.bytes + (this.#loading === undefined ? 0 : this.#loading.end - this.#loading.at);
    const unwritten = this.writing.reduce((sum, { bytes }) => sum + bytes, this.waiting.bytes);
    return (this.batch?.bytes ?? 0) + this.#head.bytes + onDisk + unwritten;
  }

  /** Place of the oldest row; undefined when there is none. */
  get first(): number | undefined {
    const inMemory = this.batch?.state.first ?? this.#head.first?.seq;
    const onDisk = this.#loading?.first ?? this.#pieces.first?.first;
    return inMemory ?? onDisk ?? this.#unwritten[0]?.first;
  }

  /** Clock of the oldest row. */
  get oldest(): number | undefined {
    const inMemory = this.batch?.batch.rows[0]?.clock ?? this.#head.first?.clock;
    const onDisk = this.#loading?.oldest ?? this.#pieces.first?.oldest;
    return inMemory ?? onDisk ?? this.#unwritten.find(({ rows }) => rows.length > 0)?.rows[0]?.clock;
  }

  /** The oldest row that is in memory and in no batch. */
  get head(): QueuedRow | undefined {
    return this.#head.first;
  }

  /** The oldest rows that are in memory: at most so many, of at most so many bytes unless the first has more. */
  take(most: number, mostBytes: number): readonly QueuedRow[] {
    return this.#head.take(most, mostBytes);
  }

  /** Takes over rows that are on disk now; they stay in memory, too, while few are queued. */
  settle({ put, head, place }: Stored): void {
    const isNext = this.#pieces.first === undefined && this.#loading === undefined;
    if (isNext && this.#head.bytes + put.bytes <= HEAD_BYTES) this.#head.push(put.rows);
    else if (put.rows.length > 0) this.#pieces.add(place, head);
  }

  /**
   * Has the oldest rows that are on disk in memory, so many if there are: a piece may be one slot's rows only, which
   * alone would make a small batch. @returns how many could not be read
   */
  async load(most: number, read: (piece: Piece) => Promise<readonly QueuedRow[]>): Promise<number> {
    let missing = 0;
    while (this.#head.length < most && this.#head.bytes < HEAD_BYTES) {
      const piece = this.#pieces.shift();
      if (piece === undefined) break;
      this.#loading = piece;
      const rows = await read(piece);
      if (this.#loading !== piece) continue; // dropped meanwhile
      this.#loading = undefined;
      missing += rowsIn(piece) - rows.length;
      this.#head.push(rows);
    }
    return missing;
  }

  /** Has the oldest rows in memory that could not be written, when there are no others. */
  loadWaiting(): void {
    while (this.#head.length === 0 && this.waiting.puts.length > 0) this.#head.push(this.waiting.shift()?.rows ?? []);
  }

  /** Drops rows whose clock is before this one. @returns how many */
  dropBefore(clock: number): number {
    let rows = 0;
    const sent = this.batch?.batch.rows.at(-1);
    if (sent !== undefined && sent.clock < clock) rows += this.dropOldest() ?? 0;
    while (this.#head.first !== undefined && this.#head.first.clock < clock) rows += this.#head.drop();
    while (this.#pieces.first !== undefined && this.#pieces.first.newest < clock) rows += this.#pieces.drop();
    while (newestOf(this.waiting.puts[0]) < clock) rows += this.waiting.drop();
    return rows;
  }

  /** Drops some of the oldest rows. @returns how many; undefined: the newest put is all there is */
  dropOldest(): number | undefined {
    if (this.batch !== undefined) {
      const { length } = this.batch.batch.rows;
      this.batch = undefined;
      return length;
    }
    if (this.#head.length > 0) return this.#head.drop();
    if (this.#loading !== undefined) {
      const rows = rowsIn(this.#loading);
      this.#loading = undefined;
      return rows;
    }
    if (this.#pieces.first !== undefined) return this.#pieces.drop();
    return this.dropWaiting();
  }

  /** Drops the oldest put that is not on disk, unless it is the newest of all. @returns how many rows that were */
  dropWaiting(): number | undefined {
    return this.waiting.puts.length > 1 ? this.waiting.drop() : undefined;
  }

  get #unwritten(): readonly Put[] {
    return [...this.writing, ...this.waiting.puts];
  }
}

/** Clock of a put's last row; infinite when it has none. */
function newestOf(put: Put | undefined): number {
  return put?.rows.at(-1)?.clock ?? Number.POSITIVE_INFINITY;
}
