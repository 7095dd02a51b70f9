import { comingBeside, triggerWhile } from "../../items/coming.ts";
import {
  type Figure,
  figureOf,
  type Graph,
  type Group,
  type Macro,
  type Page,
  phrase,
  type TemplateParts,
  type Trigger,
  triggerOf,
} from "../../items/template.ts";
import { evictionsNonfull, perSecond, stat } from "./counters.ts";
import { instanceDiscovery } from "./discovery.ts";
import { hitRatio, requests } from "./hit-ratio.ts";
import { error, restarts, sampleAge, state, uptime } from "./life.ts";
import { get } from "./master.ts";
import { drift } from "./settings.ts";
import { slabFleetDiscovery, slabsGet, TEMPLATE_SHARE } from "./slab-fleet.ts";
import { slab } from "./slabs.ts";
import { STATES } from "./states.ts";
import { oldest, ttlClass, ttlMin, ttlPressure } from "./ttl-items.ts";

/** From this state on a cell has this colour: only up is green. */
const STATE_COLOURS = { 0: "E45959", 1: "59DB8F", 2: "FFC859", 3: "E45959" } as const;

const ttlLimit: Macro = {
  macro: "MEMCACHED.TTL.MIN",
  value: "86400",
  doc: "Seconds that items should live at least before memcached throws them out for want of memory.",
};
const ttlTrend: Macro = {
  macro: "MEMCACHED.TTL.TREND",
  value: "1d",
  doc: "Warn when the minimum TTL will be under its limit within this time at its present trend.",
};
const hitRatioLimit: Macro = {
  macro: "MEMCACHED.HITRATIO.MIN",
  value: "50",
  doc: "Hit ratio of get over 15 minutes, in percent, below which there is a problem.",
};
const requestsLimit: Macro = {
  macro: "MEMCACHED.REQUESTS.MIN",
  value: "1000",
  doc: "Get requests in 15 minutes below which the hit ratio is not judged.",
};
const connectionsLimit: Macro = {
  macro: "MEMCACHED.CONN.PUSED.MAX",
  value: "80",
  doc: "Connections in percent of what memcached allows.",
};
const nonfullLimit: Macro = {
  macro: "MEMCACHED.EVICTIONS.NONFULL.MAX",
  value: "100",
  doc: "Items evicted in 15 minutes while memory was free elsewhere.",
};
const restartsLimit: Macro = {
  macro: "MEMCACHED.RESTARTS.MAX",
  value: "2",
  doc: "Restarts in an hour above which the process is taken to crash again and again.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Memcached state", known: "always", states: STATES });
const errorNow = figureOf({ item: error, path: ".error", known: "always", heartbeat: "10m" });
const ageNow = figureOf({ item: sampleAge, path: ".age", known: "sometimes" });
const uptimeNow = figureOf({ item: uptime, path: ".stats.uptime" });
const version = figureOf({
  item: stat,
  params: ["version"],
  path: ".stats.version",
  name: "Version",
  type: "char",
  heartbeat: "1d",
});
const ratio5 = hitRatioOver("5m");
const ratio15 = hitRatioOver("15m");
const requests15 = figureOf({
  item: requests,
  params: ["15m", "get"],
  path: ".requests.get['15m']",
  name: "Get requests in 15m",
});
const lowest = figureOf({ item: ttlMin, path: ".ttl.min", known: "sometimes" });
const lowestClass = figureOf({ item: ttlClass, path: ".ttl.class", known: "sometimes" });
const pressure = figureOf({ item: ttlPressure, path: ".ttl.pressure" });
const oldestNow = figureOf({ item: oldest, path: ".ttl.max_age_min", known: "sometimes" });
const connections = level("curr_connections", "Connections");
const connectionsMost = level("max_connections", "Connections allowed");
const items = level("curr_items", "Items");
const bytes = level("bytes", "Bytes stored", "B");
const bytesMost = level("limit_maxbytes", "Bytes allowed", "B");
const gets = perSecondOver("cmd_get", "Gets per second");
const sets = perSecondOver("cmd_set", "Sets per second");
const evictions = perSecondOver("evictions", "Evictions per second");
const received = perSecondOver("bytes_read", "Bytes received per second", "Bps");
const sent = perSecondOver("bytes_written", "Bytes sent per second", "Bps");
const nonfull = figureOf({
  item: evictionsNonfull,
  params: ["15m"],
  path: ".evictions_nonfull['15m']",
  name: "Evictions in 15m while memory is free",
});
const restarts5 = restartsOver("5m");
const restarts60 = restartsOver("60m");
const drifted = figureOf({ item: drift, path: ".drift.length()", known: "sometimes", heartbeat: "30m" });

function hitRatioOver(window: string): Figure {
  const path = `.hit_ratio.get['${window}']`;
  return figureOf({
    item: hitRatio,
    params: [window, "get"],
    path,
    name: `Hit ratio ${window}`,
    known: "sometimes",
  });
}

function restartsOver(window: string): Figure {
  return figureOf({ item: restarts, params: [window], path: `.restarts['${window}']`, name: `Restarts in ${window}` });
}

function level(name: string, title: string, units = ""): Figure {
  return figureOf({ item: stat, params: [name], path: `.stats.${name}`, name: title, type: "unsigned", units });
}

function perSecondOver(name: string, title: string, units = ""): Figure {
  return figureOf({ item: perSecond, params: [name, "1m"], path: `.rate.${name}['1m']`, name: title, units });
}

const known = comingBeside(stateNow);

const down = failing("is down", 0, "Nothing accepts connections there. Start it; its log says why it ended.");
const hangs = failing(
  "hangs",
  3,
  "It accepts connections and says nothing: stopped, blocked or swapping. Clients wait for their own timeouts. Look at " +
    "the process (ps, strace, iostat), then restart it.",
);
const refuses = failing(
  "refuses connections",
  4,
  "All allowed connections are taken. Find the client that keeps them open, or raise -c.",
);

/** Two samples running: one alone may be a moment of the network. */
function failing(what: string, number: number, doc: string): Trigger {
  return triggerOf({
    name: `Memcached ${what}`,
    event: phrase`Memcached ${what}: ${errorNow}`,
    priority: "HIGH",
    scope: "availability",
    expression: phrase`min(${stateNow},#2)=${String(number)} and max(${stateNow},#2)=${String(number)} and length(last(${errorNow}))>=0`,
    recovery: phrase`last(${stateNow})<>${String(number)}`,
    doc,
  });
}

const strange = triggerOf({
  name: "Memcached cannot be asked",
  event: phrase`Memcached cannot be asked: ${errorNow}`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`min(${stateNow},#2)>=5 and length(last(${errorNow}))>=0`,
  recovery: phrase`last(${stateNow})<5`,
  doc: "Authentication or TLS failed, or another program answers on that port. Compare Memcached.<name>.* in tidemark.conf with the server.",
});

const slow = triggerOf({
  name: "Memcached is slow",
  event: phrase`Memcached is slow`,
  priority: "WARNING",
  scope: "performance",
  expression: phrase`min(${stateNow},#3)=2 and max(${stateNow},#3)=2`,
  recovery: phrase`last(${stateNow})<>2`,
  doc: "It answers later than SlowMs. Look for a full network, a starved CPU (steal, cgroup limits) or huge multigets.",
});

const restarted = triggerWhile(known(restarts5), {
  name: "Memcached was restarted",
  event: phrase`Memcached was restarted (uptime ${uptimeNow})`,
  priority: "INFO",
  scope: "notice",
  expression: phrase`last(${restarts5})>0 and last(${uptimeNow})<5m`,
  recovery: phrase`last(${restarts5})=0`,
  doc: "The cache began empty: expect misses until it is warm.",
  closable: true,
});

const restartsOften = triggerWhile(known(restarts60), {
  name: "Memcached restarts again and again",
  event: phrase`Memcached was restarted ${restarts60} times in an hour`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`last(${restarts60})>${restartsLimit}`,
  recovery: phrase`last(${restarts60})<=${restartsLimit}`,
  doc: "The process crashes, or something restarts it. Look at its supervisor's log and at the kernel's (out of memory).",
});

const ttlLow = triggerWhile(known(pressure), {
  name: "Items live too short",
  event: phrase`Items live only ${lowest} in the slab class of ${lowestClass} (limit ${ttlLimit} s)`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`last(${pressure})>0 and max(${lowest},5m)<${ttlLimit} and last(${lowestClass})>0`,
  recovery: phrase`last(${pressure})=0 or min(${lowest},5m)>=1.1*${ttlLimit}`,
  doc:
    "Memcached throws out items of a slab class that is really under pressure before they are this old. Give it more " +
    "memory (-m), or find what fills that class. Unlike the raw Max_age this value is not pulled down by small or young classes.",
});

const ttlFalling = triggerWhile(known(pressure), {
  name: "Items will soon live too short",
  event: phrase`Items live ${lowest} and less each hour: the limit of ${ttlLimit} s is near`,
  priority: "INFO",
  scope: "capacity",
  expression: phrase`last(${pressure})>0 and last(${lowest})>=${ttlLimit} and timeleft(${lowest},3h,${ttlLimit})<${ttlTrend} and timeleft(${lowest},3h,${ttlLimit})>=0`,
  recovery: phrase`last(${pressure})=0 or timeleft(${lowest},3h,${ttlLimit})>=${ttlTrend}`,
  doc: "The minimum TTL falls in a line that meets its limit within the time given. There is still time to add memory.",
  after: [ttlLow],
});

const hitRatioLow = triggerWhile(known(requests15), {
  name: "Hit ratio is low",
  event: phrase`Hit ratio is ${ratio15} over 15 minutes (limit ${hitRatioLimit} %)`,
  priority: "WARNING",
  scope: "performance",
  expression: phrase`last(${requests15})>${requestsLimit} and last(${ratio15})<${hitRatioLimit}`,
  recovery: phrase`last(${requests15})<=${requestsLimit} or last(${ratio15})>=${hitRatioLimit}+2`,
  doc:
    "Of many gets few find their key: the cache is cold, flushed or too small, or clients ask for keys that nobody " +
    "sets. A window with few requests is not judged.",
});

const wasting = triggerWhile(known(nonfull), {
  name: "Items are evicted while memory is free",
  event: phrase`${nonfull} items were evicted in 15 minutes while memory was free elsewhere`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`last(${nonfull})>${nonfullLimit}`,
  recovery: phrase`last(${nonfull})<=${nonfullLimit}`,
  doc: "Memory is stuck in other slab classes. Let memcached move it (-o slab_reassign,slab_automove) or restart it.",
});

const connectionsHigh = triggerWhile(known(connections), {
  name: "Connections are nearly used up",
  event: phrase`${connections} of ${connectionsMost} connections are used`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`min(${connections},5m)/last(${connectionsMost})*100>${connectionsLimit}`,
  recovery: phrase`max(${connections},5m)/last(${connectionsMost})*100<=${connectionsLimit}-5`,
  doc: "At the limit memcached accepts no client any more. Look for clients that leak connections, or raise -c.",
  after: [refuses],
});

const drifting = triggerWhile(known(drifted, "70m"), {
  name: "Settings are not as they were meant",
  event: phrase`${drifted} settings are not as they were meant`,
  priority: "INFO",
  scope: "notice",
  expression: phrase`last(${drifted})>0`,
  recovery: phrase`last(${drifted})=0`,
  doc: "The running process was started with other options than those expected. The master item names them (drift).",
  closable: true,
});

const trafficGraph: Graph = { name: "Traffic", lines: [received, sent] };
const requestsGraph: Graph = { name: "Requests", lines: [gets, sets, evictions] };
const ratioGraph: Graph = { name: "Hit ratio of get", lines: [ratio5, ratio15] };
const ttlGraph: Graph = { name: "How long items live", lines: [lowest, oldestNow, pressure], right: [pressure] };
const memoryGraph: Graph = { name: "Memory", lines: [bytes, bytesMost] };
const connectionsGraph: Graph = { name: "Connections", lines: [connections, connectionsMost] };

const instances: Group = {
  discovery: instanceDiscovery,
  target: ["INSTANCE"],
  filters: { INSTANCE: "MEMCACHED.INSTANCE" },
  master: { item: get },
  component: "memcached",
  figures: [
    ...[stateNow, errorNow, ageNow, uptimeNow, version, ratio5, ratio15, requests15],
    ...[lowest, lowestClass, pressure, oldestNow, connections, connectionsMost, items, bytes, bytesMost],
    ...[gets, sets, evictions, received, sent, nonfull, restarts5, restarts60, drifted],
  ],
  triggers: [
    ...[down, hangs, refuses, strange, slow, restarted, restartsOften, ttlLow, ttlFalling],
    ...[hitRatioLow, wasting, connectionsHigh, drifting],
  ],
  graphs: [ratioGraph, requestsGraph, ttlGraph, memoryGraph, connectionsGraph, trafficGraph],
};

const slabAge = slabFigure("age", "Age of the oldest item");
const slabItems = slabFigure("number", "Items");
const slabPages = slabFigure("total_pages", "Pages");
const slabAges: Graph = { name: "Age and items of the class", lines: [slabAge, slabItems], right: [slabItems] };

function slabFigure(name: string, title: string): Figure {
  return figureOf({ item: slab, params: [name], path: `.${name}`, name: title, known: "sometimes" });
}

const slabs: Group = {
  discovery: slabFleetDiscovery,
  discoveryParams: ["{$MEMCACHED.SLAB.SHARE.MIN}"],
  target: ["INSTANCE", "CHUNK"],
  filters: { INSTANCE: "MEMCACHED.INSTANCE" },
  master: { item: slabsGet, once: true },
  component: "slab",
  figures: [slabAge, slabItems, slabPages],
  triggers: [],
  graphs: [slabAges],
};

const slabShare: Macro = {
  macro: "MEMCACHED.SLAB.SHARE.MIN",
  value: TEMPLATE_SHARE,
  doc: "Percentage of an instance's stored bytes that a slab class must hold to be discovered.",
};

const overview: Page = {
  name: "Memcached",
  rows: [
    {
      height: 4,
      widgets: [
        { kind: "cells", figure: stateNow, colours: STATE_COLOURS },
        { kind: "problems", of: "memcached" },
      ],
      widths: [9, 15],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: ratioGraph, figures: [ratio5] },
        { kind: "lines", graph: ttlGraph, figures: [lowest, oldestNow] },
        { kind: "lines", graph: requestsGraph, figures: [gets, sets] },
      ],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: memoryGraph },
        { kind: "lines", graph: requestsGraph, figures: [evictions], title: "Evictions" },
        { kind: "lines", graph: connectionsGraph, figures: [connections] },
      ],
    },
  ],
};

/** The template "Tidemark memcached". */
export const TEMPLATE: TemplateParts = {
  template: "memcached",
  macros: [
    ...[ttlLimit, ttlTrend, hitRatioLimit, requestsLimit, connectionsLimit, nonfullLimit, restartsLimit, slabShare],
  ],
  groups: [instances, slabs],
  pages: [overview],
};
