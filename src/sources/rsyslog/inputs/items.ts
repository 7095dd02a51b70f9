import { discoveryItem, eachWindow, MASTER_ITEM } from "../../../items/family.ts";
import type { Discovery, Item, Params, TargetItem } from "../../../items/item.ts";
import { figure } from "../../../items/master.ts";
import { window } from "../../../items/params.ts";
import { type Answer, flatMap, none } from "../../../ring/answer.ts";
import type { Steps, View, Window } from "../../../ring/moment.ts";
import { type DeclaredItem, reportedItem, stateItem } from "../declare.ts";
import { type KindMaster, objectJson } from "../master.ts";
import { INPUTS } from "../sources.ts";
import { bySweeps, increaseOf, rateOf, type Sweeps, sweepRate, sweepsIn } from "../windows.ts";
import { INPUT_STATES } from "./states.ts";

function inputItem<P extends Params>(declared: Omit<DeclaredItem<P>, "source">) {
  return reportedItem<P>({ source: INPUTS, ...declared });
}

export const state = stateItem(INPUT_STATES, {
  key: "rsyslog.input.state",
  source: INPUTS,
  name: "State",
  doc: "State of the input at the newest report; refusing: messages were rate-limited or senders not allowed since the one before",
});

export const submitted = inputItem({
  key: "rsyslog.input.submitted",
  params: { window: window("5m") },
  type: "float",
  name: "Messages submitted per second",
  doc: "Messages that came in and were passed on per second of the window. None with fewer than two reports.",
  standard: eachWindow,
  value: (view, args) => sweepRate(view, args.window, ["submitted"]),
});

function refusedItem(field: string, declared: Pick<TargetItem, "key" | "name" | "doc">) {
  return inputItem({
    ...declared,
    params: { window: window("5m") },
    type: "unsigned",
    standard: eachWindow,
    value: (view, args: { readonly window: Window }) => refused(view, args.window, field),
  });
}

/** Most modules count only one or none of the two. */
function refused(view: View, window: Window, field: string): Answer<number> {
  return flatMap(sweepsIn(view, window), (sweeps) => refusedOf(sweeps, field));
}

function refusedOf(sweeps: Sweeps, field: string): Answer<number> {
  const { newest, target } = sweeps.view;
  const isCounted = newest === undefined || newest.numbers.get(field) !== undefined;
  return isCounted ? increaseOf(sweeps, [field]) : none(`"${target}" does not report it`);
}

export const ratelimited = refusedItem("ratelimited", {
  key: "rsyslog.input.ratelimited",
  name: "Messages rate-limited",
  doc: "Messages dropped in the window because they came too fast. None for inputs that do not count them.",
});

export const disallowed = refusedItem("disallowed", {
  key: "rsyslog.input.disallowed",
  name: "Messages disallowed",
  doc: "Messages refused in the window because of their sender. None for inputs that do not count them.",
});

const get = inputItem({
  key: "rsyslog.input.get",
  ...MASTER_ITEM,
  doc:
    "Master item: state, state_text, error, time and age of the sample always; all figures only while the newest report " +
    "is fresh. A value that is not known now is left out.",
  value: (view, _, now) => objectJson(INPUT_MASTER, view, now),
});

export const INPUT_MASTER: KindMaster = { source: INPUTS, name: "input", states: INPUT_STATES, figures };

function figures(view: View, windows: readonly Steps[]): object {
  const over = bySweeps(view, windows);
  return {
    module: view.newest?.texts.get("module"),
    report_time: figure(view.number("sweep")),
    report_interval: figure(view.number("interval")),
    submitted: over((sweeps) => rateOf(sweeps, ["submitted"])),
    ratelimited: over((sweeps) => refusedOf(sweeps, "ratelimited")),
    disallowed: over((sweeps) => refusedOf(sweeps, "disallowed")),
  };
}

const inputs = discoveryItem(INPUTS, "INPUT", {
  key: "rsyslog.input.discovery",
  name: "Input discovery",
  doc: "All inputs that rsyslogd reports; one that three reports do not have any more leaves.",
});

export const DISCOVERY: Discovery = {
  item: inputs,
  macros: [
    { name: "INPUT", doc: "Short name of the input; the first parameter of its items." },
    {
      name: "NAME",
      doc: "Name as rsyslogd has it, such as imtcp(514); behind the module's where that is not part of it.",
    },
    { name: "MODULE", doc: "imuxsock, imudp, imtcp and the like." },
    { name: "STATE", doc: "State at the newest report, in words." },
  ],
};

/** Every item about inputs, in the order in which people read them. */
export const ITEMS: readonly Item[] = [state, submitted, ratelimited, disallowed, get, inputs];
