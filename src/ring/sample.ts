import type { Answer } from "./answer.ts";

/** Wall time, unix seconds with a fraction. It stamps samples and is never subtracted to measure. */
export type Clock = number;

/** One instant on both clocks. `mono`: seconds since boot (CLOCK_MONOTONIC); NaN when it was taken before a reboot. */
export interface Stamp {
  readonly clock: Clock;
  readonly mono: number;
}

/** Named numbers as a source read them. Counters are unsigned 64 bit: above 2^53 they are bigint. */
export interface Numbers {
  get(name: string): number | bigint | undefined;
  keys(): Iterable<string>;
}

/**
 * A sample that was read whole.
 * `state` belongs to the source's own value map; `note` says in words what is wrong although the values are good.
 * `epoch` is one life of the target's process (pid and start time): counters start at 0 in each. Empty while no process
 * runs and the life before is not known: nothing has started then.
 * `parts`: the pieces of a target that come and go, such as slab classes.
 */
export interface GoodSample {
  readonly kind: "good";
  readonly target: string;
  readonly stamp: Stamp;
  readonly state: number;
  readonly note?: string;
  readonly epoch: string;
  readonly numbers: Numbers;
  readonly texts: ReadonlyMap<string, string>;
  readonly parts: ReadonlyMap<string, Numbers>;
}

/** A sample that could not be read, and why (a lower-case fragment). */
export interface FailedSample {
  readonly kind: "failed";
  readonly target: string;
  readonly stamp: Stamp;
  readonly state: number;
  readonly reason: string;
}

/** What one tick learned about one target. Immutable. */
export type Sample = GoodSample | FailedSample;

/**
 * One named figure of a source.
 * - counter: only grows within an epoch; the ring keeps its increases.
 * - gauge: a level.
 * - text: the ring keeps only the newest.
 * `part`: found in each of the sample's parts instead of the sample itself.
 * `ringed`: kept for every slot of the ring and in the journal; the others live in the newest sample only.
 */
export interface Field {
  readonly name: string;
  readonly kind: "counter" | "gauge" | "text";
  readonly unit: string;
  readonly doc: string;
  readonly part: boolean;
  readonly ringed: boolean;
  /** A counter that the software's own statistics reset leaves alone (default: it is cleared with the others). */
  readonly survivesReset?: true;
}

/** LLD macro values of a target, by macro name without braces and hash: `{ URI: "tcp://127.0.0.1:11211" }`. */
export type Labels = Readonly<Record<string, string>>;

/** The complete list of targets by short name, or why it is not complete. Only a known roster removes a target. */
export type Roster = Answer<ReadonlyMap<string, Labels>>;
