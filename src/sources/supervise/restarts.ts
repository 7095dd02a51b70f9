import { covered, NEARLY_ALL } from "../../derive/coverage.ts";
import { standardWindows, window } from "../../items/params.ts";
import { type Answer, flatMap, value } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";
import { serviceItem } from "./declare.ts";

/** Starts in a window: those that began a new life in a step, and what more the supervisor counted in it. */
export function startsIn(steps: Steps): Answer<number> {
  return flatMap(covered(steps, NEARLY_ALL), () => value(steps.starts + steps.increase("more_starts")));
}

export const restarts = serviceItem({
  key: "supervise.restarts",
  params: { window: window("60m") },
  type: "unsigned",
  units: "",
  name: "Restarts in the window",
  doc:
    "Starts of the service's program in the window. Exact where the supervisor counts (s6, systemd); otherwise each " +
    "sample shows one at most, so a program that crashes every second counts one a sample. " +
    "None until nine tenths of the window are known.",
  standard: (view) => windows(view, ["15m", "60m"]),
  value: (view, args) => startsIn(view.steps(args.window)),
});

export const flapping = serviceItem({
  key: "supervise.flapping",
  params: { window: window("15m") },
  type: "float",
  units: "%",
  name: "Flapping",
  doc:
    "Share of the samples in the window between which the program was started anew: near 100 for one that keeps " +
    "crashing, however fast. None until nine tenths of the window are known.",
  standard: (view) => windows(view, ["15m"]),
  value: (view, args) => flappingIn(view.steps(args.window)),
});

/** Percentage of the steps in which the program began anew. */
export function flappingIn(steps: Steps): Answer<number> {
  return flatMap(covered(steps, NEARLY_ALL), (known) =>
    value(Math.min((100 * steps.starts) / (known * steps.window.slots), 100)),
  );
}

/** Few of the standard ones, since there may be hundreds of services. */
function windows(view: View, few: readonly string[]): readonly (readonly string[])[] {
  return standardWindows(view)
    .filter((length) => few.includes(length))
    .map((length) => [length]);
}
