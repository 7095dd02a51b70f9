import { discoveryItem, ERROR_ITEM, eachWindow, MASTER_ITEM, ONCE } from "../../../items/family.ts";
import type { Discovery, Item, Params } from "../../../items/item.ts";
import { figure } from "../../../items/master.ts";
import { window } from "../../../items/params.ts";
import { none } from "../../../ring/answer.ts";
import type { Steps, View } from "../../../ring/moment.ts";
import { type DeclaredItem, level, reportedItem, stateItem } from "../declare.ts";
import { type KindMaster, objectJson } from "../master.ts";
import { ACTIONS } from "../sources.ts";
import { bySweeps, increaseOf, rateOf, sweepIncrease, sweepRate } from "../windows.ts";
import { ACTION_STATES } from "./states.ts";

function actionItem<P extends Params>(declared: Omit<DeclaredItem<P>, "source">) {
  return reportedItem<P>({ source: ACTIONS, ...declared });
}

export const state = stateItem(ACTION_STATES, {
  key: "rsyslog.action.state",
  source: ACTIONS,
  name: "State",
  doc:
    "State of the action at the newest report (one that retries for ever is never suspended: its queue's " +
    "rsyslog.queue.stuck tells)",
});

export const error = actionItem({ key: "rsyslog.action.error", ...ERROR_ITEM });

export const processed = actionItem({
  key: "rsyslog.action.processed",
  params: { window: window("5m") },
  type: "float",
  name: "Messages processed per second",
  doc:
    "Messages handed to the action per second of the window; where it has a queue of its own that means put into the " +
    "queue. None with fewer than two reports.",
  standard: eachWindow,
  value: (view, args) => sweepRate(view, args.window, ["processed"]),
});

export const failed = actionItem({
  key: "rsyslog.action.failed",
  params: { window: window("5m") },
  type: "float",
  name: "Failures per second",
  doc:
    "Attempts that failed per second of the window; each retry is one, so there may be more than messages. None with " +
    "fewer than two reports.",
  standard: eachWindow,
  value: (view, args) => sweepRate(view, args.window, ["failed"]),
});

const suspended = actionItem({
  key: "rsyslog.action.suspended",
  params: {},
  type: "unsigned",
  name: "Suspended",
  doc: "1 while the action is suspended because its destination failed, else 0, by what was reported last.",
  standard: () => ONCE,
  value: (view) => level(view, "is_suspended", () => none("rsyslogd does not report suspensions")),
});

export const suspensions = actionItem({
  key: "rsyslog.action.suspensions",
  params: { window: window("5m") },
  type: "unsigned",
  name: "Suspensions",
  doc: "Times that the action was suspended in the window. None until the window is known.",
  standard: eachWindow,
  value: (view, args) => sweepIncrease(view, args.window, ["suspended"]),
});

const duration = actionItem({
  key: "rsyslog.action.suspended.duration",
  params: { window: window("5m") },
  type: "unsigned",
  units: "s",
  name: "Suspended for",
  doc:
    "Seconds of suspension that began in the window, as they were planned when each began: it may be more than the window. " +
    "None until the window is known.",
  standard: eachWindow,
  value: (view, args) => sweepIncrease(view, args.window, ["suspended_seconds"]),
});

const resumed = actionItem({
  key: "rsyslog.action.resumed",
  params: { window: window("5m") },
  type: "unsigned",
  name: "Resumptions",
  doc: "Times in the window that the action came back. None until the window is known.",
  standard: eachWindow,
  value: (view, args) => sweepIncrease(view, args.window, ["resumed"]),
});

const get = actionItem({
  key: "rsyslog.action.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; all figures only while the newest report " +
    "is fresh. A value that is not known now is left out.",
  value: (view, _, now) => objectJson(ACTION_MASTER, view, now),
});

export const ACTION_MASTER: KindMaster = { source: ACTIONS, name: "action", states: ACTION_STATES, figures };

function figures(view: View, windows: readonly Steps[]): object {
  const over = bySweeps(view, windows);
  const rates = (name: string) => over((sweeps) => rateOf(sweeps, [name]));
  const counts = (name: string) => over((sweeps) => increaseOf(sweeps, [name]));
  return {
    suspended: figure(view.number("is_suspended")),
    report_time: figure(view.number("sweep")),
    report_interval: figure(view.number("interval")),
    processed: rates("processed"),
    failed: rates("failed"),
    suspensions: counts("suspended"),
    suspended_duration: counts("suspended_seconds"),
    resumed: counts("resumed"),
  };
}

const actions = discoveryItem(ACTIONS, "ACTION", {
  key: "rsyslog.action.discovery",
  name: "Action discovery",
  doc: "All actions that rsyslogd reports; one that three reports do not have any more leaves.",
});

export const DISCOVERY: Discovery = {
  item: actions,
  macros: [
    { name: "ACTION", doc: "Short name of the action; the first parameter of its items." },
    { name: "NAME", doc: "Name as rsyslogd has it; action-N-MODULE where the configuration gives none." },
    { name: "STATE", doc: "State at the newest report, in words." },
  ],
};

/** Every item about actions, in the order in which people read them. */
export const ITEMS: readonly Item[] = [
  state,
  error,
  processed,
  failed,
  suspended,
  suspensions,
  duration,
  resumed,
  get,
  actions,
];
