import { covered, NEARLY_ALL } from "../../derive/coverage.ts";
import { ERROR_ITEM, ONCE, STATE_ITEM } from "../../items/family.ts";
import { ageSeconds } from "../../items/freshness.ts";
import { standardWindows, window } from "../../items/params.ts";
import { type Answer, flatMap, none, value } from "../../ring/answer.ts";
import type { Steps, View } from "../../ring/moment.ts";
import { instanceItem } from "./declare.ts";
import { STATES } from "./states.ts";

export const state = instanceItem({
  key: "memcached.state",
  ...STATE_ITEM,
  doc: `What the newest attempt found: ${STATES.listed}. Always a number, also while nothing can be read.`,
});

export const error = instanceItem({ key: "memcached.error", ...ERROR_ITEM });

export const sampleAge = instanceItem({
  key: "memcached.sample.age",
  params: {},
  type: "float",
  units: "s",
  name: "Age of the newest good sample",
  doc: "Seconds since memcached last answered in full. None until it has answered once.",
  freshness: "always",
  standard: () => ONCE,
  value: ({ good }, _, now) =>
    good === undefined ? none("no good sample was taken yet") : value(ageSeconds(good, now)),
});

export const uptime = instanceItem({
  key: "memcached.uptime",
  params: {},
  type: "unsigned",
  units: "uptime",
  name: "Uptime",
  doc: "Seconds since the process started, as it says itself.",
  standard: () => ONCE,
  value: (view) => {
    const seconds = view.number("uptime");
    return Number.isNaN(seconds) ? none("this sample has no uptime") : value(seconds);
  },
});

export const restarts = instanceItem({
  key: "memcached.restarts",
  params: { window: window("60m") },
  type: "unsigned",
  units: "",
  name: "Restarts in the window",
  doc: "Times that the process was seen to have started anew. None until nine tenths of the window are known.",
  standard: windows,
  value: (view, args) => startsIn(view.steps(args.window)),
});

/** Times that the process was seen to have started anew. */
export function startsIn(steps: Steps): Answer<number> {
  return flatMap(covered(steps, NEARLY_ALL), () => value(steps.starts));
}

export const resets = instanceItem({
  key: "memcached.resets",
  params: { window: window("60m") },
  type: "unsigned",
  units: "",
  name: "Resets of the statistics in the window",
  doc: "Times that somebody cleared the statistics (stats reset). None until nine tenths of the window are known.",
  standard: windows,
  value: (view, args) => {
    const steps = view.steps(args.window);
    return flatMap(covered(steps, NEARLY_ALL), () => value(steps.resets));
  },
});

function windows(view: View): readonly (readonly string[])[] {
  return standardWindows(view).map((length) => [length]);
}
