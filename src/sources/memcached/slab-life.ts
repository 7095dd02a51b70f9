import type { Cells } from "../../ring/span.ts";

const NEVER = Number.NEGATIVE_INFINITY;

/** One slab class over the slots of the ring: what its TTL depends on, and when it rose last. */
export class SlabLife {
  readonly chunk: string;
  readonly #cells: Cells;
  readonly #size: number;
  readonly #number: number;
  readonly #age: number;
  readonly #evicted: number;
  readonly #evictedTime: number;
  readonly #refused: number;
  #rise = NEVER;

  constructor(cells: Cells, chunk: string) {
    this.chunk = chunk;
    this.#cells = cells;
    this.#size = Number(chunk);
    this.#number = cells.column("number", chunk);
    this.#age = cells.column("age", chunk);
    this.#evicted = cells.column("evicted", chunk);
    this.#evictedTime = cells.column("evicted_time", chunk);
    this.#refused = cells.column("outofmemory", chunk);
  }

  /** Restarted or flushed: what rose before says nothing about the present contents. */
  begin(): void {
    this.#rise = NEVER;
  }

  /** Goes on to the next good slot: did it evict or refuse a store since the one before? */
  follow(slot: number): void {
    if (this.#cells.cell(this.#evicted, slot) > 0 || this.#cells.cell(this.#refused, slot) > 0) this.#rise = slot;
  }

  /** Whether it rose within so many slots up to this one, the last that was followed. */
  underPressure(slot: number, slots: number): boolean {
    return this.#rise > slot - slots;
  }

  /** Items; NaN where the class is not in the sample. */
  number(slot: number): number {
    return this.#cells.cell(this.#number, slot);
  }

  /** Bytes of the chunks that hold items; 0 for a class without items. */
  stored(slot: number): number {
    const number = this.number(slot);
    return Number.isNaN(number) ? 0 : number * this.#size;
  }

  /** NaN where the age says nothing: an age of 0 without an eviction means that the cold list is empty. */
  seconds(slot: number): number {
    if (this.#cells.cell(this.#evicted, slot) > 0) return this.#cells.cell(this.#evictedTime, slot);
    const age = this.#cells.cell(this.#age, slot);
    return age > 0 ? age : Number.NaN;
  }
}
