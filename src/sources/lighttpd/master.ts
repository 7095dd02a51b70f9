import { increase } from "../../derive/increase.ts";
import { rate } from "../../derive/rate.ts";
import { byWindow, figure, masterJson, standardSteps } from "../../items/master.ts";
import type { Answer } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { backEndsDown, busyPercent, level, restartsIn } from "./figures.ts";
import { STATES } from "./states.ts";

/** Everything about one lighttpd. */
export function master(view: View, now: Stamp): Answer<string> {
  return masterJson(view, now, { name: "instance", states: STATES, fresh });
}

function fresh(view: View): object {
  const windows = standardSteps(view);
  return {
    requests_rate: byWindow(windows, (steps) => rate(steps, "requests")),
    requests: byWindow(windows, (steps) => increase(steps, "requests")),
    traffic_rate: byWindow(windows, (steps) => rate(steps, "traffic")),
    busy: figure(level(view, "busy")),
    idle: figure(level(view, "idle")),
    pused: figure(busyPercent(view)),
    uptime: figure(level(view, "uptime")),
    restarts: byWindow(windows, restartsIn),
    backends_down: figure(backEndsDown(view)),
    backends: backEndNames(view),
  };
}

/** Left out when they are not known. */
function backEndNames(view: View): readonly string[] | undefined {
  return view.newest?.texts
    .get("backends")
    ?.split("\n")
    .filter((name) => name !== "");
}
