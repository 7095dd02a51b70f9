import type { Stamp } from "../ring/sample.ts";
import type { Io } from "./io.ts";

/** A timer that is later than this tells that this process had no turn, not that a peer is slow. */
const OVERSLEPT_MS = 50;
/** What begins late has this long all the same: with less, our own delay would be taken for the peer's. */
const LEAST_MS = 40;
/** What was late is waited for again, this long at most. */
const MOST_AGAIN_MS = 1000;
/** A sample ends this much before the tick's deadline, so that its state is in the slot's own tick. */
const MARGIN_MS = 20;

/**
 * Calls back once a peer has had its time: after `ms`; where this process notices that late, once more after as long as
 * it was late, a second at most, so that what has come meanwhile is read first. The returned function cancels.
 */
export function deadline(io: Io, ms: number, over: () => void): () => void {
  const due = nowMs(io) + ms;
  let cancel = io.after(ms, () => {
    const overslept = nowMs(io) - due;
    if (overslept < OVERSLEPT_MS) over();
    else cancel = io.after(Math.min(overslept, MOST_AGAIN_MS), over);
  });
  return () => cancel();
}

/** Milliseconds for the peer until `end` of the monotonic clock. */
export function timeLeft(io: Io, end: number): number {
  return Math.max(LEAST_MS, end - nowMs(io));
}

/** Milliseconds that a sample may still take in a tick, which has `seconds` from its stamp on. */
export function sampleTime(io: Io, tick: { readonly stamp: Stamp; readonly seconds: number }): number {
  return timeLeft(io, (tick.stamp.mono + tick.seconds) * 1000 - MARGIN_MS);
}

function nowMs(io: Io): number {
  return io.now().mono * 1000;
}
