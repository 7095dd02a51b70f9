import { type Answer, flatMap, none, value } from "../ring/answer.ts";
import type { Steps } from "../ring/moment.ts";
import { covered, HALF } from "./coverage.ts";

/** Two counters that together count all of `things`: hits and misses of "get requests". */
export interface Pair {
  readonly hits: string;
  readonly misses: string;
  readonly things: string;
}

export interface Counts {
  readonly hits: number;
  readonly misses: number;
}

/**
 * Share of hits in a window, percent. None until half of the window is known, and none when nothing was asked:
 * that is neither 0 nor 100. No hits and some misses is a true 0.
 */
export function ratio(steps: Steps, pair: Pair): Answer<number> {
  return flatMap(counts(steps, pair, HALF), (counted) =>
    percentOf(counted, `no ${pair.things} in the last ${steps.window.text}`),
  );
}

/** Increases of both counters, when at least the `needed` share of the window knows them. */
export function counts(steps: Steps, { hits, misses }: Pair, needed: number): Answer<Counts> {
  const seconds = Math.min(steps.secondsOf(hits), steps.secondsOf(misses));
  return flatMap(covered(steps, needed, seconds), () =>
    value({ hits: steps.increase(hits), misses: steps.increase(misses) }),
  );
}

/** Hits among all, percent; none with the given reason when there are none at all. */
export function percentOf({ hits, misses }: Counts, nothing: string): Answer<number> {
  const all = hits + misses;
  return all === 0 ? none(nothing) : value((100 * hits) / all);
}
