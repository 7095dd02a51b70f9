/**
 * The slots of one target as they lie in memory, for those who go through many of them: a column is looked up once.
 * What is said of a slot holds while the ring has it; `holds` tells.
 */
export interface Cells {
  /** Names of all parts that have columns, also those that the newest sample lacks. */
  readonly partNames: Iterable<string>;
  /** -1 when there is none. */
  column(field: string, part: string | undefined): number;
  /** NaN in a hole and where there is no column; of a slot that the ring has lost it is another's. */
  cell(column: number, slot: number): number;
  /** A good sample of this slot is in the ring. */
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

/** How far back from one slot something was added up: the step after which a longer span goes on. */
interface Sum {
  readonly oldest: number;
  readonly increase: number;
  readonly seconds: number;
  readonly steps: number;
}

interface Walked extends Extent {
  readonly start: number;
  readonly oldest: number;
}

/** What spans with the same end have added up already. An hour of old keys asks for sixty of them. */
export class Sums {
  walked: Walked | undefined;
  readonly totals = new Map<number, Sum>();
}

/**
 * The steps wholly inside `slots` slots up to `end`: from each good slot back to the one before it, as long as that lies
 * at or after the start, or one slot before it (then the start itself is a hole). One span serves all who ask in the same
 * slot: what was summed up once is kept, and a longer span goes on where a shorter one ended.
 */
export class Span {
  readonly #block: Cells;
  readonly #end: number;
  /** The oldest good slot whose step lies inside; above `end` when none does. */
  readonly #oldest: number;
  readonly #start: number;
  readonly #sums: Sums;
  readonly #totals = new Map<number, Total>();
  readonly extent: Extent;

  constructor(block: Cells, { end, slots, sums = new Sums() }: { end: number; slots: number; sums?: Sums }) {
    this.#block = block;
    this.#end = end;
    this.#start = end - slots;
    this.#sums = sums;
    const walked = this.#walk();
    this.#oldest = walked.oldest;
    this.extent = walked;
  }

  total(field: string, part: string | undefined): Total {
    const column = this.#block.column(field, part);
    const known = this.#totals.get(column);
    if (known !== undefined) return known;
    const { increase, seconds, steps } = this.#sum(column);
    const total = { increase: steps === 0 ? Number.NaN : increase, seconds };
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

  #sum(column: number): Sum {
    const block = this.#block;
    const before = this.#sums.totals.get(column);
    const goesOn = before !== undefined && before.oldest >= this.#oldest;
    let { increase, seconds, steps } = goesOn ? before : NOTHING;
    for (let slot = this.#next(goesOn ? before.oldest : undefined); slot >= this.#oldest; slot = block.previous(slot)) {
      const step = block.cell(column, slot);
      if (Number.isNaN(step)) continue;
      increase += step;
      seconds += block.elapsed(slot);
      steps++;
    }
    const sum = { oldest: this.#oldest, increase, seconds, steps };
    this.#sums.totals.set(column, sum);
    return sum;
  }

  /** The newest slot that was not added up yet. */
  #next(oldest: number | undefined): number {
    return oldest === undefined || oldest > this.#end ? this.#end : this.#block.previous(oldest);
  }

  #walk(): Walked {
    const block = this.#block;
    const before = this.#sums.walked;
    const goesOn = before !== undefined && before.start >= this.#start;
    let { oldest, seconds, starts, resets } = goesOn ? before : { ...NOTHING, oldest: this.#end + 1 };
    for (let slot = this.#next(oldest); slot > this.#start && block.holds(slot); slot = block.previous(slot)) {
      if (block.previous(slot) < Math.max(this.#start - 1, 0)) break;
      oldest = slot;
      seconds += block.elapsed(slot);
      starts += Number(block.started(slot));
      resets += Number(block.reset(slot));
    }
    const slots = oldest > this.#end ? 0 : this.#end - Math.max(block.previous(oldest), this.#start);
    const walked = { start: this.#start, oldest, slots, seconds, starts, resets };
    this.#sums.walked = walked;
    return walked;
  }
}

const NOTHING = { increase: 0, seconds: 0, steps: 0, starts: 0, resets: 0 };
