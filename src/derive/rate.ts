import { type Answer, flatMap, value } from "../ring/answer.ts";
import type { Steps } from "../ring/moment.ts";
import { covered, HALF } from "./coverage.ts";

/**
 * Per-second rate of a counter over a window. Unit: 1/s. Seconds are measured, not nominal.
 * None until half of the window is known.
 */
export function rate(steps: Steps, field: string, part?: string): Answer<number> {
  const seconds = steps.secondsOf(field, part);
  return flatMap(covered(steps, HALF, seconds), () => value(steps.increase(field, part) / seconds));
}
