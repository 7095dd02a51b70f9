import { ageSeconds, isFresh } from "../../items/freshness.ts";
import { parseWindow, standardWindows } from "../../items/params.ts";
import { type Answer, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import type { Stamp } from "../../ring/sample.ts";
import { ONCE, serviceItem } from "./declare.ts";
import { stateWord, WANTS } from "./record.ts";
import { startsIn } from "./restarts.ts";
import { secondsSince } from "./service-items.ts";

export const get = serviceItem({
  key: "supervise.get",
  params: {},
  type: "json",
  units: "",
  name: "Everything, as JSON",
  doc:
    "Master item: state, state_text, error, time and age always; name, supervisor, uptime, downtime, pid, want, " +
    "normally_up, exit, log_state and restarts only while the newest sample is fresh. A value that is not known now is left out.",
  freshness: "always",
  standard: () => ONCE,
  value: (view, _, now) => master(view, now),
});

/** `time` and `age` are those of the newest good sample; null until there was one. */
function master(view: View, now: Stamp): Answer<string> {
  const { attempt, good } = view;
  if (attempt === undefined) return unknown("no sample was taken yet");
  const always = {
    service: view.target,
    state: attempt.state,
    state_text: stateWord(attempt.state),
    error: attempt.reason ?? "",
    time: good === undefined ? null : Math.floor(good.clock),
    age: good === undefined ? null : Math.round(ageSeconds(good, now)),
  };
  return value(JSON.stringify(isFresh(view, now) ? { ...always, ...figures(view) } : always));
}

/** JSON leaves out what is undefined. */
function figures(view: View) {
  return {
    name: view.text("name"),
    supervisor: view.text("supervisor"),
    uptime: known(secondsSince(view, true)),
    downtime: known(secondsSince(view, false)),
    pid: figure(view, "pid"),
    want: WANTS[view.number("want")],
    normally_up: figure(view, "normally_up"),
    exit: figure(view, "exit"),
    log_state: figure(view, "log_state"),
    restarts: Object.fromEntries(standardWindows(view).map((length) => [length, restartsIn(view, length)])),
  };
}

function restartsIn(view: View, length: string): number | undefined {
  const window = parseWindow(length, view);
  return window.kind === "ok" ? known(startsIn(view.steps(window.value))) : undefined;
}

function figure(view: View, field: string): number | undefined {
  const found = view.number(field);
  return Number.isNaN(found) ? undefined : found;
}

function known(answer: Answer<number>): number | undefined {
  return answer.kind === "value" ? answer.value : undefined;
}
