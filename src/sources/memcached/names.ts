/** More names than any memcached has of one sort; a peer that sends more is not one. */
const MOST_NAMES = 4096;

/**
 * The names of statistics, each with a column of its own. Columns are only appended, so a row that was filled earlier
 * stays readable.
 *
 * Servers send their names in the same order each time. So the table remembers which name followed which, and a line's
 * name is compared with that guess byte by byte: no string is made and nothing is looked up for a known line. A wrong
 * guess (another version, a class that went) costs one look-up.
 */
export class Names {
  readonly #columns = new Map<string, number>();
  /** All names, each with the space that ends it, one after the other. */
  #bytes = new Uint8Array(4096);
  readonly #ends: number[] = [0];
  #blank = new Float64Array();
  /** By column + 1: the column that came after it last time. */
  readonly #followers: number[] = [];

  get size(): number {
    return this.#columns.size;
  }

  get full(): boolean {
    return this.size >= MOST_NAMES;
  }

  column(name: string): number | undefined {
    return this.#columns.get(name);
  }

  entries(): Iterable<readonly [name: string, column: number]> {
    return this.#columns;
  }

  /** A cell for each name, all unknown (NaN). Copying is several times faster than filling. */
  blankCells(): Float64Array<ArrayBuffer> {
    if (this.#blank.length !== this.size) this.#blank = new Float64Array(this.size).fill(Number.NaN);
    return this.#blank.slice();
  }

  /** Where the name of `column` and its space end when they begin at `from`. */
  end(column: number, from: number): number {
    return from + (this.#ends[column + 1] ?? 0) - (this.#ends[column] ?? 0);
  }

  /** The column that followed `previous` (-1: the first) last time if its name begins at `from`, else -1. */
  guess(previous: number, line: Uint8Array, from: number): number {
    const column = this.#followers[previous + 1] ?? -1;
    if (column < 0) return -1;
    const bytes = this.#bytes;
    const end = this.#ends[column + 1] ?? 0;
    for (let at = this.#ends[column] ?? 0, seen = from; at < end; at++, seen++) {
      if (bytes[at] !== line[seen]) return -1;
    }
    return column;
  }

  /** The column of a name that was not guessed; the next guess after `previous` will be right. -1: the table is full. */
  learn(previous: number, name: string): number {
    const column = this.#columns.get(name) ?? this.#append(name);
    if (column >= 0) this.#followers[previous + 1] = column;
    return column;
  }

  #append(name: string): number {
    if (this.full) return -1;
    const bytes = Buffer.from(`${name} `, "latin1");
    const start = this.#ends.at(-1) ?? 0;
    const end = start + bytes.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(bytes, start);
    this.#ends.push(end);
    const column = this.#columns.size;
    this.#columns.set(name, column);
    return column;
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(2 * needed);
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
