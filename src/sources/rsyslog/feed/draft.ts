import type { Clock, Stamp } from "../../../ring/sample.ts";
import type { StatsRecord } from "./record.ts";
import type { StatsObject } from "./sweep.ts";

/** rsyslogd may have thousands of objects with tens of numbers each; more are an attack or a mistake. */
const MOST_FIGURES = 200_000;
/** What an object, or a record, takes beside its numbers: as much as so many of them. */
const OBJECT_FIGURES = 8;
const RECORD_FIGURES = 2;
/** In this much time after the record before it, the next one of a sweep comes. Stamps are whole seconds. */
const WITHIN = { stamped: 1, unstamped: 0.5 } as const;
/** Two sweeps are never closer. */
const SHORTEST_INTERVAL = 1;

/** When a record came: by its own time (`stamped`) or by ours. */
export interface RecordTime {
  readonly clock: Clock;
  readonly stamped: boolean;
  readonly arrived: Stamp;
}

interface DraftOptions {
  /** Its records surely belong together: they stood in one line. */
  readonly isOneLine: boolean;
  /** Its beginning was seen. */
  readonly isFromStart: boolean;
}

interface Seen {
  readonly clock: Clock;
  readonly count: number;
}

/** How often a record comes in each sweep. */
export type Usual = ReadonlyMap<string, { readonly count: number }>;

/** A sweep that is being put together. */
export class Draft {
  readonly isOneLine: boolean;
  readonly isFromStart: boolean;
  readonly first: RecordTime;
  readonly #objects = new Map<string, Pick<StatsRecord, "origin" | "name" | "numbers">>();
  readonly #seen = new Map<string, Seen>();
  #firstKey: string | undefined;
  #last: RecordTime;
  #arrived: Stamp;
  #figures = 0;

  constructor(first: RecordTime, { isOneLine, isFromStart }: DraftOptions) {
    this.isOneLine = isOneLine;
    this.isFromStart = isFromStart;
    this.first = first;
    this.#last = first;
    this.#arrived = first.arrived;
  }

  /**
   * Whether a record is of this sweep: near enough in time, and not here yet. One that is here comes again when objects
   * share a name: as often as in the sweep before, or in the same second. Sweeps are at least a second apart, but for
   * the last one before rsyslogd stops: it begins where all is here that a sweep usually has.
   */
  takes(record: StatsRecord, time: RecordTime, usual: Usual): boolean {
    if (this.isOneLine) return true;
    if (!this.#isNear(time)) return false;
    const seen = this.#seen.get(record.key);
    if (seen === undefined || this.#lacks(record, usual)) return true;
    const isBeginning = record.key === this.#firstKey && (!time.stamped || (this.isFromStart && this.covers(usual)));
    return time.clock - seen.clock < SHORTEST_INTERVAL && !isBeginning;
  }

  /** Whether a record is of this sweep though it was taken for whole. */
  misses(record: StatsRecord, { clock, stamped }: RecordTime, usual: Usual): boolean {
    const isWithin = stamped && this.first.stamped && clock >= this.first.clock && clock <= this.#last.clock;
    return isWithin && this.#lacks(record, usual);
  }

  #lacks({ key }: StatsRecord, usual: Usual): boolean {
    return (this.#seen.get(key)?.count ?? 0) < (usual.get(key)?.count ?? 1);
  }

  #isNear({ clock, stamped }: RecordTime): boolean {
    if (stamped !== this.first.stamped || clock < this.first.clock) return false;
    return clock - this.#last.clock <= (stamped ? WITHIN.stamped : WITHIN.unstamped);
  }

  /** Takes a record in; answers what became of it. */
  add(record: StatsRecord, time: RecordTime): "added" | "duplicate" | "surplus" {
    const figures = record.numbers.size + (this.#objects.has(record.id) ? RECORD_FIGURES : OBJECT_FIGURES);
    if (this.#figures + figures > MOST_FIGURES) return "surplus";
    this.#figures += figures;
    const { key } = record;
    const count = (this.#seen.get(key)?.count ?? 0) + 1;
    this.#seen.set(key, { clock: time.clock, count });
    this.#firstKey ??= key;
    if (time.clock >= this.#last.clock) this.#last = time;
    this.#arrived = time.arrived;
    this.#merge(record);
    return count > 1 ? "duplicate" : "added";
  }

  #merge({ id, origin, name, numbers }: StatsRecord): void {
    const numbersBefore = this.#objects.get(id)?.numbers;
    if (numbersBefore === undefined) this.#objects.set(id, { origin, name, numbers });
    else addTo(numbersBefore, numbers);
  }

  /** Whether all is here that a sweep usually has. */
  covers(usual: Usual): boolean {
    for (const [key, { count }] of usual) if ((this.#seen.get(key)?.count ?? 0) < count) return false;
    return usual.size > 0;
  }

  get seen(): Usual {
    return this.#seen;
  }

  /** Every record came more than once: it is several sweeps of one second. */
  get isSeveral(): boolean {
    return !this.isOneLine && [...this.#seen.values()].every(({ count }) => count > 1);
  }

  /** How much memory it takes, counted in numbers. */
  get figures(): number {
    return this.#figures;
  }

  get arrived(): Stamp {
    return this.#arrived;
  }

  get objects(): readonly StatsObject[] {
    return [...this.#objects.values()];
  }
}

function addTo(before: StatsRecord["numbers"], more: StatsRecord["numbers"]): void {
  for (const [field, figure] of more) before.set(field, joined(field, before.get(field), figure));
}

/** The number of two objects of one name: their sum, but of a high-water mark the larger. */
function joined(field: string, one: number | bigint | undefined, other: number | bigint): number | bigint {
  if (one === undefined) return other;
  if (field === "maxqsize") return one > other ? one : other;
  const sum = Number(one) + Number(other);
  return Number.isSafeInteger(sum) || !isWhole(one) || !isWhole(other) ? sum : BigInt(one) + BigInt(other);
}

function isWhole(figure: number | bigint): boolean {
  return typeof figure === "bigint" || Number.isInteger(figure);
}
