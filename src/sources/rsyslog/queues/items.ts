import { discoveryItem, ERROR_ITEM, eachWindow, MASTER_ITEM, ONCE } from "../../../items/family.ts";
import type { Discovery, Item, Params } from "../../../items/item.ts";
import { optional, window, windowUpTo, word } from "../../../items/params.ts";
import { type Answer, none, unknown } from "../../../ring/answer.ts";
import { type DeclaredItem, level, reportedItem, stateItem } from "../declare.ts";
import { objectJson } from "../master.ts";
import { QUEUES } from "../sources.ts";
import { sweepIncrease, sweepMaximum, sweepRate } from "../windows.ts";
import { deliveredRate, drainSeconds, fillSeconds, percentUsed, roomUnknown } from "./figures.ts";
import { QUEUE_MASTER } from "./master.ts";
import { QUEUE_STATES } from "./states.ts";

function queueItem<P extends Params>(declared: Omit<DeclaredItem<P>, "source">) {
  return reportedItem<P>({ source: QUEUES, ...declared });
}

export const state = stateItem(QUEUE_STATES, {
  key: "rsyslog.queue.state",
  source: QUEUES,
  name: "State",
  doc: "State of the queue at the newest report",
});

export const error = queueItem({ key: "rsyslog.queue.error", ...ERROR_ITEM });

export const size = queueItem({
  key: "rsyslog.queue.size",
  params: {},
  type: "unsigned",
  name: "Size",
  doc: "Messages that wait, in memory and on disk together, those that are being delivered included.",
  standard: () => ONCE,
  value: (view) => level(view, "size", noSample),
});

export const sizeMax = queueItem({
  key: "rsyslog.queue.size.max",
  params: { window: window("5m") },
  type: "unsigned",
  name: "Largest size in the window",
  doc: "The most messages that waited at any report in the window, also at those between two samples.",
  standard: eachWindow,
  value: (view, args) => sweepMaximum(view, args.window, "size_max"),
});

const PARTS = ["memory", "disk"] as const;

const capacity = queueItem({
  key: "rsyslog.queue.capacity",
  params: { part: word("memory for messages in memory, disk for bytes on disk", PARTS, "memory") },
  type: "unsigned",
  name: "Capacity",
  doc:
    "Messages that the queue may hold in memory (a disk queue: at all), or bytes that it may have on disk: its own limit, " +
    "or what the file system has. From rsyslogd's configuration, else as set for tidemark, else none.",
  standard: () => [[], ["disk"]],
  value: (view, { part }) =>
    part === "memory"
      ? level(view, "capacity", () => none(roomUnknown(view)))
      : level(view, "disk_capacity", () => none("it has no disk part, or that is not known")),
});

export const pused = queueItem({
  key: "rsyslog.queue.pused",
  params: {},
  type: "float",
  units: "%",
  name: "Used",
  doc:
    "Messages that wait, in percent of these and those for which there is room yet: in memory, or of a disk-assisted queue " +
    "on disk, measured in messages of the length of those that are there. None where the limits are not known.",
  standard: () => ONCE,
  value: percentUsed,
});

export const da = queueItem({
  key: "rsyslog.queue.da",
  params: {},
  type: "unsigned",
  name: "Spilling to disk",
  doc: "1 while a disk-assisted queue has messages on disk, else 0.",
  standard: () => ONCE,
  value: (view) => level(view, "disk", noSample, (messages) => Number(messages > 0)),
});

export const discarding = queueItem({
  key: "rsyslog.queue.discarding",
  params: {},
  type: "unsigned",
  name: "Discarding",
  doc: "1 when messages were discarded since the sample before, else 0. None until there were two reports.",
  standard: () => ONCE,
  value: (view) => level(view, "discarding", () => none("no two reports yet tell")),
});

export const enqueued = queueItem({
  key: "rsyslog.queue.enqueued.rate",
  params: { window: window("5m") },
  type: "float",
  name: "Messages enqueued per second",
  doc: "Messages that came to the queue per second of the window, those that it then discarded included. None with fewer than two reports.",
  standard: eachWindow,
  value: (view, args) => sweepRate(view, args.window, ["enqueued"]),
});

export const dequeued = queueItem({
  key: "rsyslog.queue.dequeued.rate",
  params: { window: window("5m") },
  type: "float",
  name: "Messages dequeued per second",
  doc:
    "Messages that left the queue for where they should go per second of the window: enqueued less discarded less what " +
    "the backlog grew. Moves from memory to disk do not count. None with fewer than two reports.",
  standard: eachWindow,
  value: (view, args) => deliveredRate(view, args.window),
});

const full = queueItem({
  key: "rsyslog.queue.full",
  params: { window: window("5m") },
  type: "unsigned",
  name: "Queue full",
  doc: "Times in the window that a message found the queue, or its disk, full. None until the window is known.",
  standard: eachWindow,
  value: (view, args) => sweepIncrease(view, args.window, ["full"]),
});

const LOSSES = { all: ["discarded_full", "discarded_nf"], full: ["discarded_full"], nf: ["discarded_nf"] } as const;

export const discarded = queueItem({
  key: "rsyslog.queue.discarded",
  params: {
    window: window("5m"),
    why: word("full: its time-out was over, nf: nearly full, or all", ["all", "full", "nf"], "all"),
  },
  type: "unsigned",
  name: "Messages discarded",
  doc:
    "Messages lost in the window because the queue or its disk was full, or nearly full by queue.discardMark. None until " +
    "the window is known.",
  standard: (view) => eachWindow(view).flatMap(([length = ""]) => [[length], [length, "full"], [length, "nf"]]),
  value: (view, args) => sweepIncrease(view, args.window, LOSSES[args.why]),
});

const trend = {
  ...optional(windowUpTo("5m")),
  doc: "length of time, such as 5m, in which the trend is seen; left out: three ticks or reports, whichever take longer",
};

export const drainTime = queueItem({
  key: "rsyslog.queue.drain_time",
  params: { window: trend },
  type: "unsigned",
  units: "s",
  name: "Time until drained",
  doc: "Seconds until no message waits as the backlog shrinks now. 0: none waits; 31536000: not within a year.",
  standard: () => ONCE,
  value: (view, args) => drainSeconds(view, args.window),
});

export const fillTime = queueItem({
  key: "rsyslog.queue.fill_time",
  params: { window: trend },
  type: "unsigned",
  units: "s",
  name: "Time until full",
  doc:
    "Seconds until the queue is full as the backlog grows now; with a disk part, until its disk is. 0: it is; 31536000: " +
    "not within a year. None when it grows and its limits are not known.",
  standard: () => ONCE,
  value: (view, args) => fillSeconds(view, args.window),
});

const stuck = queueItem({
  key: "rsyslog.queue.stuck",
  params: {},
  type: "unsigned",
  name: "Stuck",
  doc:
    "1 when messages wait and none has left the queue in three reports, else 0: an action that retries for ever reports " +
    "neither failures nor suspensions. Always 0 outside the hours in which the queue may deliver (queue.dequeueTimeBegin). " +
    "None until that can be told.",
  standard: () => ONCE,
  value: (view) => level(view, "stuck", () => none("messages wait, and there were fewer than three reports yet")),
});

const get = queueItem({
  key: "rsyslog.queue.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; all figures only while the newest report " +
    "is fresh. A value that is not known now is left out.",
  value: (view, _, now) => objectJson(QUEUE_MASTER, view, now),
});

const queues = discoveryItem(QUEUES, "QUEUE", {
  key: "rsyslog.discovery",
  name: "Queue discovery",
  doc: "All queues that rsyslogd reports; one that three reports do not have any more leaves.",
});

function noSample(): Answer<never> {
  return unknown("no statistics at this time");
}

export const DISCOVERY: Discovery = {
  item: queues,
  macros: [
    { name: "QUEUE", doc: "Short name of the queue; the first parameter of its items." },
    { name: "NAME", doc: "Name as rsyslogd has it: main Q, forward queue." },
    { name: "KIND", doc: "main, ruleset or action." },
    { name: "TYPE", doc: "memory, disk-assisted or disk." },
    { name: "STATE", doc: "State at the newest report, in words." },
  ],
};

/** Every item about queues, in the order in which people read them. */
export const ITEMS: readonly Item[] = [
  state,
  error,
  size,
  sizeMax,
  capacity,
  pused,
  da,
  discarding,
  stuck,
  enqueued,
  dequeued,
  full,
  discarded,
  drainTime,
  fillTime,
  get,
  queues,
];
