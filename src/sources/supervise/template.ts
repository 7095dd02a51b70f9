import { comingBeside, triggerWhile } from "../../items/coming.ts";
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
import { get } from "./master.ts";
import { discovery } from "./overview.ts";
import { STATES } from "./record.ts";
import { flapping, restarts } from "./restarts.ts";
import { downtime, error, exit, logState, pid, state, uptime, want } from "./service-items.ts";

const flappingLimit: Macro = {
  macro: "SERVICE.FLAPPING.MAX",
  value: "30",
  doc: "Percentage of the samples of 15 minutes between which a service was started anew.",
};
const restartsLimit: Macro = {
  macro: "SERVICE.RESTARTS.MAX",
  value: "3",
  doc: "Starts of a service in an hour above which it is taken to crash again and again.",
};
const patience: Macro = {
  macro: "SERVICE.UNWANTED.TIME",
  value: "5m",
  doc: "How long a service may be paused, or run although it should not, before that is a problem.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Service state", known: "always", states: STATES });
const errorNow = figureOf({ item: error, path: ".error", known: "always", heartbeat: "10m" });
const uptimeNow = figureOf({ item: uptime, path: ".uptime" });
const downtimeNow = figureOf({ item: downtime, path: ".downtime", known: "sometimes" });
const process = figureOf({ item: pid, path: ".pid", known: "sometimes", heartbeat: "1h" });
const wanted = figureOf({ item: want, path: ".want", known: "sometimes", heartbeat: "1h" });
const lastExit = figureOf({ item: exit, path: ".exit", known: "sometimes", heartbeat: "1h" });
const logger = figureOf({ item: logState, path: ".log_state", known: "sometimes", states: STATES });
const restarts15 = figureOf({ item: restarts, params: ["15m"], path: ".restarts['15m']", name: "Restarts in 15m" });
const restarts60 = figureOf({ item: restarts, params: ["60m"], path: ".restarts['60m']", name: "Restarts in 60m" });
const flapping15 = figureOf({ item: flapping, params: ["15m"], path: ".flapping['15m']", name: "Flapping over 15m" });

const known = comingBeside(stateNow);

const supervisorDead = triggerOf({
  name: "Supervisor is dead",
  event: phrase`Supervisor is dead: ${errorNow}`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`min(${stateNow},#2)=6 and max(${stateNow},#2)=6 and length(last(${errorNow}))>=0`,
  recovery: phrase`last(${stateNow})<>6`,
  doc: "Nobody restarts the service any more. Look whether svscan, runsvdir or s6-svscan runs and has this directory.",
});

const down = triggerOf({
  name: "Service is down though it is wanted up",
  event: phrase`Service is down though it is wanted up (state ${stateNow})`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`count(${stateNow},#2,"eq","2")+count(${stateNow},#2,"eq","10")=2`,
  recovery: phrase`last(${stateNow})<>2 and last(${stateNow})<>10`,
  doc: "The supervisor wants it up, and it is not, or it was given up. Its log and its last exit say why.",
  after: [supervisorDead],
});

const flaps = triggerWhile(known(flapping15), {
  name: "Service crashes again and again",
  event: phrase`Service crashes again and again: started anew ${restarts15} times in 15 minutes, more than ${restartsLimit} in an hour`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`last(${restarts15})>0 and (last(${restarts60})>${restartsLimit} or last(${flapping15})>${flappingLimit})`,
  recovery: phrase`(last(${restarts60})<=${restartsLimit} and last(${flapping15})<=${flappingLimit})`,
  doc: "It starts and ends. A supervisor restarts it each second, so it looks up whenever somebody looks. Read its log.",
});

const restarted = triggerWhile(known(restarts15), {
  name: "Service was restarted",
  event: phrase`Service was restarted (uptime ${uptimeNow})`,
  priority: "INFO",
  scope: "notice",
  expression: phrase`last(${restarts15})>0 and last(${uptimeNow})<15m`,
  recovery: phrase`last(${restarts15})=0`,
  doc: "Somebody restarted it, or it ended and its supervisor started it again.",
  after: [flaps],
  closable: true,
});

const unreadable = triggerOf({
  name: "Service cannot be read",
  event: phrase`Service cannot be read: ${errorNow}`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`min(${stateNow},#3)=7 and max(${stateNow},#3)=7 and length(last(${errorNow}))>=0`,
  recovery: phrase`last(${stateNow})<>7`,
  doc: "tidemark may not read its status. The command that mends it: tidemark doctor.",
});

const unwanted = triggerOf({
  name: "Service runs though it is wanted down",
  event: phrase`Service runs though it is wanted down`,
  priority: "WARNING",
  scope: "notice",
  expression: phrase`min(${stateNow},${patience})=3 and max(${stateNow},${patience})=3`,
  recovery: phrase`last(${stateNow})<>3`,
  doc: "It was told to end and did not, or runs until its end after svc -o and -d. Look at what it waits for.",
});

const paused = triggerOf({
  name: "Service is paused",
  event: phrase`Service is paused`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`min(${stateNow},${patience})=4 and max(${stateNow},${patience})=4`,
  recovery: phrase`last(${stateNow})<>4`,
  doc: "Somebody stopped it (svc -p, sv pause). Let it go on: svc -c, sv cont.",
});

const loggerDown = triggerWhile(known(logger), {
  name: "Log service is not up",
  event: phrase`Log service is not up (state ${logger})`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`max(${logger},#3)<>1 and count(${logger},#3,"eq","1")=0`,
  recovery: phrase`last(${logger})=1`,
  doc: "What the service writes waits in a pipe of 64 kB; then the service itself waits.",
});

const restartsGraph: Graph = { name: "Restarts", lines: [restarts15, flapping15], right: [flapping15] };
const uptimeGraph: Graph = { name: "Uptime", lines: [uptimeNow] };

const services: Group = {
  discovery,
  target: ["SERVICE"],
  filters: { SERVICE: "SERVICE" },
  master: { item: get },
  component: "service",
  figures: [
    ...[stateNow, errorNow, uptimeNow, downtimeNow, process, wanted, lastExit, logger],
    ...[restarts15, restarts60, flapping15],
  ],
  triggers: [down, supervisorDead, flaps, restarted, unreadable, unwanted, paused, loggerDown],
  graphs: [restartsGraph, uptimeGraph],
};

/** From this state on a cell has this colour. */
const STATE_COLOURS = { 0: "97AAB3", 1: "59DB8F", 2: "E45959", 3: "FFC859", 6: "E45959", 7: "FFC859", 10: "E45959" };

const page: Page = {
  name: "Services",
  rows: [
    {
      height: 6,
      widgets: [
        { kind: "cells", figure: stateNow, colours: STATE_COLOURS },
        { kind: "problems", of: "services" },
      ],
      widths: [10, 14],
    },
    {
      height: 5,
      widgets: [
        { kind: "lines", graph: restartsGraph, figures: [restarts15] },
        { kind: "lines", graph: restartsGraph, figures: [flapping15], title: "Flapping" },
      ],
    },
  ],
};

/** What supervised services bring to "Tidemark services". */
export const TEMPLATE: TemplateParts = {
  template: "services",
  macros: [flappingLimit, restartsLimit, patience],
  groups: [services],
  pages: [page],
};
