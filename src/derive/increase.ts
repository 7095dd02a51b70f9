import { type Answer, flatMap, value } from "../ring/answer.ts";
import type { Steps } from "../ring/moment.ts";
import { covered, NEARLY_ALL } from "./coverage.ts";

/**
 * What a counter rose in a window. Increases were computed when the samples were put, so no reset is met here.
 * None until nine tenths of the window are known.
 */
export function increase(steps: Steps, field: string, part?: string): Answer<number> {
  return flatMap(covered(steps, NEARLY_ALL, steps.secondsOf(field, part)), () => value(steps.increase(field, part)));
}
