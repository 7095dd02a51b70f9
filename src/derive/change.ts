import { type Answer, flatMap, none, value } from "../ring/answer.ts";
import type { View, Window } from "../ring/moment.ts";
import { covered, NEARLY_ALL } from "./coverage.ts";

/**
 * How much higher a gauge is than at the start of a window; negative: lower. None until nine tenths of the window are
 * known.
 */
export function change(view: View, window: Window, field: string): Answer<number> {
  return flatMap(covered(view.steps(window), NEARLY_ALL), () => {
    const grown = view.number(field) - levelBefore(view, window, field);
    return Number.isNaN(grown)
      ? none(`"${field}" is not known for both ends of the last ${window.text}`)
      : value(grown);
  });
}

const ROUNDING = 1e-9;

/** At the window's start, else a slot before it, else at the first one in its first tenth; NaN: none knows it. */
function levelBefore(view: View, { slots }: Window, field: string): number {
  const start = view.slot - slots;
  const later = Array.from({ length: Math.floor(slots * (1 - NEARLY_ALL) + ROUNDING) }, (_, at) => start + 1 + at);
  for (const slot of [start, start - 1, ...later]) {
    const level = slot < 0 ? Number.NaN : view.at(slot).number(field);
    if (!Number.isNaN(level)) return level;
  }
  return Number.NaN;
}
