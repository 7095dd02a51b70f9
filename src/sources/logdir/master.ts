import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { byWindow, figure, masterJson, standardSteps } from "../../items/master.ts";
import type { Answer } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { fillSeconds } from "./fill-time.ts";
import { STATES } from "./states.ts";

export function master(view: View, now: Stamp): Answer<string> {
  return masterJson(view, now, { name: "directory", states: STATES, fresh });
}

function fresh(view: View): object {
  const windows = standardSteps(view);
  return {
    path: view.newest?.texts.get("path"),
    logger: view.newest?.texts.get("logger"),
    pid: view.newest?.numbers.get("pid"),
    line_age: figure(view.number("age")),
    bytes: figure(view.number("bytes")),
    current: view.newest?.numbers.get("current"),
    files: view.newest?.numbers.get("files"),
    unclean: figure(view.number("unclean")),
    blocked: figure(view.number("blocked")),
    free: figure(view.number("free")),
    rate: byWindow(windows, (steps) => rate(steps, "written")),
    written: byWindow(windows, (steps) => increase(steps, "written")),
    estimated: byWindow(windows, (steps) => increase(steps, "estimated")),
    rotations: byWindow(windows, (steps) => increase(steps, "rotations")),
    fill_time: byWindow(windows, ({ window }) => fillSeconds(view, window)),
  };
}
