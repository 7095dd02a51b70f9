import { type Answer, none, value } from "../ring/answer.ts";
import type { Steps } from "../ring/moment.ts";
import { HALF, shortfall } from "./coverage.ts";

const OF = {
  min: (levels: readonly number[]) => levels.reduce((least, level) => Math.min(least, level)),
  max: (levels: readonly number[]) => levels.reduce((most, level) => Math.max(most, level)),
  avg: (levels: readonly number[]) => levels.reduce((sum, level) => sum + level) / levels.length,
};

export type Extreme = keyof typeof OF;

/**
 * Smallest, largest or mean level of a gauge in a window, in the gauge's unit.
 * None until half of the window's slots have a level.
 */
export function extreme(steps: Steps, which: Extreme, field: string): Answer<number> {
  const levels = steps.levels(field);
  const share = levels.length / steps.window.slots;
  return share < HALF ? none(shortfall(steps, share)) : value(OF[which](levels));
}
