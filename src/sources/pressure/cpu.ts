// stat := "cpu" 2*SP user nice system idle iowait irq softirq steal [guest guest_nice] LF ...   proc(5), in ticks
// user and nice hold guest and guest_nice already.

const COLUMNS = 8;
const IOWAIT = 4;
const AGGREGATE = /^cpu +([\d ]+)$/m;

/** The columns of all CPUs together in /proc/stat, guest time left out; undefined when it is malformed. */
export function parseCpu(text: string): readonly number[] | undefined {
  const columns = AGGREGATE.exec(text)?.[1]?.trim().split(/ +/).slice(0, COLUMNS).map(Number);
  return columns !== undefined && columns.length > IOWAIT ? columns : undefined;
}

/** CPU time in ticks since boot. */
export interface CpuTime {
  readonly iowait: number;
  readonly other: number;
}

/**
 * The kernel's idle and iowait ticks may go back a little, when a CPU is switched off or reads are accounted for
 * elsewhere. A column that fell counts as one that did not move.
 */
export class CpuCounter {
  #before: readonly number[] | undefined;
  #iowait = 0;
  #other = 0;

  put(columns: readonly number[]): CpuTime {
    const before = this.#before;
    this.#before = columns;
    for (const [at, ticks] of columns.entries()) {
      const risen = Math.max(0, ticks - (before?.[at] ?? 0));
      if (at === IOWAIT) this.#iowait += risen;
      else this.#other += risen;
    }
    return { iowait: this.#iowait, other: this.#other };
  }
}
