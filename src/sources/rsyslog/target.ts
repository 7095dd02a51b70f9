import type { Clock, Labels } from "../../ring/sample.ts";
import type { Sweep } from "./feed/sweep.ts";
import type { Continuation } from "./life.ts";

/** One sweep, as all objects in it are told it. */
export interface SweepFacts {
  /** When it was taken, finer than its stamp. */
  readonly clock: Clock;
  readonly continuation: Continuation;
}

/** What an object says of itself at a tick. `note`: what is wrong although the values are good. */
export interface Reading {
  readonly state: number;
  readonly note?: string;
  readonly numbers: Iterable<readonly [string, number | bigint]>;
  readonly texts: ReadonlyMap<string, string>;
}

/** One queue, action or input that rsyslogd reports. `R`: what a sweep has of it. */
export interface Reported<R> {
  /** False: a part of it was lost on the way, so the sweep tells nothing of it. */
  put(record: R, sweep: SweepFacts): boolean;
  /** At a tick: what came with all the sweeps since the one before. */
  read(): Reading;
  readonly labels: Labels;
}

/** One kind of objects. */
export interface Kind<R, T extends Reported<R> = Reported<R>> {
  readonly source: string;
  /** State of an object while the statistics are too old. */
  readonly stale: number;
  /** State of an object that the newest sweep does not have. */
  readonly missing: number;
  /** The kind's objects in a sweep, by their native names. */
  find(sweep: Sweep): ReadonlyMap<string, R>;
  open(native: string): T;
}
