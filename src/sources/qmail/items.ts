import { change } from "../../derive/change.ts";
import { type Extreme, extreme } from "../../derive/extreme.ts";
import { discoveryItem, ERROR_ITEM, eachWindow, MASTER_ITEM, ONCE, STATE_ITEM } from "../../items/family.ts";
import { type Discovery, type Item, type Params, type TargetItem, targetItem } from "../../items/item.ts";
import { windowUpTo } from "../../items/params.ts";
import { type Answer, unknown, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { master } from "./master.ts";
import { missingSlots, percentUsed } from "./slot-share.ts";
import { STATES } from "./states.ts";

export const SOURCE = "qmail";

type Given = "scope" | "source" | "delay" | "freshness";

function queueItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "freshness">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", ...declared });
}

export const state = queueItem({
  key: "qmail.state",
  ...STATE_ITEM,
  doc: `State of qmail-send and its queue: ${STATES.listed}.`,
});

interface Counted {
  readonly key: string;
  readonly field: string;
  readonly name: string;
  readonly doc: string;
}

/** A number of messages, as qmail-qstat would count them. */
function countItem({ field, ...declared }: Counted): TargetItem {
  return queueItem({
    ...declared,
    params: {},
    type: "unsigned",
    units: "",
    standard: () => ONCE,
    value: (view) => {
      const found = view.number(field);
      return Number.isNaN(found)
        ? unknown(view.newest?.texts.get(`no_${field}`) || "no sample at this time")
        : value(found);
    },
  });
}

/** Its largest level in a window. */
function mostItem({ field, ...declared }: Counted): TargetItem {
  return queueItem({
    ...declared,
    params: { window: windowUpTo("60m") },
    type: "unsigned",
    units: "",
    ...over("max", field),
  });
}

function over(which: Extreme, field: string) {
  return {
    standard: eachWindow,
    value: (view: View, args: { readonly window: Parameters<View["steps"]>[0] }) =>
      extreme(view.steps(args.window), which, field),
  };
}

export const error = queueItem({ key: "qmail.error", ...ERROR_ITEM });

export const size = countItem({
  key: "qmail.queue.size",
  field: "size",
  name: "Messages in the queue",
  doc: "Files in mess, those not preprocessed yet among them: what qmail-qstat calls messages in queue.",
});

export const todo = countItem({
  key: "qmail.queue.todo",
  field: "todo",
  name: "Messages not preprocessed",
  doc: "Files in todo: more than a few for long mean that qmail-send cannot keep up. Not supported where it may not be read.",
});

export const local = countItem({
  key: "qmail.queue.local",
  field: "local",
  name: "Messages with local recipients",
  doc: "Messages with local recipients that are left. Not supported for an ordinary user: only qmail-send's user and root may read it.",
});

export const remote = countItem({
  key: "qmail.queue.remote",
  field: "remote",
  name: "Messages with remote recipients",
  doc: "Messages with remote recipients that are left. Not supported for an ordinary user: only qmail-send's user and root may read it.",
});

const sizeMost = mostItem({
  key: "qmail.queue.size.max",
  field: "size",
  name: "Most messages in the queue",
  doc: "Largest number of messages in the queue at a sample of the window. None until half of the window is known.",
});

const todoMost = mostItem({
  key: "qmail.queue.todo.max",
  field: "todo",
  name: "Most messages not preprocessed",
  doc: "Largest number of messages not preprocessed at a sample of the window. None until half of the window is known.",
});

export const growth = queueItem({
  key: "qmail.queue.growth",
  params: { window: windowUpTo("60m") },
  type: "float",
  units: "",
  name: "Growth of the queue",
  doc:
    "How many messages more there are in the queue than at the start of the window; negative when it has shrunk. None " +
    "until nine tenths of the window are known.",
  standard: eachWindow,
  value: (view, args) => change(view, args.window, "size"),
});

/** A figure of the newest status; `none` and `unknown` as the sample has found. */
function slotItem(key: string, field: string, name: string, doc: string): TargetItem {
  return queueItem({
    key,
    params: {},
    type: "unsigned",
    units: "",
    name,
    doc: `${doc} By the newest status in qmail-send's log; none while qmail-send does not run.`,
    standard: () => ONCE,
    value: (view) => {
      const found = view.number(field);
      return Number.isNaN(found) ? missingSlots(view) : value(found);
    },
  });
}

function shareItem(kind: "local" | "remote"): TargetItem {
  return queueItem({
    key: `qmail.slots.${kind}.pused`,
    params: {},
    type: "float",
    units: "%",
    name: `Used ${kind} delivery slots in percent`,
    doc: `Share of the ${kind} delivery slots that are in use: at 100 the queue waits for slots. None where there are no slots.`,
    standard: () => ONCE,
    value: (view) => percentUsed(view, kind),
  });
}

export const localUsed = slotItem(
  "qmail.slots.local.used",
  "local_used",
  "Used local delivery slots",
  "Local deliveries that go on.",
);
export const localMax = slotItem(
  "qmail.slots.local.max",
  "local_max",
  "Local delivery slots",
  "Local deliveries that may go on at once (concurrencylocal).",
);
export const localShare = shareItem("local");
export const remoteUsed = slotItem(
  "qmail.slots.remote.used",
  "remote_used",
  "Used remote delivery slots",
  "Remote deliveries that go on.",
);
export const remoteMax = slotItem(
  "qmail.slots.remote.max",
  "remote_max",
  "Remote delivery slots",
  "Remote deliveries that may go on at once (concurrencyremote).",
);
export const remoteShare = shareItem("remote");

const localPeak = mostItem({
  key: "qmail.slots.local.peak",
  field: "local_used",
  name: "Most used local delivery slots",
  doc: "Largest number of local deliveries at a sample of the window. None until half of the window is known.",
});

const remotePeak = mostItem({
  key: "qmail.slots.remote.peak",
  field: "remote_used",
  name: "Most used remote delivery slots",
  doc: "Largest number of remote deliveries at a sample of the window. None until half of the window is known.",
});

const statusAge = queueItem({
  key: "qmail.slots.age",
  params: {},
  type: "float",
  units: "s",
  name: "Age of the newest status",
  doc:
    "Seconds from qmail-send's newest status line to the sample. It writes one when a delivery begins or ends: on an idle " +
    "machine it may be old and still true.",
  standard: () => ONCE,
  value: (view): Answer<number> => {
    const written = view.number("status_clock");
    const sampled = view.good?.clock ?? Number.NaN;
    return Number.isNaN(written) ? missingSlots(view) : value(Math.max(0, sampled - written));
  },
});

export const get = queueItem({
  key: "qmail.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; counts and slots only while the newest " +
    "sample is fresh. A value that is not known now is left out.",
  value: (view, _, now) => master(view, now),
});

const queues = discoveryItem(SOURCE, "QMAIL", {
  key: "qmail.discovery",
  name: "qmail queue discovery",
  doc: "The qmail queues of this machine: the usual one when it is there, and those that are configured.",
});

export const discovery: Discovery = {
  item: queues,
  macros: [
    { name: "QMAIL", doc: "Name of the queue; the first parameter of its items." },
    { name: "QUEUE", doc: "The queue directory." },
    { name: "LOG", doc: "Log directory of its qmail-send; empty when it is not known." },
    { name: "STATE", doc: "State at the newest sample, in words." },
  ],
};

/** Every item about qmail, in the order in which people read them. */
export const ITEMS: readonly Item[] = [
  state,
  error,
  size,
  todo,
  local,
  remote,
  sizeMost,
  todoMost,
  growth,
  localUsed,
  localMax,
  localShare,
  localPeak,
  remoteUsed,
  remoteMax,
  remoteShare,
  remotePeak,
  statusAge,
  get,
  queues,
];
