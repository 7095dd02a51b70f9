import { stateTrigger } from "../../../items/state-trigger.ts";
import { figureOf, type Group, phrase, triggerOf } from "../../../items/template.ts";
import { get } from "../get.ts";
import { age, error, state } from "./items.ts";
import { STATISTICS_STATES } from "./states.ts";

const stateNow = figureOf({ item: state, path: ".statistics.state", known: "always", states: STATISTICS_STATES });
const errorNow = figureOf({
  item: error,
  path: ".statistics.error",
  name: "What is wrong with the statistics",
  known: "always",
  heartbeat: "10m",
});
export const reportAge = figureOf({ item: age, path: ".statistics.report_age", known: "sometimes" });

const stale = stateTrigger({
  name: "Rsyslogd reports no more",
  state: stateNow,
  error: errorNow,
  numbers: [2, 2],
  priority: "AVERAGE",
  scope: "availability",
  doc:
    "impstats is silent for three of its intervals: rsyslogd does not run, hangs, or cannot write its statistics (a full " +
    "disk, a rotated file). No queue, action or input can be judged meanwhile. systemctl status rsyslog; then tidemark doctor.",
});

const unreadable = stateTrigger({
  name: "Statistics of rsyslogd cannot be read",
  state: stateNow,
  error: errorNow,
  numbers: [3, 3],
  span: "#3",
  priority: "WARNING",
  scope: "availability",
  doc: "tidemark may not read what impstats writes, or it is not there. The command that mends it: tidemark doctor.",
});

/** Reports come every five minutes unless impstats is told otherwise. */
const absent = triggerOf({
  name: "Rsyslogd has not reported yet",
  event: phrase`Rsyslogd has not reported yet: ${errorNow}`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`count(${stateNow},20m,"eq","0")>=15 and last(${stateNow})=0 and length(last(${errorNow}))>=0`,
  recovery: phrase`last(${stateNow})<>0`,
  doc: "tidemark runs and no report of rsyslogd came for 20 minutes. Compare Rsyslog.Stats in tidemark.conf with impstats in rsyslogd's configuration: tidemark doctor.",
});

/** What rsyslogd reports of itself. */
export const STATISTICS_GROUP: Group = {
  discovery: undefined,
  target: [],
  filters: {},
  master: { item: get },
  component: "rsyslog",
  figures: [stateNow, errorNow, reportAge],
  triggers: [stale, unreadable, absent],
  graphs: [],
};
