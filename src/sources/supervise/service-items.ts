import { ERROR_ITEM, ONCE, STATE_ITEM } from "../../items/family.ts";
import { type Answer, flatMap, none, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { serviceItem } from "./declare.ts";
import { STATES, WANTS } from "./record.ts";

export const state = serviceItem({
  key: "supervise.state",
  ...STATE_ITEM,
  doc:
    `What the newest look found: ${STATES.listed}. Always a number, also while nothing can be read. ` +
    "A service that was started once (svc -o) is up while it runs and down when it has ended.",
});

export const error = serviceItem({ key: "supervise.error", ...ERROR_ITEM });

/** A level of the newest sample. @param missing why there may be none */
function level(view: View, field: string, missing: string): Answer<number> {
  const found = view.number(field);
  return Number.isNaN(found) ? none(missing) : value(found);
}

/**
 * Seconds since the last change, 0 while the service is the other way. A stamp from before the clock was set can lie in
 * the future, which is no age, or before the machine's start, which no process is older than.
 */
export function secondsSince(view: View, whileUp: boolean): Answer<number> {
  if ((view.number("up") === 1) !== whileUp) return value(0);
  const { clock = Number.NaN, mono = Number.NaN } = view.good ?? {};
  const oldest = whileUp && !Number.isNaN(mono) ? mono : Number.POSITIVE_INFINITY;
  return flatMap(level(view, "since", "it is not known since when"), (since) =>
    value(Math.floor(Math.min(Math.max(clock - since, 0), oldest))),
  );
}

export const uptime = serviceItem({
  key: "supervise.uptime",
  params: {},
  type: "unsigned",
  units: "uptime",
  name: "Uptime",
  doc: "Seconds since the service's program was started, 0 while it does not run.",
  standard: () => ONCE,
  value: (view) => secondsSince(view, true),
});

export const downtime = serviceItem({
  key: "supervise.downtime",
  params: {},
  type: "unsigned",
  units: "s",
  name: "Downtime",
  doc: "Seconds since the service's program ended, 0 while it runs. None when that is not known.",
  standard: () => ONCE,
  value: (view) => secondsSince(view, false),
});

export const pid = serviceItem({
  key: "supervise.pid",
  params: {},
  type: "unsigned",
  units: "",
  name: "Process",
  doc: "Process number of the service's program, 0 while it does not run.",
  standard: () => ONCE,
  value: (view) => level(view, "pid", "the process is not known"),
});

export const want = serviceItem({
  key: "supervise.want",
  params: {},
  type: "char",
  units: "",
  name: "Wanted state",
  doc: "What the supervisor is told: up, down, or once. s6 does not tell once from down.",
  standard: () => ONCE,
  value: (view) => flatMap(level(view, "want", "it is not known"), (place) => value(WANTS[place] ?? "unknown")),
});

export const normallyUp = serviceItem({
  key: "supervise.normally_up",
  params: {},
  type: "unsigned",
  units: "",
  name: "Started at boot",
  doc: "1 when the service is started at boot, 0 when it is not. None when that cannot be seen.",
  standard: () => ONCE,
  value: (view) => level(view, "normally_up", "whether it is started at boot cannot be seen"),
});

export const exit = serviceItem({
  key: "supervise.exit",
  params: {},
  type: "unsigned",
  units: "",
  name: "Last exit",
  doc:
    "Exit code of the program's last end, or 128 and the signal's number when a signal ended it. " +
    "None while it has never ended, and always under daemontools and runit, which keep none.",
  standard: () => ONCE,
  value: (view) => level(view, "exit", "no end of the program is known"),
});

export const logState = serviceItem({
  key: "supervise.log.state",
  params: {},
  type: "unsigned",
  units: "",
  name: "State of the log service",
  doc: "State of the service's own log service, with the numbers of supervise.state. None when it has none.",
  standard: (view) => (Number.isNaN(view.number("log_state")) ? [] : ONCE),
  value: (view) => level(view, "log_state", "it has no log service"),
});
