import type { Cursor } from "./record.ts";
import { type QueuedRow, rowBytes } from "./row.ts";

/** Rows that were put together, and the slot up to which everything has been put with them. */
export interface Put {
  readonly cursor: Cursor | undefined;
  /** Place of its first row, or of the next one when it has none. */
  readonly first: number;
  /** Rows directly before its first one that were dropped, and counted, before they were written. */
  readonly skipped: number;
  readonly rows: readonly QueuedRow[];
  readonly bytes: number;
}

interface Position {
  readonly first: number;
  readonly before: Cursor | undefined;
}

/** Rows of one put at most, as bytes: more are several puts, of which only the last one moves the cursor. */
const PUT_BYTES = 4 * 2 ** 20;

/** What was put and is not on the journal. */
export class Waiting {
  #puts: Put[] = [];
  #bytes = 0;
  /** Rows that were dropped behind the newest put. */
  #skipped = 0;

  get puts(): readonly Put[] {
    return this.#puts;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Takes rows whose places begin with `first`; `before`: the cursor as it was. */
  add(cursor: Cursor, rows: readonly QueuedRow[], { first, before }: Position): void {
    const parts = split(rows);
    let next = first;
    for (const [at, part] of parts.entries()) {
      this.#push({ cursor: at === parts.length - 1 ? cursor : before, first: next, rows: part });
      next += part.length;
    }
  }

  /** The oldest puts of about so many bytes; one at least. */
  takeGroup(mostBytes: number): readonly Put[] {
    let bytes = 0;
    let count = 0;
    while (count < this.#puts.length && (count === 0 || bytes < mostBytes)) bytes += this.#puts[count++]?.bytes ?? 0;
    this.#bytes -= bytes;
    return this.#puts.splice(0, count);
  }

  shift(): Put | undefined {
    const put = this.#puts.shift();
    this.#bytes -= put?.bytes ?? 0;
    return put;
  }

  /** Forgets the oldest put. @returns how many rows that were */
  drop(): number {
    const put = this.shift();
    if (put === undefined) return 0;
    const skipped = put.skipped + put.rows.length;
    const next = this.#puts[0];
    if (next === undefined) this.#skipped += skipped;
    else this.#puts[0] = { ...next, skipped: next.skipped + skipped };
    return put.rows.length;
  }

  giveBack(puts: readonly Put[]): void {
    this.#puts.unshift(...puts);
    this.#bytes += puts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Without rows only the newest cursor counts. */
  #push({ cursor, first, rows }: Omit<Put, "bytes" | "skipped">): void {
    const last = this.#puts.at(-1);
    const bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
    this.#bytes += bytes;
    if (last !== undefined && rows.length === 0) this.#puts[this.#puts.length - 1] = { ...last, cursor };
    else {
      this.#puts.push({ cursor, first, skipped: this.#skipped, rows, bytes });
      this.#skipped = 0;
    }
  }
}

function split(rows: readonly QueuedRow[]): readonly (readonly QueuedRow[])[] {
  const parts: QueuedRow[][] = [[]];
  let bytes = 0;
  for (const row of rows) {
    bytes += rowBytes(row);
    if (bytes > PUT_BYTES) {
      parts.push([]);
      bytes = rowBytes(row);
    }
    parts.at(-1)?.push(row);
  }
  return parts;
}
