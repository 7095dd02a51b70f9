import type { Place } from "../journal/replay.ts";
import type { RowsHead } from "./record.ts";

/** Rows `first` to `last` that are on disk only. */
export interface Piece extends Place {
  readonly first: number;
  readonly last: number;
  /** Clocks of its first row and of its newest one. */
  readonly oldest: number;
  readonly newest: number;
}

/** Pieces are read whole, so they stay small unless one slot brought more. */
const PIECE_BYTES = 2 ** 16;

/** The rows of a queue that are on disk only, oldest first: a few bytes of memory for hundreds of rows. */
export class Pieces {
  #pieces: Piece[] = [];
  #bytes = 0;
  #rows = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get rows(): number {
    return this.#rows;
  }

  get first(): Piece | undefined {
    return this.#pieces[0];
  }

  /** Takes rows that were appended behind all others. */
  add(place: Place, { first, count, oldest, newest }: Pick<RowsHead, "first" | "count" | "oldest" | "newest">): void {
    const piece = { ...place, first, last: first + count - 1, oldest, newest };
    const before = this.#pieces.at(-1);
    if (before !== undefined && isNext(before, piece)) this.#pieces[this.#pieces.length - 1] = joined(before, piece);
    else this.#pieces.push(piece);
    this.#bytes += place.end - place.at;
    this.#rows += count;
  }

  shift(): Piece | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    this.#bytes -= piece.end - piece.at;
    this.#rows -= rowsIn(piece);
    return piece;
  }

  /** Forgets the oldest piece. @returns how many rows that were */
  drop(): number {
    const piece = this.shift();
    return piece === undefined ? 0 : rowsIn(piece);
  }

  /** Forgets rows before a place; a piece that holds some of them is left with the others. */
  forgetBefore(seq: number): void {
    while (this.first !== undefined && this.first.last < seq) this.shift();
    const first = this.first;
    if (first === undefined || first.first >= seq) return;
    this.#rows -= seq - first.first;
    this.#pieces[0] = { ...first, first: seq };
  }
}

export function rowsIn({ first, last }: Piece): number {
  return last - first + 1;
}

function isNext(before: Piece, piece: Piece): boolean {
  const touches = before.path === piece.path && before.end === piece.at && before.last + 1 === piece.first;
  return touches && piece.end - before.at <= PIECE_BYTES;
}

function joined(before: Piece, piece: Piece): Piece {
  const { end, last } = piece;
  return { ...before, end, last, newest: Math.max(before.newest, piece.newest) };
}
