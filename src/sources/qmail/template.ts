import { comingBeside, triggerWhile } from "../../items/coming.ts";
import { stateTrigger } from "../../items/state-trigger.ts";
import {
  type Figure,
  figureOf,
  type Graph,
  type Group,
  type Macro,
  type Page,
  phrase,
  type TemplateParts,
  triggerOf,
} from "../../items/template.ts";
import {
  discovery,
  error,
  get,
  growth,
  local,
  localMax,
  localShare,
  localUsed,
  remote,
  remoteMax,
  remoteShare,
  remoteUsed,
  size,
  state,
  todo,
} from "./items.ts";
import { STATES } from "./states.ts";

const sizeLimit: Macro = { macro: "QMAIL.QUEUE.MAX", value: "1000", doc: "Messages in the queue." };
const growthLimit: Macro = {
  macro: "QMAIL.GROWTH.MAX",
  value: "500",
  doc: "Messages by which the queue may grow in an hour.",
};
const todoLimit: Macro = { macro: "QMAIL.TODO.MAX", value: "100", doc: "Messages that qmail-send has not looked at." };
const slotsLimit: Macro = { macro: "QMAIL.SLOTS.MAX", value: "95", doc: "Delivery slots in use, in percent." };
const patience: Macro = {
  macro: "QMAIL.TIME",
  value: "15m",
  doc: "How long a queue may be that large, or its slots that full, before that is a problem.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Qmail state", known: "always", states: STATES });
const errorNow = figureOf({
  item: error,
  path: ".error",
  name: "What is wrong with qmail",
  known: "always",
  heartbeat: "10m",
});
const messages = figureOf({ item: size, path: ".size" });
const unseen = figureOf({ item: todo, path: ".todo", known: "sometimes" });
const toLocal = figureOf({ item: local, path: ".local", known: "sometimes" });
const toRemote = figureOf({ item: remote, path: ".remote", known: "sometimes" });
const grown = figureOf({
  item: growth,
  params: ["60m"],
  path: ".growth['60m']",
  name: "Growth of the queue in 60m",
});
const usedLocal = slots(localUsed, "local.used");
const mostLocal = slots(localMax, "local.max");
const shareLocal = slots(localShare, "local.pused");
const usedRemote = slots(remoteUsed, "remote.used");
const mostRemote = slots(remoteMax, "remote.max");
const shareRemote = slots(remoteShare, "remote.pused");

function slots(item: Figure["item"], field: string): Figure {
  return figureOf({ item, path: `.slots.${field}`, known: "sometimes" });
}

const notRunning = stateTrigger({
  name: "Qmail-send does not run",
  state: stateNow,
  error: errorNow,
  numbers: [STATES.number("not running"), STATES.number("not running")],
  priority: "HIGH",
  scope: "availability",
  doc: "Mail is taken and not delivered. Start it (svc -u /service/qmail-send); its log says why it ended.",
});

/** In these states nothing is known of the queue. */
const CANNOT_READ = String(STATES.number("cannot read"));
const MISSING = String(STATES.number("missing"));

const unreadable = stateTrigger({
  name: "Mail queue cannot be read",
  state: stateNow,
  error: errorNow,
  numbers: [STATES.number("cannot read"), STATES.number("missing")],
  span: "#3",
  priority: "WARNING",
  scope: "availability",
  doc: "The queue directory is gone, or tidemark may not look into it. The command that mends it: tidemark doctor.",
});

const large = triggerOf({
  name: "Mail queue is large",
  event: phrase`${messages} messages are in the queue (limit ${sizeLimit})`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`min(${messages},${patience})>${sizeLimit} and count(${messages},${patience})>=4`,
  recovery: phrase`last(${messages})<=0.8*${sizeLimit} or (last(${stateNow})>=${CANNOT_READ} and last(${stateNow})<=${MISSING})`,
  doc: "A destination is away, or somebody sends in bulk. qmail-qread lists the messages; the log of qmail-send says what delays them.",
});

const known = comingBeside(stateNow);
const growing = triggerWhile(known(grown), {
  name: "Mail queue grows",
  event: phrase`The queue has grown by ${grown} to ${messages} messages in an hour`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`last(${grown})>${growthLimit} and last(${messages})>=last(${grown})`,
  recovery: phrase`last(${grown})<=0.8*${growthLimit} or last(${messages})=0`,
  doc: "More comes than goes. Look who sends (qmail-qread) and what delays deliveries (the log of qmail-send).",
  after: [large],
});

const notSeen = triggerOf({
  name: "Messages wait to be preprocessed",
  event: phrase`${unseen} messages wait to be preprocessed (limit ${todoLimit})`,
  priority: "WARNING",
  scope: "performance",
  expression: phrase`min(${unseen},${patience})>${todoLimit} and count(${unseen},${patience})>=4`,
  recovery: phrase`last(${unseen})<=0.8*${todoLimit} or last(${messages})=0 or last(${stateNow})<>1`,
  doc: "qmail-send cannot keep up with what is handed in (the silly qmail syndrome): its disk is slow, or it is busy with retries.",
  after: [notRunning],
});

const localFull = usedUp("local", shareLocal, usedLocal);
const remoteFull = usedUp("remote", shareRemote, usedRemote);

function usedUp(kind: "local" | "remote", share: Figure, used: Figure) {
  return triggerOf({
    name: `All ${kind} delivery slots are in use`,
    event: phrase`${used} ${kind} delivery slots are in use, ${share} of all (limit ${slotsLimit} %)`,
    priority: "WARNING",
    scope: "capacity",
    expression: phrase`min(${share},${patience})>=${slotsLimit} and count(${share},${patience})>=4 and last(${used})>0`,
    recovery: phrase`last(${share})<${slotsLimit}-5 or last(${stateNow})<>1`,
    doc: `The queue waits for slots. Find the deliveries that take long (the log of qmail-send), or raise control/concurrency${kind}.`,
    after: [notRunning],
  });
}

const queueGraph: Graph = { name: "Mail queue", lines: [messages, toRemote, toLocal, unseen] };
const slotsGraph: Graph = {
  name: "Delivery slots",
  lines: [usedRemote, mostRemote, usedLocal, mostLocal],
};

const queues: Group = {
  discovery,
  target: ["QMAIL"],
  filters: { QMAIL: "QMAIL" },
  master: { item: get },
  component: "mail",
  figures: [
    ...[stateNow, errorNow, messages, unseen, toLocal, toRemote, grown],
    ...[usedLocal, mostLocal, shareLocal, usedRemote, mostRemote, shareRemote],
  ],
  triggers: [notRunning, unreadable, large, growing, notSeen, localFull, remoteFull],
  graphs: [queueGraph, slotsGraph],
};

/** From this state on a cell has this colour. */
const STATE_COLOURS = { 0: "E45959", 1: "59DB8F", 2: "FFC859", 4: "97AAB3" };

const page: Page = {
  name: "Mail",
  rows: [
    {
      height: 4,
      widgets: [
        { kind: "cells", figure: stateNow, colours: STATE_COLOURS },
        { kind: "lines", graph: queueGraph },
      ],
      widths: [8, 16],
    },
    { height: 5, widgets: [{ kind: "lines", graph: slotsGraph }] },
  ],
};

/** What qmail brings to "Tidemark neighbours". */
export const TEMPLATE: TemplateParts = {
  template: "neighbours",
  macros: [sizeLimit, growthLimit, todoLimit, slotsLimit, patience],
  groups: [queues],
  pages: [page],
};
