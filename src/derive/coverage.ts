import { type Answer, none, value } from "../ring/answer.ts";
import type { Steps } from "../ring/moment.ts";

/** Ratios, rates and extremes hold for the whole window when half of it is known. */
export const HALF = 0.5;
/** Sums and counts are of the whole window: only a missing tick or two is forgiven. */
export const NEARLY_ALL = 0.9;

/**
 * The share of the window that is known, when it is at least `needed`; else none: "7 of 15 minutes known".
 * @param seconds measured seconds of the pairs that know the fields in question; those of all pairs when left out
 */
export function covered(steps: Steps, needed: number, seconds = steps.seconds): Answer<number> {
  const share = steps.seconds > 0 ? (steps.known * seconds) / steps.seconds : 0;
  return share >= needed - ROUNDING ? value(share) : none(shortfall(steps, share));
}

const ROUNDING = 1e-9;

/** In the unit of the schedule's step: minutes, hours or seconds. */
export function shortfall({ window }: Pick<Steps, "window">, share: number): string {
  const step = window.seconds / window.slots;
  const [name, length] = unitOf(step);
  const total = window.seconds / length;
  const known = (Math.round(share * window.slots) * step) / length;
  return `${known} of ${total} ${name}${total === 1 ? "" : "s"} known`;
}

function unitOf(step: number): readonly [string, number] {
  if (step % 3600 === 0) return ["hour", 3600];
  return step % 60 === 0 ? ["minute", 60] : ["second", 1];
}
