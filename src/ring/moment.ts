import type { Answer } from "./answer.ts";
import type { Roster, Sample, Stamp } from "./sample.ts";
import type { Cells } from "./span.ts";

/** A length of time: `text` as it was asked ("5m"), for people; `slots` for the ring; `seconds` of those slots. */
export interface Window {
  readonly text: string;
  readonly seconds: number;
  readonly slots: number;
}

/** Everything a value may depend on. Passive checks, value files, active checks and print differ only in the Moment they pass. */
export interface Moment {
  /** Seconds of one slot. */
  readonly step: number;
  /** Slots that the ring holds; a window of `slots - 1` still has both ends. */
  readonly slots: number;
  targets(source: string): Roster;
  /** unknown: no such target (and which there are). */
  view(source: string, target: string): Answer<View>;
}

/** One try to sample a target. `reason`: what was wrong, known for the newest attempt only. */
export interface Attempt {
  readonly stamp: Stamp;
  readonly state: number;
  readonly reason: string | undefined;
}

/**
 * One target at one slot. `slot` is that of its newest good sample for `ring.now()`, the asked one for `ring.at()`;
 * `good` is undefined where that slot is a hole or no good sample was ever taken.
 */
export interface View {
  readonly source: string;
  readonly target: string;
  /** Seconds of one slot, and slots of the ring: what a window is parsed against. */
  readonly step: number;
  readonly slots: number;
  readonly slot: number;
  /** The slot of the newest attempt; -1 when there was none. */
  readonly attempted: number;
  /** Whether the target's process started anew since the good sample before. */
  readonly started: boolean;
  /** When the values of this view were taken. */
  readonly good: Stamp | undefined;
  /** The newest attempt, good or failed (in the past: the one of this slot): its state is what the state item answers. */
  readonly attempt: Attempt | undefined;
  /** The whole newest good sample with all its fields; undefined in the past and right after a replay. */
  readonly newest: Extract<Sample, { kind: "good" }> | undefined;
  /** Level of a gauge, or increase of a counter since the good sample before. NaN: unknown. */
  number(field: string, part?: string): number;
  text(field: string): string | undefined;
  /** Names of the parts that are present at this slot. */
  parts(): readonly string[];
  /** Whether the ring keeps this field. */
  keeps(field: string): boolean;
  steps(window: Window): Steps;
  /** The same target at another slot; a hole is a hole. */
  at(slot: number): View;
  /** All slots of the target, for what looks at each of an hour. */
  readonly cells: Cells;
  /** What `make` gives, made once for all who ask at the newest sample. `name` says of what it is made. */
  once<T>(name: string, make: () => T): T;
}

/**
 * The pairs of consecutive good samples that lie wholly inside a window which ends at the view's slot.
 * The window's start is its first slot or, when that is a hole, the good sample one slot older.
 */
export interface Steps {
  readonly window: Window;
  /** Share of the window that the pairs cover, 0 to 1. */
  readonly known: number;
  /** Measured seconds of all pairs. */
  readonly seconds: number;
  /** Sum of a counter's increases; NaN when no pair knows it. */
  increase(field: string, part?: string): number;
  /** Like `seconds`, of the pairs that know the field only. */
  secondsOf(field: string, part?: string): number;
  /** Known levels of a gauge at the samples after the window's start, oldest first. */
  levels(field: string, part?: string): readonly number[];
  /** Process starts (a new epoch) and resets (a counter fell within an epoch) in the window. */
  readonly starts: number;
  readonly resets: number;
}
