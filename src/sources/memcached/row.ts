import type { Numbers } from "../../ring/sample.ts";
import type { Names } from "./names.ts";

/** The numbers of one reply, or of one slab class, in the columns of their names. NaN in a cell: not in the reply. */
export class Row implements Numbers {
  readonly #names: Names;
  #cells: Float64Array;
  /** Counters above 2^53, by column; their cell is NaN. */
  #large: Map<number, bigint> | undefined;

  constructor(names: Names) {
    this.#names = names;
    this.#cells = names.blankCells();
  }

  get(name: string): number | bigint | undefined {
    const column = this.#names.column(name);
    return column === undefined ? undefined : this.#at(column);
  }

  *keys(): Iterable<string> {
    for (const [name, column] of this.#names.entries()) if (this.#at(column) !== undefined) yield name;
  }

  set(column: number, value: number): void {
    if (column >= this.#cells.length) this.#grow();
    this.#cells[column] = value;
  }

  setLarge(column: number, value: bigint): void {
    this.#large ??= new Map();
    this.#large.set(column, value);
  }

  #at(column: number): number | bigint | undefined {
    const cell = this.#cells[column];
    return cell === undefined || Number.isNaN(cell) ? this.#large?.get(column) : cell;
  }

  /** Names were learnt since this row was made. */
  #grow(): void {
    const grown = this.#names.blankCells();
    grown.set(this.#cells);
    this.#cells = grown;
  }
}
