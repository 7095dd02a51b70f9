import { stateTrigger } from "../../../items/state-trigger.ts";
import { figureOf, type Graph, type Group, phrase, triggerOf } from "../../../items/template.ts";
import { get } from "../get.ts";
import { DISCOVERY, error, failed, processed, state, suspensions } from "./items.ts";
import { ACTION_STATES } from "./states.ts";

const stateNow = figureOf({ item: state, path: ".state", name: "Action state", states: ACTION_STATES });
const errorNow = figureOf({ item: error, path: ".error", name: "What is wrong with the action", heartbeat: "10m" });
const done = figureOf({ item: processed, params: ["5m"], path: ".processed['5m']", known: "sometimes" });
const failures = figureOf({ item: failed, params: ["5m"], path: ".failed['5m']", known: "sometimes" });
const times = figureOf({
  item: suspensions,
  params: ["15m"],
  path: ".suspensions['15m']",
  name: "Suspensions in 15m",
  known: "sometimes",
});

const suspended = stateTrigger({
  name: "Action is suspended",
  state: stateNow,
  error: errorNow,
  numbers: [ACTION_STATES.number("suspended"), ACTION_STATES.number("suspended")],
  priority: "AVERAGE",
  scope: "availability",
  doc:
    "rsyslogd cannot reach its destination and tries again ever more seldom. Its queue keeps what comes; without a queue of " +
    "its own it holds up the main queue, or messages are lost. Look at the destination.",
});

const fails = triggerOf({
  name: "Action fails",
  event: phrase`Action fails ${failures} times a second`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`min(${failures},10m)>0 and count(${failures},10m)>=5`,
  recovery: phrase`last(${failures})=0 or last(${stateNow})>=${String(ACTION_STATES.number("stale"))}`,
  doc: "Attempts to deliver fail, though not all of them. rsyslogd's own messages (journalctl -u rsyslog) name the error.",
  after: [suspended],
});

export const actionState = stateNow;
export const delivered: Graph = { name: "Messages of the action", lines: [done, failures], right: [failures] };

/** Actions of rsyslogd. */
export const ACTION_GROUP: Group = {
  discovery: DISCOVERY,
  target: ["ACTION"],
  filters: { ACTION: "RSYSLOG.ACTION" },
  master: { item: get, once: true, at: ".actions" },
  component: "action",
  figures: [stateNow, errorNow, done, failures, times],
  triggers: [suspended, fails],
  graphs: [delivered],
};
