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
import {
  age,
  blocked,
  bytes,
  DISCOVERIES,
  error,
  fillTime,
  get,
  perSecond,
  rotations,
  state,
  unclean,
} from "./items.ts";
import { STATES } from "./states.ts";

const silence: Macro = {
  macro: "LOGDIR.SILENCE.MAX",
  value: "0",
  doc: "Seconds without a new line after which a log is too silent; 0: it may be silent for ever.",
};
const fillLimit: Macro = {
  macro: "LOGDIR.FILL.MIN",
  value: "86400",
  doc: "Seconds until the disk is full, at the growth of the last hour, below which there is a problem.",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Log state", known: "always", states: STATES });
const errorNow = figureOf({ item: error, path: ".error", known: "always", heartbeat: "10m" });
const lineAge = figureOf({ item: age, path: ".line_age", known: "sometimes" });
const size = figureOf({ item: bytes, path: ".bytes" });
const rate = figureOf({ item: perSecond, params: ["5m"], path: ".rate['5m']" });
const rotated = figureOf({ item: rotations, params: ["60m"], path: ".rotations['60m']", name: "Rotations in 60m" });
const left = figureOf({ item: unclean, path: ".unclean" });
const blockedNow = figureOf({ item: blocked, path: ".blocked", known: "sometimes" });
const fill = figureOf({ item: fillTime, params: ["60m"], path: ".fill_time['60m']" });

const known = comingBeside(stateNow);

const noLogger = triggerOf({
  name: "Log has no logger",
  event: phrase`Log has no logger: ${errorNow}`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`min(${stateNow},#3)=0 and max(${stateNow},#3)=0 and length(last(${errorNow}))>=0`,
  recovery: phrase`last(${stateNow})<>0`,
  doc: "multilog, svlogd or s6-log does not run there: what the service writes is lost or waits. Start its log service.",
});

const waiting = triggerOf({
  name: "Writer waits for its logger",
  event: phrase`The service waits: its logger does not read (state ${stateNow})`,
  priority: "HIGH",
  scope: "availability",
  expression: phrase`min(${stateNow},#2)>=2 and max(${stateNow},#2)<=3`,
  recovery: phrase`last(${stateNow})<2 or last(${stateNow})>3`,
  doc: "The logger is stopped, or blocked on its disk, and the pipe is full: the service itself stands still at its next line.",
});

const unreadable = triggerOf({
  name: "Log directory cannot be read",
  event: phrase`Log directory cannot be read: ${errorNow}`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`min(${stateNow},#3)>=4 and max(${stateNow},#3)<=5 and length(last(${errorNow}))>=0`,
  recovery: phrase`last(${stateNow})<4 or last(${stateNow})>5`,
  doc: "It is missing, or tidemark may not read it. The command that mends it: tidemark doctor.",
});

const silent = triggerWhile(known(lineAge), {
  name: "Log is silent",
  event: phrase`No new line for ${lineAge}`,
  priority: "WARNING",
  scope: "availability",
  expression: phrase`${silence}>0 and last(${lineAge})>${silence}`,
  recovery: phrase`last(${lineAge})<=${silence}`,
  doc: "A program that should write all the time does not. Set the macro for the logs of which you expect that.",
});

const uncleanFiles = triggerWhile(known(left), {
  name: "Logger died while it wrote",
  event: phrase`${left} files were left unclean`,
  priority: "WARNING",
  scope: "notice",
  expression: phrase`min(${left},#2)>0`,
  recovery: phrase`last(${left})=0`,
  doc: "Files with the suffix .u: the machine or the logger went down. Their end may be missing; remove or keep them.",
  closable: true,
});

const filling = triggerWhile(known(fill), {
  name: "Disk for logs will be full soon",
  event: phrase`The disk for this log is full in ${fill} (limit ${fillLimit} s)`,
  priority: "WARNING",
  scope: "capacity",
  expression: phrase`max(${fill},15m)<${fillLimit}`,
  recovery: phrase`min(${fill},15m)>1.1*${fillLimit}`,
  doc: "At the growth of the last hour. Make room, lower the number or size of the files the logger keeps, or find what writes so much.",
});

const rateGraph: Graph = { name: "Written", lines: [rate, rotated], right: [rotated] };
const sizeGraph: Graph = { name: "Size of the log", lines: [size] };
const ageGraph: Graph = { name: "Age of the newest line", lines: [lineAge] };
const fillGraph: Graph = { name: "Time until the disk is full", lines: [fill] };

const directories: Group = {
  discovery: DISCOVERIES[0],
  target: ["LOGDIR"],
  filters: { LOGDIR: "LOGDIR" },
  master: { item: get },
  component: "log",
  figures: [stateNow, errorNow, lineAge, size, rate, rotated, left, blockedNow, fill],
  triggers: [noLogger, waiting, unreadable, silent, uncleanFiles, filling],
  graphs: [rateGraph, sizeGraph, ageGraph, fillGraph],
};

/** From this state on a cell has this colour. */
const STATE_COLOURS = { 0: "E45959", 1: "59DB8F", 2: "E45959", 4: "FFC859", 6: "97AAB3" };

const page: Page = {
  name: "Log directories",
  rows: [
    { height: 4, widgets: [{ kind: "cells", figure: stateNow, colours: STATE_COLOURS }] },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: ageGraph },
        { kind: "lines", graph: fillGraph },
      ],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: rateGraph, figures: [rate] },
        { kind: "lines", graph: sizeGraph },
      ],
    },
  ],
};

/** What log directories bring to "Tidemark services". */
export const TEMPLATE: TemplateParts = {
  template: "services",
  macros: [silence, fillLimit],
  groups: [directories],
  pages: [page],
};
