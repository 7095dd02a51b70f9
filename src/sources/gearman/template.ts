import { coming, triggerWhile } from "../../items/coming.ts";
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
import { functionFleetDiscovery, functionsGet } from "./function-fleet.ts";
import { DISCOVERIES, error, get, running, state, stuck, version, waiting, workers } from "./items.ts";
import { STATES } from "./states.ts";

const waitingLimit: Macro = {
  macro: "GEARMAN.WAITING.MAX",
  value: "1000",
  doc: "Jobs of a function that may wait for longer than {$GEARMAN.WAITING.TIME}; context: the function.",
  context: "FUNCTION",
};
const waitingSpan: Macro = {
  macro: "GEARMAN.WAITING.TIME",
  value: "5m",
  doc: "How long more jobs may wait; context: the function.",
  context: "FUNCTION",
};

const stateNow = figureOf({ item: state, path: ".state", name: "Gearmand state", known: "always", states: STATES });
const errorNow = figureOf({
  item: error,
  path: ".error",
  name: "What is wrong with gearmand",
  known: "always",
  heartbeat: "10m",
});
const waitingAll = figureOf({ item: waiting, path: ".waiting", name: "Waiting jobs of all functions" });
const runningAll = figureOf({ item: running, path: ".running", name: "Running jobs of all functions" });
const workersAll = figureOf({ item: workers, path: ".workers", name: "Workers of all functions" });
const stuckAll = figureOf({ item: stuck, path: ".stuck", name: "Functions with jobs and no worker" });
const versionNow = figureOf({ item: version, path: ".version", name: "Version of gearmand", heartbeat: "1d" });

const down = failing(
  "Gearmand is down",
  "down",
  "Nothing accepts connections there: clients cannot hand in jobs. Start it; its log says why it ended. Jobs without a persistent queue are lost.",
);
const hangs = failing(
  "Gearmand hangs",
  "hung",
  "It accepts connections and says nothing: stopped, blocked on its queue's database, or swapping. Look at the process " +
    "(ps, strace), then restart it.",
);
const strange = stateTrigger({
  name: "Another program answers instead of gearmand",
  state: stateNow,
  error: errorNow,
  numbers: [STATES.number("not gearmand"), STATES.number("not gearmand")],
  priority: "AVERAGE",
  scope: "availability",
  doc: "Compare Gearman.<name>.Address in tidemark.conf with where gearmand listens; TLS is not spoken.",
});

function failing(name: string, word: "down" | "hung", doc: string) {
  const number = STATES.number(word);
  const numbers = [number, number] as const;
  return stateTrigger({
    name,
    state: stateNow,
    error: errorNow,
    numbers,
    priority: "HIGH",
    scope: "availability",
    doc,
  });
}

const jobs: Graph = { name: "Jobs of all functions", lines: [waitingAll, runningAll, stuckAll], right: [stuckAll] };

const servers: Group = {
  discovery: DISCOVERIES[0],
  target: ["INSTANCE"],
  filters: { INSTANCE: "GEARMAN.INSTANCE" },
  master: { item: get },
  component: "gearman",
  figures: [stateNow, errorNow, waitingAll, runningAll, workersAll, stuckAll, versionNow],
  triggers: [down, hangs, strange],
  graphs: [jobs],
};

const waits = ofFunction(waiting, "waiting");
const runs = ofFunction(running, "running");
const works = ofFunction(workers, "workers");
const isStuck = ofFunction(stuck, "stuck");

function ofFunction(item: Figure["item"], field: string): Figure {
  return figureOf({ item, path: `.${field}` });
}

/** A job server that is down has no functions to tell of; its own trigger says so. */
const known = coming(isStuck);

const noWorker = triggerWhile(known, {
  name: "Function has jobs and no worker",
  event: phrase`Function has ${waits} waiting jobs and no worker`,
  priority: "AVERAGE",
  scope: "availability",
  expression: phrase`min(${isStuck},#3)=1 and last(${waits})>=0`,
  recovery: phrase`last(${isStuck})=0`,
  doc: "Nobody is connected who could do them: the workers died, or lost their connection, or register another name. Look at the workers' supervisor and log.",
});

const tooMany = triggerOf({
  name: "Too many jobs of the function wait",
  event: phrase`${waits} jobs wait and ${works} workers are there (limit ${waitingLimit})`,
  priority: "WARNING",
  scope: "performance",
  expression: phrase`min(${waits},${waitingSpan})>${waitingLimit} and count(${waits},${waitingSpan})>=4 and last(${works})>=0`,
  recovery: phrase`last(${waits})<=0.8*${waitingLimit} or ${known.gone}`,
  doc: "Workers do less than comes in: start more, or find what slows them down.",
  after: [noWorker],
});

const functionJobs: Graph = { name: "Jobs and workers", lines: [waits, runs, works], right: [works] };

const functions: Group = {
  discovery: functionFleetDiscovery,
  target: ["INSTANCE", "FUNCTION"],
  filters: { INSTANCE: "GEARMAN.INSTANCE", FUNCTION: "GEARMAN.FUNCTION" },
  master: { item: functionsGet, once: true },
  component: "function",
  figures: [waits, runs, works, isStuck],
  triggers: [noWorker, tooMany],
  graphs: [functionJobs],
};

/** From this state on a cell has this colour: only up is green. */
const STATE_COLOURS = { 0: "E45959", 1: "59DB8F", 2: "E45959", 3: "FFC859" };

const page: Page = {
  name: "Gearman",
  rows: [
    {
      height: 4,
      widgets: [
        { kind: "cells", figure: stateNow, colours: STATE_COLOURS },
        { kind: "lines", graph: jobs },
      ],
      widths: [8, 16],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: functionJobs, figures: [waits], title: "Waiting jobs" },
        { kind: "lines", graph: functionJobs, figures: [runs], title: "Running jobs" },
        { kind: "lines", graph: functionJobs, figures: [works], title: "Workers" },
      ],
    },
  ],
};

/** What job servers bring to "Tidemark neighbours". */
export const TEMPLATE: TemplateParts = {
  template: "neighbours",
  macros: [waitingLimit, waitingSpan],
  groups: [servers, functions],
  pages: [page],
};
