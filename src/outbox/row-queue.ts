import { type QueuedRow, rowBytes } from "./row.ts";

/** Rows that are held in memory, first in first out. */
export class RowQueue {
  #rows: QueuedRow[] = [];
  #at = 0;
  #bytes = 0;

  get length(): number {
    return this.#rows.length - this.#at;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get first(): QueuedRow | undefined {
    return this.#rows[this.#at];
  }

  push(rows: readonly QueuedRow[]): void {
    if (this.length === 0) this.#rows = [];
    else this.#rows.splice(0, this.#at);
    this.#at = 0;
    for (const row of rows) {
      this.#rows.push(row);
      this.#bytes += rowBytes(row);
    }
  }

  shift(): QueuedRow | undefined {
    const row = this.first;
    if (row === undefined) return undefined;
    this.#at++;
    this.#bytes -= rowBytes(row);
    return row;
  }

  /** Forgets the oldest row. @returns how many rows that were */
  drop(): number {
    return this.shift() === undefined ? 0 : 1;
  }

  /** The oldest rows: at most so many, and of at most so many bytes unless the first alone has more. */
  take(most: number, mostBytes: number): readonly QueuedRow[] {
    const rows: QueuedRow[] = [];
    let bytes = 0;
    while (rows.length < most && this.first !== undefined) {
      bytes += rowBytes(this.first);
      if (rows.length > 0 && bytes > mostBytes) break;
      rows.push(this.first);
      this.shift();
    }
    return rows;
  }
}
