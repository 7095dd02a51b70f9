import { coming, comingBeside, triggerWhile } from "../../items/coming.ts";
import { stateTrigger } from "../../items/state-trigger.ts";
import {
  figureOf,
  type Graph,
  type Group,
  type Macro,
  type Page,
  phrase,
  type TemplateParts,
} from "../../items/template.ts";
import { childGet, childRestarts } from "./children.ts";
import { discovery, error, get, priority, since, source, state, transitions } from "./items.ts";
import { STATES, type State } from "./states.ts";

const transitionsLimit: Macro = {
  macro: "KEEPALIVED.TRANSITIONS.MAX",
  value: "4",
  doc: "Changes of state of a VRRP instance in 15 minutes above which it flaps.",
};
const restartsLimit: Macro = {
  macro: "KEEPALIVED.CHILD.RESTARTS.MAX",
  value: "0",
  doc: "Restarts of keepalived's children in 15 minutes.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "VRRP state", known: "always", states: STATES });
const errorNow = figureOf({
  item: error,
  path: ".error",
  name: "What is wrong with keepalived",
  known: "always",
  heartbeat: "10m",
});
const way = figureOf({ item: source, path: ".source", known: "sometimes", heartbeat: "1h" });
const effective = figureOf({ item: priority, path: ".priority", known: "sometimes" });
const entered = figureOf({ item: since, path: ".since", known: "sometimes", heartbeat: "1h" });
const changes = figureOf({
  item: transitions,
  params: ["15m"],
  path: ".transitions['15m']",
  name: "Transitions in 15m",
});

const notRunning = failing(
  "Keepalived does not run",
  "not running",
  "HIGH",
  "The virtual addresses are not guarded any more; the other machine should have them. Start it; the log says why it ended.",
);
/** keepalived tells no reason. */
const fault = stateTrigger({
  name: "VRRP instance is in FAULT",
  state: stateNow,
  numbers: [STATES.number("fault"), STATES.number("fault")],
  priority: "HIGH",
  scope: "availability",
  doc: "Its interface is down, or a tracked script or process fails: it cannot take over. ip link; the log names the reason.",
});
const unreadable = failing(
  "VRRP instance cannot be read",
  "cannot read",
  "WARNING",
  "Neither notify FIFO nor data file nor addresses tell its state. The command that mends it: tidemark doctor.",
);

function failing(name: string, word: State, severity: "HIGH" | "WARNING", doc: string) {
  const numbers = [STATES.number(word), STATES.number(word)] as const;
  const said = { name, priority: severity, scope: "availability", doc } as const;
  return stateTrigger({ state: stateNow, error: errorNow, numbers, ...said });
}

const told = comingBeside(stateNow)(changes);
const flaps = triggerWhile(told, {
  name: "VRRP instance flaps",
  event: phrase`VRRP instance changed its state ${changes} times in 15 minutes (limit ${transitionsLimit})`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`last(${changes})>${transitionsLimit}`,
  recovery: phrase`last(${changes})<=${transitionsLimit}`,
  doc: "Each change moves the addresses and breaks connections. Look for lost advertisements (multicast filters, a full link), an unsteady tracked script, two machines of one priority.",
});

const changed = triggerWhile(told, {
  name: "VRRP instance changed its state",
  event: phrase`VRRP instance changed its state: now ${stateNow}`,
  priority: "INFO",
  scope: "notice",
  expression: phrase`min(${changes},#2)>0`,
  recovery: phrase`last(${changes})=0`,
  doc: "A failover or its end. If nobody meant it, look at the other machine.",
  after: [flaps, notRunning, fault],
  closable: true,
});

const states: Graph = { name: "State and transitions", lines: [stateNow, changes], right: [changes] };

const instances: Group = {
  discovery,
  target: ["VRRP"],
  filters: { VRRP: "KEEPALIVED.VRRP" },
  master: { item: get },
  component: "vrrp",
  figures: [stateNow, errorNow, way, effective, entered, changes],
  triggers: [notRunning, fault, unreadable, flaps, changed],
  graphs: [states],
};

const restarted = figureOf({
  item: childRestarts,
  params: ["15m"],
  path: ".restarts['15m']",
  name: "Restarts of keepalived's children in 15m",
  known: "sometimes",
});

const known = coming(restarted);
const dying = triggerWhile(known, {
  name: "Keepalived's children die",
  event: phrase`Keepalived started its children ${restarted} times anew in 15 minutes`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`last(${restarted})>${restartsLimit}`,
  recovery: phrase`last(${restarted})<=${restartsLimit}`,
  doc: "Its VRRP or checker child ends and is started anew, each time without its addresses for a while. Only the log shows it: journalctl -u keepalived; then the kernel's (out of memory).",
});

const restartsGraph: Graph = { name: "Restarts of keepalived's children", ofHost: true, lines: [restarted] };

const children: Group = {
  discovery: undefined,
  target: [],
  filters: {},
  master: { item: childGet },
  component: "keepalived",
  figures: [restarted],
  triggers: [dying],
  graphs: [restartsGraph],
};

/** From this state on a cell has this colour. */
const STATE_COLOURS = { 0: "97AAB3", 1: "59DB8F", 3: "E45959", 5: "FFC859", 6: "59DB8F" };

const page: Page = {
  name: "Keepalived",
  rows: [
    {
      height: 4,
      widgets: [
        { kind: "cells", figure: stateNow, colours: STATE_COLOURS },
        { kind: "lines", graph: restartsGraph },
      ],
      widths: [8, 16],
    },
    { height: 5, widgets: [{ kind: "lines", graph: states }] },
  ],
};

/** What keepalived brings to "Tidemark neighbours". */
export const TEMPLATE: TemplateParts = {
  template: "neighbours",
  macros: [transitionsLimit, restartsLimit],
  groups: [instances, children],
  pages: [page],
};
