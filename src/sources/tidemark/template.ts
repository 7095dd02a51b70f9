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
import { get } from "./get.ts";
import { late, missed, refused, requests, rss, tickDuration, uptime, version } from "./items.ts";
import { dropped, failed, OUTBOX_DISCOVERY, oldest, size } from "./outbox-items.ts";
import { wrong } from "./wrong.ts";

const silence: Macro = {
  macro: "TIDEMARK.NODATA",
  value: "5m",
  doc: "How long nothing may come from tidemark.",
};
const refusedLimit: Macro = {
  macro: "TIDEMARK.REFUSED.MAX",
  value: "100",
  doc: "Connections refused in 15 minutes above which somebody should look at the log.",
};
const waitingLimit: Macro = {
  macro: "TIDEMARK.OUTBOX.AGE.MAX",
  value: "600",
  doc: "Seconds that the oldest value may wait for its destination.",
};

const uptimeNow = figureOf({ item: uptime, path: ".uptime", known: "always" });
const versionNow = figureOf({ item: version, path: ".version", known: "always", heartbeat: "1d" });
const wrongNow = figureOf({ item: wrong, path: ".wrong", known: "always", heartbeat: "10m" });
const memory = figureOf({ item: rss, path: ".rss" });
const duration = figureOf({ item: tickDuration, path: ".tick.duration", known: "sometimes" });
const missedAll = figureOf({ item: missed, path: ".tick.missed" });
const asked = figureOf({ item: requests, params: ["5m"], path: ".requests['5m']" });
const refused15 = figureOf({
  item: refused,
  params: ["", "15m"],
  path: ".refused['15m']",
  name: "Refused connections in 15m",
});
const lateNow = figureOf({ item: late, path: ".late" });

const known = comingBeside(uptimeNow);

const silent = triggerOf({
  name: "Tidemark is silent",
  event: phrase`Nothing came from tidemark for ${silence}`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`nodata(${uptimeNow},${silence})=1`,
  recovery: phrase`nodata(${uptimeNow},${silence})=0`,
  doc: "It does not run, or the server cannot reach it. All its other values are old. systemctl status tidemark, tidemark status.",
});

const restarted = triggerOf({
  name: "Tidemark was restarted",
  event: phrase`Tidemark was restarted (uptime ${uptimeNow})`,
  priority: "INFO",
  scope: "notice",
  expression: phrase`last(${uptimeNow})<600`,
  recovery: phrase`last(${uptimeNow})>=600`,
  doc: "Windows go on over a restart. A restart that nobody asked for leaves a line in its log.",
  closable: true,
});

const missing = triggerWhile(known(missedAll), {
  name: "Ticks are missed",
  event: phrase`Ticks are missed: ${missedAll} since the start`,
  priority: "WARNING",
  scope: "performance",
  expression: phrase`change(${missedAll})>0 and last(${missedAll},#3)<last(${missedAll})`,
  recovery: phrase`max(${missedAll},10m)=min(${missedAll},10m) or change(${missedAll})<0`,
  doc: "The machine slept, or is too busy to sample: windows have holes.",
});

const lateSources = triggerWhile(known(lateNow), {
  name: "Sources do not finish in time",
  event: phrase`${lateNow} sources did not finish their tick in time`,
  priority: "WARNING",
  scope: "performance",
  expression: phrase`min(${lateNow},5m)>0 and count(${lateNow},5m)>=3`,
  recovery: phrase`last(${lateNow})=0`,
  doc: "tidemark.source.duration[<source>] says which one is slow; the log says why.",
});

const refusing = triggerWhile(known(refused15), {
  name: "Many connections are refused",
  event: phrase`${refused15} connections were refused in 15 minutes`,
  priority: "WARNING",
  scope: "security",
  expression: phrase`last(${refused15})>${refusedLimit}`,
  recovery: phrase`last(${refused15})<=${refusedLimit}`,
  doc: "Somebody who is not in Server, or has no right key, keeps asking. The log names the peer and the reason.",
});

const workGraph: Graph = { name: "Tidemark at work", ofHost: true, lines: [duration, asked], right: [asked] };
const memoryGraph: Graph = { name: "Tidemark's memory", ofHost: true, lines: [memory] };

const itself: Group = {
  discovery: undefined,
  target: [],
  filters: {},
  master: { item: get },
  component: "tidemark",
  figures: [uptimeNow, versionNow, wrongNow, memory, duration, missedAll, asked, refused15, lateNow],
  triggers: [silent, restarted, missing, lateSources, refusing],
  graphs: [workGraph, memoryGraph],
};

const waiting = figureOf({ item: size, path: ".size" });
const oldestAge = figureOf({ item: oldest, path: ".oldest" });
const lost = figureOf({ item: dropped, params: ["15m"], path: ".dropped['15m']", name: "Dropped values in 15m" });
const unwanted = figureOf({ item: failed, params: ["15m"], path: ".failed['15m']", name: "Refused values in 15m" });

const growing = triggerWhile(known(oldestAge), {
  name: "Values wait for their destination",
  event: phrase`${waiting} values wait, the oldest for ${oldestAge}`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`last(${oldestAge})>${waitingLimit} and last(${waiting})>0`,
  recovery: phrase`last(${oldestAge})<=${waitingLimit}`,
  doc: "That server or proxy does not take values. They are kept and will come in order; tidemark status says what is wrong.",
});

const losing = triggerWhile(known(lost), {
  name: "Values are lost",
  event: phrase`${lost} values were dropped in 15 minutes`,
  priority: "HIGH",
  scope: "availability",
  expression: phrase`last(${lost})>0`,
  recovery: phrase`last(${lost})=0`,
  doc: "The destination was away for longer than the outbox holds (OutboxSize, OutboxAge): the oldest values go first.",
});

const outboxGraph: Graph = { name: "What waits", lines: [waiting, oldestAge], right: [oldestAge] };

const destinations: Group = {
  discovery: OUTBOX_DISCOVERY,
  target: ["DESTINATION"],
  filters: { DESTINATION: "TIDEMARK.DESTINATION" },
  master: { item: get, once: true, at: ".outbox" },
  component: "outbox",
  figures: [waiting, oldestAge, lost, unwanted],
  triggers: [growing, losing],
  graphs: [outboxGraph],
};

/** For the on-call person: what is wrong on the host first, then whether tidemark itself can be trusted. */
const page: Page = {
  name: "Host",
  rows: [
    { height: 4, widgets: [{ kind: "problems", of: "host" }] },
    { height: 3, widgets: [{ kind: "text", figure: wrongNow }] },
    {
      height: 2,
      widgets: [uptimeNow, lateNow, missedAll, versionNow].map((figure) => ({ kind: "value", figure })),
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: workGraph },
        { kind: "lines", graph: memoryGraph },
        { kind: "lines", graph: outboxGraph, only: "active" },
      ],
    },
  ],
};

/** The template "Tidemark". */
export const TEMPLATE: TemplateParts = {
  template: "self",
  macros: [silence, refusedLimit, waitingLimit],
  groups: [itself, destinations],
  pages: [page],
};
