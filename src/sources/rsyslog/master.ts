import { type MasterParts, masterFields, masterJson, standardSteps, stepsOf } from "../../items/master.ts";
import type { StateWords } from "../../items/states.ts";
import type { Answer } from "../../ring/answer.ts";
import type { Moment, Steps, View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { isCurrent } from "./declare.ts";

/** What masters say of one kind of objects. */
export interface KindMaster {
  readonly source: string;
  /** The JSON field that holds an object's short name: "queue". */
  readonly name: string;
  readonly states: StateWords<string>;
  /** All figures of a current sample, those over time for each of the windows. */
  figures(view: View, windows: readonly Steps[], now: Stamp): object;
}

/** The JSON of one object. */
export function objectJson(kind: KindMaster, view: View, now: Stamp): Answer<string> {
  return masterJson(view, now, partsOf(kind, standardSteps, now));
}

/** Windows of the master of all; each costs a walk through the ring for every figure of every object. */
const FEW_WINDOWS = ["1m", "5m", "15m"];

/** What the JSON of all says of one object. */
export function objectFields(kind: KindMaster, view: View, now: Stamp): Answer<object> {
  return masterFields(
    view,
    now,
    partsOf(kind, (found) => stepsOf(found, FEW_WINDOWS), now),
  );
}

/** All objects of a kind by their short names; those of which nothing is known are left out. */
export function kindFields(kind: KindMaster, moment: Moment, now: Stamp): object {
  const targets = moment.targets(kind.source);
  if (targets.kind !== "value") return {};
  const named = [...targets.value.keys()].flatMap((name) => {
    const view = moment.view(kind.source, name);
    const fields = view.kind === "value" ? objectFields(kind, view.value, now) : view;
    return fields.kind === "value" ? [[name, fields.value] as const] : [];
  });
  return Object.fromEntries(named);
}

function partsOf(
  { name, states, figures }: KindMaster,
  windows: (view: View) => readonly Steps[],
  now: Stamp,
): MasterParts {
  return { name, states, fresh: (view) => (isCurrent(view) ? figures(view, windows(view), now) : {}) };
}
