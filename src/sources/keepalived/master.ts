import { increase } from "../../derive/increase.ts";
import { byWindow, figure, masterJson, standardSteps } from "../../items/master.ts";
import type { Answer } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { STATES } from "./states.ts";

/** The JSON of keepalived.get. */
export function master(view: View, now: Stamp): Answer<string> {
  return masterJson(view, now, { name: "instance", states: STATES, fresh });
}

function fresh(view: View): object {
  return {
    name: view.newest?.texts.get("name"),
    source: view.text("source") || undefined,
    priority: figure(view.number("priority")),
    since: figure(Math.floor(view.number("since"))), // as whole as the item
    addresses: view.newest?.numbers.get("addresses"),
    here: view.newest?.numbers.get("here"),
    transitions: byWindow(standardSteps(view), (steps) => increase(steps, "transitions")),
  };
}
