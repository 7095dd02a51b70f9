/** What a span reads of its block. Slots are such as the ring holds. */
export interface Cells {
  column(field: string, part: string | undefined): number;
  cell(column: number, slot: number): number;
  holds(slot: number): boolean;
  /** The good slot before this one, -1 when there is none. */
  previous(slot: number): number;
  /** Seconds since the good sample before. */
  elapsed(slot: number): number;
  started(slot: number): boolean;
  reset(slot: number): boolean;
}

/** Sum of one counter's increases over a span, and the seconds of the steps that know it; NaN and 0 when none does. */
export interface Total {
  readonly increase: number;
  readonly seconds: number;
}

/** What all steps of a span have in common, whatever the field. `slots`: how many it covers. */
interface Extent {
  readonly slots: number;
  readonly seconds: number;
  readonly starts: number;
  readonly resets: number;
}

/**
 * The steps wholly inside `slots` slots up to `end`: from each good slot back to the one before it, as long as that lies
 * at or after the start, or one slot before it (then the start itself is a hole). One span serves all who ask in the same
 * slot: what was summed up once is kept.
 */
export class Span {
  readonly #block: Cells;
  readonly #end: number;
  /** The oldest good slot whose step lies inside; above `end` when none does. */
  readonly #oldest: number;
  readonly #start: number;
  readonly #totals = new Map<number, Total>();
  readonly extent: Extent;

  constructor(block: Cells, end: number, slots: number) {
    this.#block = block;
    this.#end = end;
    this.#start = end - slots;
    this.#oldest = oldestStep(block, end, this.#start);
    this.extent = this.#extent();
  }

  total(field: string, part: string | undefined): Total {
    const column = this.#block.column(field, part);
    const known = this.#totals.get(column);
    if (known !== undefined) return known;
    const total = this.#sum(column);
    this.#totals.set(column, total);
    return total;
  }

  /** Known levels of a gauge after the start, oldest first; also those of slots whose step began before it. */
  levels(field: string, part: string | undefined): readonly number[] {
    const column = this.#block.column(field, part);
    const found: number[] = [];
    for (let slot = Math.max(this.#start + 1, 0); slot <= this.#end; slot++) {
      const level = this.#block.holds(slot) ? this.#block.cell(column, slot) : Number.NaN;
      if (!Number.isNaN(level)) found.push(level);
    }
    return found;
  }

  #sum(column: number): Total {
    const block = this.#block;
    let [increase, seconds, steps] = [0, 0, 0];
    for (let slot = this.#end; slot >= this.#oldest; slot = block.previous(slot)) {
      const step = block.cell(column, slot);
      if (Number.isNaN(step)) continue;
      increase += step;
      seconds += block.elapsed(slot);
      steps++;
    }
    return { increase: steps === 0 ? Number.NaN : increase, seconds };
  }

  #extent(): Extent {
    const block = this.#block;
    let [slots, seconds, starts, resets] = [0, 0, 0, 0];
    for (let slot = this.#end; slot >= this.#oldest; slot = block.previous(slot)) {
      slots += slot - Math.max(block.previous(slot), this.#start);
      seconds += block.elapsed(slot);
      starts += Number(block.started(slot));
      resets += Number(block.reset(slot));
    }
    return { slots, seconds, starts, resets };
  }
}

function oldestStep(block: Cells, end: number, start: number): number {
  let oldest = end + 1;
  for (let slot = end; slot > start && block.holds(slot); slot = block.previous(slot)) {
    if (block.previous(slot) < Math.max(start - 1, 0)) break;
    oldest = slot;
  }
  return oldest;
}
