import { figure, masterJson } from "../../items/master.ts";
import type { Answer } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { functionNames, isStuck, loadOf, stuckCount } from "./load.ts";
import { STATES } from "./states.ts";

/** Everything about one gearmand; `functions` by short name. */
export function master(view: View, now: Stamp): Answer<string> {
  return masterJson(view, now, { name: "instance", states: STATES, fresh });
}

function fresh(view: View): object {
  const numbers = view.newest?.numbers;
  return {
    version: view.newest?.texts.get("version"),
    pid: numbers?.get("pid"),
    ...loadFields(view, undefined),
    stuck: figure(stuckCount(view, undefined)),
    function_count: numbers?.get("functions"),
    left_out: numbers?.get("left_out"),
    functions: functionsField(view),
  };
}

/** By the functions' short names. */
export function functionsField(view: View): object {
  return Object.fromEntries(functionNames(view).map((name) => [name, functionFields(view, name)]));
}

function functionFields(view: View, name: string): object {
  const load = loadOf(view, name);
  return { ...loadFields(view, name), stuck: load.kind === "value" ? Number(isStuck(load.value)) : undefined };
}

function loadFields(view: View, name: string | undefined): object {
  const load = loadOf(view, name);
  if (load.kind !== "value") return {};
  const { waiting, running, workers } = load.value;
  return { waiting, running, total: waiting + running, workers };
}
