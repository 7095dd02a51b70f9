import { increase } from "../../derive/increase.ts";
import { discoveryItem, ERROR_ITEM, eachWindow, MASTER_ITEM, ONCE, STATE_ITEM } from "../../items/family.ts";
import { type Discovery, type Item, type Params, type TargetItem, targetItem } from "../../items/item.ts";
import { windowUpTo } from "../../items/params.ts";
import { flatMap, none, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { childGet, childRestarts } from "./children.ts";
import { master } from "./master.ts";
import { STATES } from "./states.ts";

export const SOURCE = "keepalived";

type Given = "scope" | "source" | "delay" | "freshness";

function instanceItem<P extends Params>(
  declared: Omit<TargetItem<P>, Given> & Partial<Pick<TargetItem<P>, "freshness">>,
): TargetItem<P> {
  return targetItem<P>({ source: SOURCE, delay: "1m", freshness: "sample", ...declared });
}

export const state = instanceItem({
  key: "keepalived.state",
  ...STATE_ITEM,
  doc:
    `State of the VRRP instance: ${STATES.listed}. The first four ` +
    "are keepalived's own numbers; 6 is backup or fault where only the virtual addresses tell.",
});

export const error = instanceItem({ key: "keepalived.error", ...ERROR_ITEM });

export const source = instanceItem({
  key: "keepalived.source",
  params: {},
  type: "char",
  units: "",
  name: "Source of the state",
  doc: "Where the state comes from: notify FIFO, data file or addresses. None while nothing tells it.",
  standard: () => ONCE,
  value: (view) => {
    const way = view.text("source") ?? "";
    return way === "" ? none(view.attempt?.reason ?? "the state is not known") : value(way);
  },
});

export const transitions = instanceItem({
  key: "keepalived.transitions",
  params: { window: windowUpTo("60m") },
  type: "unsigned",
  units: "",
  name: "Transitions",
  doc:
    "Changes of state in the window: each one with a notify FIFO; otherwise those that data file or addresses show, one " +
    "a sample at most. None until nine tenths of the window are known.",
  standard: eachWindow,
  value: (view, args) => increase(view.steps(args.window), "transitions"),
});

export const priority = instanceItem({
  key: "keepalived.priority",
  params: {},
  type: "unsigned",
  units: "",
  name: "Priority",
  doc: "Effective priority as the notify FIFO or the data file said it last. None where only the addresses tell the state.",
  standard: () => ONCE,
  value: (view) => level(view, "priority", "neither notify FIFO nor data file has told it"),
});

export const since = instanceItem({
  key: "keepalived.since",
  params: {},
  type: "unsigned",
  units: "unixtime",
  name: "In this state since",
  doc:
    "Time of the last transition: exact with a notify FIFO or data file, else that of the sample that showed it. None " +
    "while no transition has been seen.",
  standard: () => ONCE,
  value: (view) => flatMap(level(view, "since", "no transition has been seen"), (clock) => value(Math.floor(clock))),
});

export const get = instanceItem({
  key: "keepalived.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; source, priority, since, transitions and " +
    "addresses only while the newest sample is fresh. A value that is not known now is left out.",
  value: (view, _, now) => master(view, now),
});

function level(view: View, field: string, missing: string) {
  const found = view.number(field);
  return Number.isNaN(found) ? none(missing) : value(found);
}

const instances = discoveryItem(SOURCE, "VRRP", {
  key: "keepalived.discovery",
  name: "VRRP instance discovery",
  doc: "All VRRP instances of this machine's keepalived; they stay listed when it stops.",
});

export const discovery: Discovery = {
  item: instances,
  macros: [
    { name: "VRRP", doc: "Short name of the VRRP instance; the first parameter of its items." },
    { name: "NAME", doc: "Name as keepalived has it." },
    { name: "INTERFACE", doc: "Network interface on which it speaks; empty when that is not known." },
    { name: "ADDRESSES", doc: "Its virtual addresses, separated by commas." },
    { name: "STATE", doc: "State at the newest sample, in words." },
  ],
};

/** Every item about keepalived, in the order in which people read them. */
export const ITEMS: readonly Item[] = [state, error, source, transitions, priority, since, get, instances];

export const CHILD_ITEMS: readonly Item[] = [childRestarts, childGet];
