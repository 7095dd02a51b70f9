/** When a value is of, in seconds with the fraction, and which item's it is. */
export interface Stored {
  readonly itemid: string;
  readonly clock: number;
}

/** What a history has of items that are due each second. */
export interface Coverage {
  /** One value of each item for each second. */
  readonly due: number;
  readonly stored: number;
  /** Seconds of an item without a value. */
  readonly lost: number;
  /** Values of an item in a second that had one already. */
  readonly doubled: number;
  /** Values that are older than one of the same item that was stored before. */
  readonly backwards: number;
  /** The most seconds in a row without a value of an item. */
  readonly longestGap: number;
}

/** A clock may be read a little before its second begins. */
const EARLY_SECONDS = 0.05;

/**
 * Compares a history with one value a second.
 * @param rows in the order in which they were stored
 * @param span whole seconds, from the first one on and without the last one
 */
export function coverage(
  rows: readonly Stored[],
  { items, from, until }: { readonly items: number; readonly from: number; readonly until: number },
): Coverage {
  const inTime = rows.filter(({ clock }) => second(clock) >= from && second(clock) < until);
  const seconds = secondsOfItems(inTime);
  const filled = seconds.reduce((total, { size }) => total + size, 0);
  const due = items * (until - from);
  return {
    due,
    stored: inTime.length,
    lost: due - filled,
    doubled: inTime.length - filled,
    backwards: backwards(inTime),
    longestGap: seconds.length < items ? until - from : Math.max(...seconds.map((set) => longestGap(set, from, until))),
  };
}

function secondsOfItems(rows: readonly Stored[]): readonly ReadonlySet<number>[] {
  const items = new Map<string, Set<number>>();
  for (const { itemid, clock } of rows) {
    const seconds = items.get(itemid) ?? new Set();
    items.set(itemid, seconds.add(second(clock)));
  }
  return [...items.values()];
}

function second(clock: number): number {
  return Math.floor(clock + EARLY_SECONDS);
}

function backwards(rows: readonly Stored[]): number {
  const newest = new Map<string, number>();
  let count = 0;
  for (const { itemid, clock } of rows) {
    const before = newest.get(itemid) ?? 0;
    if (clock < before) count++;
    else newest.set(itemid, clock);
  }
  return count;
}

function longestGap(seconds: ReadonlySet<number>, from: number, until: number): number {
  let longest = 0;
  let gap = 0;
  for (let at = from; at < until; at++) {
    gap = seconds.has(at) ? 0 : gap + 1;
    longest = Math.max(longest, gap);
  }
  return longest;
}
