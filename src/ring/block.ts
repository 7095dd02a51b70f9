import type { Attempt } from "./moment.ts";
import type { GoodSample, Numbers, Sample, Stamp } from "./sample.ts";
import type { RingedField, Schema } from "./schema.ts";
import { Span, Sums } from "./span.ts";

/** More parts than any memcached has slab classes; a target that keeps inventing names gets no further columns. */
const MOST_PARTS = 256;
/** Who may ask can make up as many parameters as he likes. */
const MOST_MADE = 16;

/**
 * The slots of one target: column-major float64, one column per ringed field and per field of each part.
 *
 * Counter columns hold the increase since the good sample before, computed once in `put`, so no reader ever meets a
 * reset. Gauge columns hold the level. NaN is unknown. Every row remembers its absolute slot, so a row of an older lap
 * is never taken for a present one.
 */
export class Block {
  readonly #schema: Schema;
  readonly #slots: number;
  readonly #step: number;
  #columns: Float64Array;
  readonly #parts = new Map<string, { readonly index: number; seen: number }>();
  /** Newest raw value of each counter column, and the slot it was read in. */
  readonly #raw: (number | bigint | undefined)[] = [];
  readonly #rawSlot: number[] = [];
  readonly #row: RowColumns;
  readonly #texts = new Map<string, { readonly slot: number; readonly text: string }[]>();
  #epoch: string | undefined;
  #newestGood = -1;
  #good: Stamp | undefined;
  #newestSlot = -1;
  #newest: GoodSample | undefined;
  #reason: string | undefined;
  readonly #made = new Map<string, unknown>();
  /** By their length in slots. */
  readonly #spans = new Map<number, Span>();
  #sums = new Sums();

  constructor(schema: Schema, slots: number, step: number) {
    this.#schema = schema;
    this.#slots = slots;
    this.#step = step;
    this.#columns = new Float64Array(schema.general.size * slots).fill(Number.NaN);
    this.#row = rowColumns(slots);
  }

  get newestSlot(): number {
    return this.#newestSlot;
  }

  get newestGood(): number {
    return this.#newestGood;
  }

  get newest(): GoodSample | undefined {
    return this.#newest;
  }

  get bytes(): number {
    return this.#columns.byteLength;
  }

  /**
   * Stores the sample; slots only rise. The newest may be put once more (after a restart): a good sample that is there
   * keeps its numbers, the state is that of the later one. `replayed`: only ringed fields are there.
   */
  put(slot: number, sample: Sample, replayed: boolean): void {
    if (slot < this.#newestSlot) return;
    this.#made.clear();
    const kept = this.holds(slot);
    if (!kept) this.#begin(slot, sample.stamp);
    this.#row.state[slot % this.#slots] = sample.state;
    this.#reason = sample.kind === "good" ? sample.note : sample.reason;
    if (sample.kind === "failed") return;
    if (!kept) this.#putGood(slot, sample);
    this.#newest = replayed ? undefined : sample;
  }

  #begin(slot: number, stamp: Stamp): void {
    this.#newestSlot = slot;
    this.#spans.clear();
    this.#sums = new Sums();
    const row = slot % this.#slots;
    this.#clear(row);
    this.#row.slot[row] = slot;
    this.#row.clock[row] = stamp.clock;
    this.#row.mono[row] = stamp.mono;
    this.#row.events[row] = 0;
  }

  #putGood(slot: number, sample: GoodSample): void {
    const row = slot % this.#slots;
    this.#placeParts(slot, sample.parts);
    const first = this.#newestGood < 0;
    const started = !first && sample.epoch !== "" && sample.epoch !== this.#epoch;
    const reset = !first && !started && this.#anyFell(sample);
    this.#row.previous[row] = this.#newestGood;
    this.#row.elapsed[row] = first ? Number.NaN : this.#elapsed(slot, sample.stamp);
    this.#row.events[row] = GOOD | (started ? STARTED : 0) | (reset ? RESET : 0);
    const fresh = started || reset;
    this.#write(slot, this.#schema.general, 0, { numbers: sample.numbers, fresh, started });
    for (const [name, numbers] of sample.parts) {
      const part = this.#parts.get(name);
      if (part !== undefined) this.#write(slot, this.#schema.part, this.#base(part.index), { numbers, fresh, started });
    }
    this.#keepTexts(slot, sample.texts);
    if (sample.epoch !== "") this.#epoch = sample.epoch;
    this.#newestGood = slot;
    this.#good = sample.stamp;
  }

  /**
   * Measured seconds since the good sample before: monotonic within one boot, else wall time, else the nominal length
   * where the wall clock was set back across a reboot.
   */
  #elapsed(slot: number, stamp: Stamp): number {
    const measured = stamp.mono - (this.#good?.mono ?? Number.NaN);
    if (measured > 0) return measured;
    const wall = stamp.clock - (this.#good?.clock ?? Number.NaN);
    return wall > 0 ? wall : (slot - this.#newestGood) * this.#step;
  }

  /** A counter fell within an epoch: somebody cleared the statistics. Then every clearable counter began anew. */
  #anyFell(sample: GoodSample): boolean {
    if (this.#fell(this.#schema.general, 0, sample.numbers)) return true;
    for (const [name, numbers] of sample.parts) {
      const part = this.#parts.get(name);
      if (part !== undefined && this.#fell(this.#schema.part, this.#base(part.index), numbers)) return true;
    }
    return false;
  }

  #fell(fields: ReadonlyMap<string, RingedField>, base: number, numbers: Numbers): boolean {
    for (const field of fields.values()) {
      if (!field.counter) continue;
      const before = this.#raw[base + field.column];
      const now = numbers.get(field.name);
      if (before !== undefined && now !== undefined && now < before) return true;
    }
    return false;
  }

  #write(slot: number, fields: ReadonlyMap<string, RingedField>, base: number, from: Reading): void {
    const row = slot % this.#slots;
    for (const field of fields.values()) {
      const now = from.numbers.get(field.name);
      if (now === undefined) continue;
      const column = base + field.column;
      this.#columns[column * this.#slots + row] = field.counter
        ? this.#increase(column, now, field, from)
        : Number(now);
      if (!field.counter) continue;
      this.#raw[column] = now;
      this.#rawSlot[column] = slot;
    }
  }

  /** NaN when the good sample before did not have the counter: what came since is not known to lie in this step. */
  #increase(column: number, now: number | bigint, field: RingedField, { fresh, started }: Reading): number {
    if (started || (fresh && !field.survivesReset)) return Number(now);
    const before = this.#rawSlot[column] === this.#newestGood ? this.#raw[column] : undefined;
    if (before === undefined || now < before) return Number.NaN;
    if (typeof now === "number" && typeof before === "number") return now - before;
    return Number(BigInt(now) - BigInt(before));
  }

  #base(part: number): number {
    return this.#schema.general.size + part * this.#schema.part.size;
  }

  #clear(row: number): void {
    for (let cell = row; cell < this.#columns.length; cell += this.#slots) this.#columns[cell] = Number.NaN;
  }

  /** Gives every part its columns: those of a part that left the ring, else new ones. */
  #placeParts(slot: number, parts: ReadonlyMap<string, Numbers>): void {
    for (const name of parts.keys()) {
      const known = this.#parts.get(name);
      if (known !== undefined) known.seen = slot;
      else this.#placePart(name, slot);
    }
  }

  #placePart(name: string, slot: number): void {
    for (const [gone, part] of this.#parts) {
      if (part.seen > slot - this.#slots) continue;
      this.#parts.delete(gone);
      this.#forgetRaw(part.index);
      this.#parts.set(name, { index: part.index, seen: slot });
      return;
    }
    if (this.#parts.size >= MOST_PARTS) return;
    this.#parts.set(name, { index: this.#parts.size, seen: slot });
    const grown = new Float64Array(this.#base(this.#parts.size) * this.#slots).fill(Number.NaN);
    grown.set(this.#columns);
    this.#columns = grown;
  }

  #forgetRaw(part: number): void {
    const base = this.#base(part);
    for (let column = base; column < base + this.#schema.part.size; column++) this.#raw[column] = undefined;
  }

  #keepTexts(slot: number, texts: ReadonlyMap<string, string>): void {
    for (const name of this.#schema.texts) {
      const text = texts.get(name);
      const kept = this.#texts.get(name) ?? [];
      if (text === undefined || kept.at(-1)?.text === text) continue;
      const reachable = kept.findLastIndex((change) => change.slot <= slot - this.#slots);
      this.#texts.set(name, [...kept.slice(Math.max(reachable, 0)), { slot, text }]);
    }
  }

  /** A good sample of this slot is in the ring. */
  holds(slot: number): boolean {
    return this.#attempted(slot) && (at(this.#row.events, slot % this.#slots) & GOOD) !== 0;
  }

  #attempted(slot: number): boolean {
    return slot >= 0 && this.#row.slot[slot % this.#slots] === slot;
  }

  /** The newest good slot up to this one; -1 when the ring has none. */
  goodAtOrBefore(slot: number): number {
    if (slot >= this.#newestGood) return this.#newestGood;
    for (let at = slot; at > slot - this.#slots; at--) if (this.holds(at)) return at;
    return -1;
  }

  /** The same for attempts, good or failed. */
  attemptAtOrBefore(slot: number): number {
    if (slot >= this.#newestSlot) return this.#newestSlot;
    for (let at = slot; at > slot - this.#slots; at--) if (this.#attempted(at)) return at;
    return -1;
  }

  /** What was tried in this slot; the reason in words is kept for the newest one only. */
  attempt(slot: number): Attempt | undefined {
    if (!this.#attempted(slot)) return undefined;
    const state = at(this.#row.state, slot % this.#slots);
    return { stamp: this.stamp(slot), state, reason: slot === this.#newestSlot ? this.#reason : undefined };
  }

  stamp(slot: number): Stamp {
    const row = slot % this.#slots;
    return { clock: at(this.#row.clock, row), mono: at(this.#row.mono, row) };
  }

  /** The good slot before this one, -1 when there is none. */
  previous(slot: number): number {
    return at(this.#row.previous, slot % this.#slots);
  }

  elapsed(slot: number): number {
    return at(this.#row.elapsed, slot % this.#slots);
  }

  started(slot: number): boolean {
    return (at(this.#row.events, slot % this.#slots) & STARTED) !== 0;
  }

  reset(slot: number): boolean {
    return (at(this.#row.events, slot % this.#slots) & RESET) !== 0;
  }

  number(slot: number, field: string, part: string | undefined): number {
    return this.holds(slot) ? this.cell(this.column(field, part), slot) : Number.NaN;
  }

  /** The column of a field; -1 when there is none. */
  column(field: string, part: string | undefined): number {
    if (part === undefined) return this.#schema.general.get(field)?.column ?? -1;
    const place = this.#parts.get(part);
    const ringed = this.#schema.part.get(field);
    return place === undefined || ringed === undefined ? -1 : this.#base(place.index) + ringed.column;
  }

  /** A column's number in a slot that is in the ring, NaN in a hole. Of a slot of an older lap the answer is another's. */
  cell(column: number, slot: number): number {
    return column < 0 ? Number.NaN : at(this.#columns, column * this.#slots + (slot % this.#slots));
  }

  /** The steps of a window; those that end at the newest good slot are kept until the next sample. */
  span(end: number, slots: number): Span {
    const kept = end === this.#newestGood ? this.#spans.get(slots) : undefined;
    if (kept !== undefined) return kept;
    const isNewest = end === this.#newestGood;
    const span = new Span(this, isNewest ? { end, slots, sums: this.#sums } : { end, slots });
    if (isNewest) this.#spans.set(slots, span);
    return span;
  }

  /** What was made of the newest sample is kept until the next one; of many things that are asked for only some are. */
  once<T>(name: string, make: () => T): T {
    if (this.#made.has(name)) return this.#made.get(name) as T; // a name is of one thing, so of one type
    const made = make();
    if (this.#made.size < MOST_MADE) this.#made.set(name, made);
    return made;
  }

  get partNames(): Iterable<string> {
    return this.#parts.keys();
  }

  text(slot: number, field: string): string | undefined {
    return this.#texts.get(field)?.findLast((change) => change.slot <= slot)?.text;
  }

  /** Parts that the sample of this slot had. */
  parts(slot: number): readonly string[] {
    if (!this.holds(slot)) return [];
    const row = slot % this.#slots;
    const present: string[] = [];
    for (const [name, { index }] of this.#parts) if (this.#partKnown(index, row)) present.push(name);
    return present;
  }

  #partKnown(index: number, row: number): boolean {
    const base = this.#base(index);
    for (let column = base; column < base + this.#schema.part.size; column++) {
      if (!Number.isNaN(at(this.#columns, column * this.#slots + row))) return true;
    }
    return false;
  }

  keeps(field: string): boolean {
    return this.#schema.general.has(field);
  }
}

const GOOD = 1;
const STARTED = 2;
const RESET = 4;

interface Reading {
  readonly numbers: Numbers;
  /** All clearable counters began at 0 since the good sample before. */
  readonly fresh: boolean;
  readonly started: boolean;
}

/** What every slot has beside the fields. */
interface RowColumns {
  readonly slot: Float64Array;
  readonly state: Float64Array;
  readonly previous: Float64Array;
  readonly clock: Float64Array;
  readonly mono: Float64Array;
  readonly elapsed: Float64Array;
  readonly events: Uint8Array;
}

function rowColumns(slots: number): RowColumns {
  const column = () => new Float64Array(slots).fill(Number.NaN);
  return {
    slot: column(),
    state: column(),
    previous: column(),
    clock: column(),
    mono: column(),
    elapsed: column(),
    events: new Uint8Array(slots),
  };
}

/** Typed arrays read in range; the fallback only satisfies the index check. */
function at(array: Float64Array | Uint8Array, index: number): number {
  return array[index] ?? Number.NaN;
}
