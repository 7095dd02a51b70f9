import { ageSeconds } from "../../items/freshness.ts";
import type { View, Window } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";

/** What keeps a class out of the minimum. */
export interface Guard {
  /** A class is under pressure when it evicted, or refused a store, within this time. */
  readonly pressure: Window;
  /** Classes with less than this percentage of the stored bytes are left out. */
  readonly share: number;
}

/** What is said about one slab class (named by chunk size) in one slot: its TTL, or why it has none that counts. */
export type Verdict = { readonly chunk: string; readonly share: number; readonly pressure: boolean } & (
  | { readonly kind: "counts"; readonly seconds: number }
  | { readonly kind: "left out"; readonly reason: LeftOut }
);

export type LeftOut = "empty" | "one item" | "full" | "not under pressure" | "small share" | "age not known";

/** The guarded minimum of one slot: which class, and how many seconds. */
export interface Minimum {
  readonly chunk: string;
  readonly seconds: number;
}

/**
 * How long items really live, per slab class, at the view's slot.
 *
 * `age` alone says only how long the item at the tail has been idle, so it is small for every new, hot or just flushed
 * class. It means retention only where items are thrown out, hence: a class counts while it is under pressure; its
 * value is `evicted_time` in a slot where it evicted, else `age`; never above uptime or the time since the last flush.
 * Pressure from before a restart or flush says nothing about the present contents and is forgotten.
 */
export function verdicts(view: View, guard: Guard): readonly Verdict[] {
  return walk(view, { guard, slots: 1, each: judge }).at(-1) ?? [];
}

/** The smallest TTL of the classes that count in the view's slot; undefined when none does. */
export function minimum(found: readonly Verdict[]): Minimum | undefined {
  return smallest(found.flatMap((verdict) => (verdict.kind === "counts" ? [verdict] : [])));
}

/** The smallest TTL within the window that ends at the view's slot; `slots`: those of it that have a good sample. */
export function minimumOver(view: View, guard: Guard, window: Window): { least: Minimum | undefined; slots: number } {
  const found = walk(view, { guard, slots: window.slots, each: minimumOf });
  return { least: smallest(found.filter((least) => least !== undefined)), slots: found.length };
}

/** The minimum of one slot; where nothing is under pressure, as mostly, no class needs to be judged. */
function minimumOf(view: View, parts: readonly string[], judging: Judging): Minimum | undefined {
  return parts.some((part) => judging.life.underPressure(view, part))
    ? minimum(judge(view, parts, judging))
    : undefined;
}

function smallest(minima: readonly Minimum[]): Minimum | undefined {
  return minima.reduce<Minimum | undefined>(
    (least, next) => (least === undefined || next.seconds < least.seconds ? next : least),
    undefined,
  );
}

interface Walk<T> {
  readonly guard: Guard;
  readonly slots: number;
  readonly each: (view: View, parts: readonly string[], judging: Judging) => T;
}

/** Goes through the slots oldest first and gives what `each` makes of the good ones among the last `slots`. */
function walk<T>(view: View, { guard, slots, each }: Walk<T>): readonly T[] {
  const life = new Life(guard.pressure.slots);
  const found: T[] = [];
  const judgedFrom = view.slot - slots + 1;
  for (let slot = judgedFrom - guard.pressure.slots + 1; slot <= view.slot; slot++) {
    const past = slot === view.slot ? view : view.at(slot);
    const stamp = past.good;
    if (stamp === undefined) continue;
    const parts = past.parts();
    life.follow(past, stamp, parts);
    if (slot >= judgedFrom) found.push(each(past, parts, { life, guard }));
  }
  return found;
}

/** What is remembered from slot to slot: the last rise of each class since the last restart or flush. */
class Life {
  readonly #pressureSlots: number;
  readonly #rises = new Map<string, number>();
  #flush: Stamp | undefined;

  constructor(pressureSlots: number) {
    this.#pressureSlots = pressureSlots;
  }

  follow(view: View, stamp: Stamp, parts: readonly string[]): void {
    if (view.started) this.#begin(undefined);
    // Which of the slot's evictions came after its flush is not known: none of them counts.
    if (view.number("cmd_flush") > 0) this.#begin(stamp);
    else for (const part of parts) if (rose(view, part)) this.#rises.set(part, view.slot);
  }

  #begin(flush: Stamp | undefined): void {
    this.#rises.clear();
    this.#flush = flush;
  }

  underPressure(view: View, part: string): boolean {
    const rise = this.#rises.get(part);
    return rise !== undefined && rise > view.slot - this.#pressureSlots;
  }

  /** No item can have lived longer. */
  longest(view: View): number {
    const uptime = view.number("uptime");
    const sinceFlush =
      this.#flush === undefined || view.good === undefined ? Infinity : Math.floor(ageSeconds(this.#flush, view.good));
    return Math.min(Number.isNaN(uptime) ? Infinity : uptime, sinceFlush);
  }
}

function rose(view: View, part: string): boolean {
  return view.number("evicted", part) > 0 || view.number("outofmemory", part) > 0;
}

interface Judging {
  readonly life: Life;
  readonly guard: Guard;
}

function judge(view: View, parts: readonly string[], { life, guard }: Judging): readonly Verdict[] {
  const bytes = parts.map((part) => stored(view, part));
  const all = bytes.reduce((sum, size) => sum + size, 0);
  const longest = life.longest(view);
  return parts.map((chunk, index) => {
    const share = all === 0 ? 0 : (100 * (bytes[index] ?? 0)) / all;
    const pressure = life.underPressure(view, chunk);
    const seconds = classSeconds(view, chunk);
    const reason = leftOut(view, { chunk, share, pressure, seconds }, guard);
    return reason === undefined
      ? { chunk, share, pressure, kind: "counts", seconds: Math.min(seconds, longest) }
      : { chunk, share, pressure, kind: "left out", reason };
  });
}

/** Bytes of the chunks that hold items; 0 for a class without items. */
function stored(view: View, chunk: string): number {
  const number = view.number("number", chunk);
  return Number.isNaN(number) ? 0 : number * Number(chunk);
}

/** NaN where the age says nothing: an age of 0 without an eviction means that the cold list is empty. */
function classSeconds(view: View, chunk: string): number {
  if (view.number("evicted", chunk) > 0) return view.number("evicted_time", chunk);
  const age = view.number("age", chunk);
  return age > 0 ? age : Number.NaN;
}

interface Standing {
  readonly chunk: string;
  readonly share: number;
  readonly pressure: boolean;
  readonly seconds: number;
}

function leftOut(view: View, { chunk, share, pressure, seconds }: Standing, guard: Guard): LeftOut | undefined {
  const number = view.number("number", chunk);
  if (!(number > 0)) return "empty";
  if (number === 1) return "one item";
  if (!pressure) return isFull(view, chunk) ? "full" : "not under pressure";
  if (share < guard.share) return "small share";
  return Number.isNaN(seconds) ? "age not known" : undefined;
}

/** No chunk is free; known of the newest sample only. */
function isFull(view: View, chunk: string): boolean {
  return view.newest?.parts.get(chunk)?.get("free_chunks") === 0;
}
