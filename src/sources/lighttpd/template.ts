import { comingBeside, triggerWhile } from "../../items/coming.ts";
import { stateTrigger } from "../../items/state-trigger.ts";
import {
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
  backends,
  busy,
  DISCOVERIES,
  error,
  get,
  idle,
  pused,
  requestRate,
  restarts,
  state,
  trafficRate,
  uptime,
} from "./items.ts";
import { STATES, type State } from "./states.ts";

const usedLimit: Macro = {
  macro: "LIGHTTPD.PUSED.MAX",
  value: "80",
  doc: "Connections in percent of server.max-connections.",
};
const usedSpan: Macro = {
  macro: "LIGHTTPD.PUSED.TIME",
  value: "5m",
  doc: "How long more connections may be in use.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Lighttpd state", known: "always", states: STATES });
const errorNow = figureOf({
  item: error,
  path: ".error",
  name: "What is wrong with lighttpd",
  known: "always",
  heartbeat: "10m",
});
const requests = figureOf({ item: requestRate, params: ["5m"], path: ".requests_rate['5m']" });
const traffic = figureOf({
  item: trafficRate,
  params: ["5m"],
  path: ".traffic_rate['5m']",
  name: "Bytes sent by lighttpd per second",
});
const inUse = figureOf({ item: busy, path: ".busy" });
const free = figureOf({ item: idle, path: ".idle" });
const used = figureOf({ item: pused, path: ".pused", known: "sometimes" });
const uptimeNow = figureOf({ item: uptime, path: ".uptime", name: "Uptime of lighttpd" });
const restarts5 = figureOf({
  item: restarts,
  params: ["5m"],
  path: ".restarts['5m']",
  name: "Restarts of lighttpd in 5m",
});
const marked = figureOf({ item: backends, path: ".backends_down", known: "sometimes" });

const down = failing(
  "Lighttpd is down",
  ["down", "down"],
  "HIGH",
  "Nothing accepts connections there. Start it; its error log says why it ended.",
);
const hangs = failing(
  "Lighttpd hangs",
  ["hung", "hung"],
  "HIGH",
  "It accepts connections and does not answer: stopped, swapping, or all its time goes elsewhere. Look at the process (ps, strace).",
);
const strange = failing(
  "Lighttpd gives no status",
  ["access denied", "no status"],
  "WARNING",
  "It answers, but not with its status page: mod_status is off, has another status.status-url, or is closed to us. tidemark doctor says which.",
);

function failing(name: string, [from, to]: readonly [State, State], priority: "HIGH" | "WARNING", doc: string) {
  const numbers = [STATES.number(from), STATES.number(to)] as const;
  return stateTrigger({ name, state: stateNow, error: errorNow, numbers, priority, scope: "availability", doc });
}

const nearLimit = triggerOf({
  name: "Connections of lighttpd are nearly used up",
  event: phrase`${inUse} connections are in use, ${used} of all (limit ${usedLimit} %)`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`min(${used},${usedSpan})>${usedLimit} and count(${used},${usedSpan})>=4 and last(${inUse})>0`,
  recovery: phrase`last(${used})<=${usedLimit}-5 or last(${stateNow})<>1`,
  doc: "At the limit clients wait in the kernel's queue. Look for slow back ends and clients that keep connections open, or raise server.max-connections and server.max-fds.",
});

const backEndsDown = triggerOf({
  name: "Back ends of lighttpd are down",
  event: phrase`Back ends of lighttpd are down: ${marked}`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`min(${marked},#2)>0 and last(${stateNow})=1`,
  recovery: phrase`max(${marked},#2)=0 or last(${stateNow})<>1`,
  doc: "lighttpd cannot reach them and answers 503, or gives their work to the others. Its error log and the master item (backends) name them.",
});

const known = comingBeside(stateNow);
const restarted = triggerWhile(known(restarts5), {
  name: "Lighttpd was restarted",
  event: phrase`Lighttpd was restarted (uptime ${uptimeNow})`,
  priority: "INFO",
  scope: "notice",
  expression: phrase`last(${restarts5})>0 and last(${uptimeNow})<5m`,
  recovery: phrase`last(${restarts5})=0`,
  doc: "Somebody restarted it, or it crashed and its supervisor started it again: its error log says which.",
  closable: true,
});

const requestsGraph: Graph = { name: "Requests and traffic of lighttpd", lines: [requests, traffic], right: [traffic] };
const connections: Graph = { name: "Connections of lighttpd", lines: [free, inUse], stacked: true };

const servers: Group = {
  discovery: DISCOVERIES[0],
  target: ["INSTANCE"],
  filters: { INSTANCE: "LIGHTTPD.INSTANCE" },
  master: { item: get },
  component: "lighttpd",
  figures: [stateNow, errorNow, requests, traffic, inUse, free, used, uptimeNow, restarts5, marked],
  triggers: [down, hangs, strange, nearLimit, backEndsDown, restarted],
  graphs: [requestsGraph, connections],
};

/** From this state on a cell has this colour: only up is green. */
const STATE_COLOURS = { 0: "E45959", 1: "59DB8F", 2: "E45959", 3: "FFC859" };

const page: Page = {
  name: "Lighttpd",
  rows: [
    {
      height: 4,
      widgets: [
        { kind: "cells", figure: stateNow, colours: STATE_COLOURS },
        { kind: "lines", graph: requestsGraph },
      ],
      widths: [8, 16],
    },
    { height: 5, widgets: [{ kind: "lines", graph: connections }] },
  ],
};

/** What lighttpd brings to "Tidemark neighbours". */
export const TEMPLATE: TemplateParts = {
  template: "neighbours",
  macros: [usedLimit, usedSpan],
  groups: [servers],
  pages: [page],
};
