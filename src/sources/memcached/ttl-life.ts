import { ageSeconds } from "../../items/freshness.ts";
import type { View } from "../../ring/moment.ts";
import type { Cells } from "../../ring/span.ts";
import { SlabLife } from "./slab-life.ts";

/**
 * What is remembered from slot to slot: the last rise of each slab class since the last restart or flush, and that
 * flush. One walk through the ring serves all pressure windows.
 */
export class Life {
  readonly classes: readonly SlabLife[];
  readonly #view: View;
  readonly #cells: Cells;
  readonly #flushes: number;
  readonly #uptime: number;
  #flush: number | undefined;

  constructor(view: View) {
    const { cells } = view;
    this.classes = [...cells.partNames].map((chunk) => new SlabLife(cells, chunk));
    this.#view = view;
    this.#cells = cells;
    this.#flushes = cells.column("cmd_flush", undefined);
    this.#uptime = cells.column("uptime", undefined);
  }

  /** Goes through the good slots that the ring has up to the view's, oldest first. */
  walk(each: (slot: number) => void = () => undefined): this {
    const { slot: end, slots } = this.#view;
    for (let slot = Math.max(end - slots + 1, 0); slot <= end; slot++) {
      if (!this.#cells.holds(slot)) continue;
      this.#follow(slot);
      each(slot);
    }
    return this;
  }

  #follow(slot: number): void {
    if (this.#cells.started(slot)) this.#begin(undefined);
    // Which of the slot's evictions came after its flush is not known: none of them counts.
    if (this.#cells.cell(this.#flushes, slot) > 0) this.#begin(slot);
    else for (const slab of this.classes) slab.follow(slot);
  }

  #begin(flush: number | undefined): void {
    for (const slab of this.classes) slab.begin();
    this.#flush = flush;
  }

  /** Bytes that all classes store. */
  stored(slot: number): number {
    let sum = 0;
    for (const slab of this.classes) sum += slab.stored(slot);
    return sum;
  }

  /** No item can have lived longer. */
  longest(slot: number): number {
    const uptime = this.#cells.cell(this.#uptime, slot);
    return Math.min(Number.isNaN(uptime) ? Infinity : uptime, this.#sinceFlush(slot));
  }

  #sinceFlush(slot: number): number {
    if (this.#flush === undefined) return Infinity;
    const [flush, now] = [this.#view.at(this.#flush).good, this.#view.at(slot).good];
    return flush === undefined || now === undefined ? Infinity : Math.floor(ageSeconds(flush, now));
  }
}
