import { stateTrigger } from "../../../items/state-trigger.ts";
import { figureOf, type Graph, type Group, type Macro, phrase, triggerOf } from "../../../items/template.ts";
import { get } from "../get.ts";
import { bytes, DISCOVERY, error, files, growth, leftovers, oldest, state } from "./items.ts";
import { SPOOL_STATES } from "./states.ts";

const leftoversLimit: Macro = {
  macro: "RSYSLOG.LEFTOVERS.MAX",
  value: "1",
  doc: "Segments of queues in which no message waits; rsyslogd keeps the last one of a drained queue for a while.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Spool state", states: SPOOL_STATES });
const errorNow = figureOf({ item: error, path: ".error", name: "What is wrong with the spool", heartbeat: "10m" });
const size = figureOf({ item: bytes, path: ".bytes", name: "Bytes in the spool" });
const count = figureOf({ item: files, path: ".files", name: "Files in the spool" });
const age = figureOf({ item: oldest, path: ".oldest", known: "sometimes" });
const left = figureOf({ item: leftovers, path: ".leftovers", known: "sometimes" });
const grown = figureOf({
  item: growth,
  params: ["15m"],
  path: ".growth['15m']",
  name: "Growth of the spool over 15m",
  known: "sometimes",
});

const LOST_SIGHT = SPOOL_STATES.number("cannot read");

const leftBehind = triggerOf({
  name: "Spool holds files that no queue needs",
  event: phrase`${left} files hold messages that nobody will deliver`,
  priority: "WARNING",
  scope: "notice",
  expression: phrase`min(${left},15m)>${leftoversLimit} and count(${left},15m)>=10`,
  recovery: phrase`last(${left})<=${leftoversLimit} or last(${stateNow})=0 or last(${stateNow})>=${String(LOST_SIGHT)}`,
  doc:
    "A queue was renamed or taken out of the configuration, or lost its .qi file. Give a queue its old queue.filename " +
    "back, or recover them with recover_qi.pl of rsyslog, before anybody deletes them.",
});

const unreadable = stateTrigger({
  name: "Spool cannot be read",
  state: stateNow,
  error: errorNow,
  numbers: [LOST_SIGHT, SPOOL_STATES.number("missing")],
  span: "#3",
  priority: "INFO",
  scope: "notice",
  doc: "tidemark may not look into the directory (0700 in Debian), or it is missing, so that no queue can spill. The command that mends it: tidemark doctor.",
  closable: true,
});

export const spoolBytes = size;
export const spoolSize: Graph = { name: "Size of the spool", lines: [size, left], right: [left] };

/** Directories in which queues keep files. */
export const SPOOL_GROUP: Group = {
  discovery: DISCOVERY,
  target: ["SPOOL"],
  filters: { SPOOL: "RSYSLOG.SPOOL" },
  master: { item: get, once: true, at: ".spools" },
  component: "spool",
  figures: [stateNow, errorNow, size, count, age, left, grown],
  triggers: [leftBehind, unreadable],
  graphs: [spoolSize],
};

export const SPOOL_LIMITS: readonly Macro[] = [leftoversLimit];
