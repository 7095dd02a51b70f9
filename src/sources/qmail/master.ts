import { change } from "../../derive/change.ts";
import { extreme } from "../../derive/extreme.ts";
import { byWindow, figure, masterJson, standardSteps } from "../../items/master.ts";
import type { Answer } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { percentUsed } from "./slot-share.ts";
import { STATES } from "./states.ts";

/** The JSON of qmail.get. */
export function master(view: View, now: Stamp): Answer<string> {
  return masterJson(view, now, { name: "queue", states: STATES, fresh });
}

function fresh(view: View): object {
  const most = (field: string) => byWindow(standardSteps(view), (steps) => extreme(steps, "max", field));
  return {
    directory: view.newest?.texts.get("queue"),
    size: figure(view.number("size")),
    todo: figure(view.number("todo")),
    local: figure(view.number("local")),
    remote: figure(view.number("remote")),
    size_max: most("size"),
    todo_max: most("todo"),
    growth: byWindow(standardSteps(view), (steps) => change(view, steps.window, "size")),
    slots: { local: slots(view, "local", most), remote: slots(view, "remote", most) },
    status_time: figure(Math.floor(view.number("status_clock"))),
  };
}

function slots(view: View, kind: "local" | "remote", most: (field: string) => object): object {
  return {
    used: figure(view.number(`${kind}_used`)),
    max: figure(view.number(`${kind}_max`)),
    pused: figure(percentUsed(view, kind)),
    peak: most(`${kind}_used`),
  };
}
