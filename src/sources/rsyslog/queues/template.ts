import { stateTrigger } from "../../../items/state-trigger.ts";
import {
  type Figure,
  figureOf,
  type Graph,
  type Group,
  type Macro,
  phrase,
  triggerOf,
} from "../../../items/template.ts";
import { get } from "../get.ts";
import {
  DISCOVERY,
  da,
  dequeued,
  discarded,
  discarding,
  drainTime,
  enqueued,
  error,
  fillTime,
  pused,
  size,
  sizeMax,
  state,
} from "./items.ts";
import { QUEUE_STATES } from "./states.ts";

const fillLimit: Macro = {
  macro: "RSYSLOG.FILL.MIN",
  value: "3600",
  doc: "Seconds until a queue is full, as it grows now, below which there is a problem.",
};
const usedLimit: Macro = {
  macro: "RSYSLOG.PUSED.MAX",
  value: "80",
  doc: "Percentage of all that a queue can hold.",
};
const growthSpan: Macro = {
  macro: "RSYSLOG.GROWTH.TIME",
  value: "5m",
  doc: "How long a queue must grow, or be used that much, before that is a problem: bursts are what queues are for.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Queue state", states: QUEUE_STATES });
const errorNow = figureOf({ item: error, path: ".error", name: "What is wrong with the queue", heartbeat: "10m" });
const sizeNow = figureOf({ item: size, path: ".size", name: "Messages waiting" });
const most = figureOf({
  item: sizeMax,
  params: ["5m"],
  path: ".size_max['5m']",
  name: "Most messages waiting in 5m",
  known: "sometimes",
});
const used = figureOf({ item: pused, path: ".pused", known: "sometimes" });
const onDisk = figureOf({ item: da, path: ".da" });
const losing = figureOf({ item: discarding, path: ".discarding", known: "sometimes" });
const fill = figureOf({ item: fillTime, path: ".fill_time", known: "sometimes" });
const drain = figureOf({ item: drainTime, path: ".drain_time", known: "sometimes" });
const came = overFive(enqueued, "enqueued");
const left = overFive(dequeued, "dequeued");
const lost = figureOf({
  item: discarded,
  params: ["15m"],
  path: ".discarded['15m']",
  name: "Messages discarded in 15m",
  known: "sometimes",
});

function overFive(item: Figure["item"], field: string): Figure {
  return figureOf({ item, params: ["5m"], path: `.${field}['5m']`, known: "sometimes" });
}

/** From this number on nothing is known of the queue now: stale, missing. */
const UNKNOWN = String(QUEUE_STATES.number("stale"));

const stuck = stateTrigger({
  name: "Queue is stuck",
  state: stateNow,
  error: errorNow,
  numbers: [QUEUE_STATES.number("stuck"), QUEUE_STATES.number("stuck")],
  priority: "HIGH",
  scope: "availability",
  doc:
    "Messages wait and none has left in three reports: the destination is gone or does not take them, and the action " +
    "retries for ever without a word. Look at the destination (ss -tnp, its log) and at rsyslogd's own messages.",
});

const discards = triggerOf({
  name: "Queue discards messages",
  event: phrase`Queue discards messages: there was no room for more (${sizeNow} wait)`,
  priority: "HIGH",
  scope: "capacity",
  expression: phrase`last(${losing})=1 and last(${sizeNow})>=0 and last(${stateNow})<${UNKNOWN}`,
  recovery: phrase`max(${losing},#5)=0 or last(${stateNow})>=${UNKNOWN}`,
  doc:
    "Messages are lost: the queue, or its disk, is full, or nearly full (queue.discardMark). Mend the destination; then " +
    "give the queue more room (queue.size, queue.maxDiskSpace), or a disk (queue.filename).",
});

const nearlyFull = triggerOf({
  name: "Queue is nearly full",
  event: phrase`Queue is ${used} full with ${sizeNow} messages (limit ${usedLimit} %)`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`min(${used},${growthSpan})>${usedLimit} and count(${used},${growthSpan})>=4 and last(${sizeNow})>0`,
  recovery: phrase`last(${used})<=${usedLimit}-10 or last(${sizeNow})=0 or last(${stateNow})>=${UNKNOWN}`,
  doc: "Its destination is slower than what comes, or was away. Time until full and time until drained say which way it goes.",
  after: [discards],
});

const filling = triggerOf({
  name: "Queue will be full soon",
  event: phrase`Queue is full in ${fill} as it grows now: ${sizeNow} messages wait (limit ${fillLimit} s)`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`max(${fill},${growthSpan})<${fillLimit} and count(${fill},${growthSpan})>=4 and last(${sizeNow})>0`,
  recovery: phrase`last(${fill})>=1.5*${fillLimit} or last(${sizeNow})=0 or last(${stateNow})>=${UNKNOWN}`,
  doc:
    "More comes than its destination takes. Compare messages enqueued and dequeued per second: has the first risen or the " +
    "second fallen? When it is full, senders wait or messages are lost.",
  after: [discards],
});

const spilling = triggerOf({
  name: "Queue spills to disk",
  event: phrase`Queue spills to disk: ${sizeNow} messages wait`,
  priority: "INFO",
  scope: "notice",
  expression: phrase`min(${onDisk},${growthSpan})=1 and count(${onDisk},${growthSpan})>=4 and last(${sizeNow})>=0`,
  recovery: phrase`last(${onDisk})=0 or last(${stateNow})>=${UNKNOWN}`,
  doc: "Memory is above the high watermark, so messages go to files. That is what it is made for; the disk has an end, too.",
  closable: true,
});

export const backlog: Graph = { name: "Backlog", lines: [sizeNow, most] };
export const share: Graph = { name: "How full the queue is", lines: [used] };
/** What the flow graph has. */
export const flowing = { came, left, lost };
export const flow: Graph = { name: "Messages in and out", lines: [came, left, lost], right: [lost] };
const times: Graph = { name: "Time until full and until drained", lines: [fill, drain] };
export const queueState = stateNow;
export const waitingNow = sizeNow;

/** Queues of rsyslogd. */
export const QUEUE_GROUP: Group = {
  discovery: DISCOVERY,
  target: ["QUEUE"],
  filters: { QUEUE: "RSYSLOG.QUEUE" },
  master: { item: get, once: true, at: ".queues" },
  component: "queue",
  figures: [stateNow, errorNow, sizeNow, most, used, onDisk, losing, fill, drain, came, left, lost],
  triggers: [stuck, discards, nearlyFull, filling, spilling],
  graphs: [backlog, share, flow, times],
};

export const QUEUE_LIMITS: readonly Macro[] = [fillLimit, usedLimit, growthSpan];
