import type { View } from "../../ring/moment.ts";

/** Every sample of what rsyslogd reports has these: when its sweep was taken, and seconds between sweeps. */
export const SWEEP = "sweep";
export const INTERVAL = "interval";

/** A tick that saw a sweep for the first time, and the clock of that sweep. */
export interface SweepTick {
  readonly slot: number;
  readonly sweep: number;
}

/** The ticks of one object: one walk through the ring for all windows of all its items. */
export function sweepTicks(view: View): SweepTicks {
  return view.once("sweep ticks", () => new SweepTicks(view));
}

/** Walks back through the ring, as far as anybody asks. */
class SweepTicks {
  readonly #view: View;
  readonly #found: SweepTick[];
  /** The slot to be looked at next. */
  #slot: number;

  constructor(view: View) {
    this.#view = view;
    this.#found = [{ slot: view.slot, sweep: view.number(SWEEP) }];
    this.#slot = view.slot - 1;
  }

  /** Newest first: the view's own, those whose sweeps were taken at this clock or later, and perhaps older ones. */
  since(oldest: number): readonly SweepTick[] {
    const { cells, slot: end, slots } = this.#view;
    const column = cells.column(SWEEP, undefined);
    let last = this.#found.at(-1)?.sweep ?? Number.NaN;
    for (; last >= oldest && this.#slot >= 0 && this.#slot > end - slots; this.#slot--) {
      const sweep = cells.holds(this.#slot) ? cells.cell(column, this.#slot) : Number.NaN;
      if (!(sweep < last)) continue; // a hole, or the same sweep
      this.#found.push({ slot: this.#slot, sweep });
      last = sweep;
    }
    return this.#found;
  }
}

/** A number of the samples at such ticks of a view; NaN where it is not known. */
export function levelOf(view: View, field: string): (tick: SweepTick) => number {
  const { cells } = view;
  const column = cells.column(field, undefined);
  return ({ slot }) => cells.cell(column, slot);
}
