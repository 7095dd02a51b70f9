import type { View, Window } from "../../ring/moment.ts";
import type { SlabLife } from "./slab-life.ts";
import { Life } from "./ttl-life.ts";

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
  const { slot } = view;
  const life = view.once("ttl life", () => new Life(view).walk());
  const present = new Set(view.parts());
  const stored = life.stored(slot);
  return life.classes.flatMap((slab) =>
    present.has(slab.chunk) ? [verdict(view, { life, slab, stored, guard })] : [],
  );
}

/** The smallest TTL of the classes that count in the view's slot; undefined when none does. */
export function minimum(found: readonly Verdict[]): Minimum | undefined {
  return found.reduce<Minimum | undefined>(
    (least, next) => (next.kind === "counts" && (least === undefined || next.seconds < least.seconds) ? next : least),
    undefined,
  );
}

/**
 * The smallest TTL in seconds within the window that ends at the view's slot, undefined when no class counted in it;
 * `slots`: those of it that have a good sample.
 */
export function minimumOver(view: View, guard: Guard, window: Window): { least: number | undefined; slots: number } {
  const minima = view.once(`ttl ${guard.pressure.slots} ${guard.share}`, () => slotMinima(view, guard));
  const within = minima.subarray(Math.max(minima.length - window.slots, 0));
  let [least, slots] = [NOTHING_COUNTS, 0];
  for (const seconds of within) {
    if (Number.isNaN(seconds)) continue;
    slots++;
    if (seconds < least) least = seconds;
  }
  return { least: least === NOTHING_COUNTS ? undefined : least, slots };
}

const NOTHING_COUNTS = Number.POSITIVE_INFINITY;

/** The minimum of each slot of the ring up to the view's: infinite where nothing counts, NaN in a hole. */
function slotMinima(view: View, guard: Guard): Float64Array {
  const minima = new Float64Array(view.slots).fill(Number.NaN);
  const first = view.slot - view.slots + 1;
  const life = new Life(view);
  life.walk((slot) => {
    minima[slot - first] = leastAt(life, guard, slot);
  });
  return minima;
}

/** Where nothing is under pressure, as mostly, no class needs to be judged. */
function leastAt(life: Life, guard: Guard, slot: number): number {
  const { slots } = guard.pressure;
  let least = NOTHING_COUNTS;
  let stored = Number.NaN;
  for (const slab of life.classes) {
    if (!slab.underPressure(slot, slots)) continue;
    if (Number.isNaN(stored)) stored = life.stored(slot);
    const seconds = slab.seconds(slot);
    const standing = { number: slab.number(slot), pressure: true, share: shareOf(slab, slot, stored), seconds };
    if (seconds < least && leftOut(standing, guard) === undefined) least = seconds;
  }
  return least === NOTHING_COUNTS ? least : Math.min(least, life.longest(slot));
}

interface Judging {
  readonly life: Life;
  readonly slab: SlabLife;
  /** Bytes of all classes. */
  readonly stored: number;
  readonly guard: Guard;
}

function verdict(view: View, { life, slab, stored, guard }: Judging): Verdict {
  const { slot } = view;
  const { chunk } = slab;
  const pressure = slab.underPressure(slot, guard.pressure.slots);
  const seconds = slab.seconds(slot);
  const share = shareOf(slab, slot, stored);
  const reason = leftOut({ number: slab.number(slot), pressure, share, seconds }, guard);
  const common = { chunk, share, pressure };
  if (reason === undefined) return { ...common, kind: "counts", seconds: Math.min(seconds, life.longest(slot)) };
  const full = reason === "not under pressure" && isFull(view, chunk);
  return { ...common, kind: "left out", reason: full ? "full" : reason };
}

/** Percentage of the stored bytes. */
function shareOf(slab: SlabLife, slot: number, stored: number): number {
  return stored === 0 ? 0 : (100 * slab.stored(slot)) / stored;
}

interface Standing {
  readonly number: number;
  readonly pressure: boolean;
  readonly share: number;
  readonly seconds: number;
}

function leftOut({ number, pressure, share, seconds }: Standing, guard: Guard): LeftOut | undefined {
  if (!(number > 0)) return "empty";
  if (number === 1) return "one item";
  if (!pressure) return "not under pressure";
  if (share < guard.share) return "small share";
  return Number.isNaN(seconds) ? "age not known" : undefined;
}

/** No chunk is free; known of the newest sample only. */
function isFull(view: View, chunk: string): boolean {
  return view.newest?.parts.get(chunk)?.get("free_chunks") === 0;
}
