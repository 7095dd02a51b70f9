import type { Page, TemplateParts } from "../../items/template.ts";
import { ACTION_GROUP, actionState, delivered } from "./actions/template.ts";
import { INPUT_GROUP, INPUT_LIMITS, submissions } from "./inputs/template.ts";
import { backlog, flow, QUEUE_GROUP, QUEUE_LIMITS, queueState, times } from "./queues/template.ts";
import { SPOOL_GROUP, SPOOL_LIMITS, spoolSize } from "./spool/template.ts";
import { reportAge, STATISTICS_GROUP } from "./statistics/template.ts";

/** From this state on a cell has this colour: stuck and discarding are red, nothing known is grey. */
const QUEUE_COLOURS = { 0: "59DB8F", 2: "FFC859", 3: "E45959", 5: "97AAB3" };
const ACTION_COLOURS = { 0: "59DB8F", 1: "FFC859", 2: "E45959", 3: "97AAB3" };

const queues: Page = {
  name: "Queues",
  widgets: [
    { kind: "cells", figure: queueState, colours: QUEUE_COLOURS, x: 0, y: 0, width: 12, height: 4 },
    { kind: "problems", x: 12, y: 0, width: 12, height: 4 },
    { kind: "graphs", graph: backlog, columns: 3, rows: 1, x: 0, y: 4, width: 24, height: 5 },
    { kind: "graphs", graph: flow, columns: 3, rows: 1, x: 0, y: 9, width: 24, height: 5 },
    { kind: "graphs", graph: times, columns: 3, rows: 1, x: 0, y: 14, width: 24, height: 5 },
  ],
};

const rest: Page = {
  name: "Actions, inputs, spool",
  widgets: [
    { kind: "cells", figure: actionState, colours: ACTION_COLOURS, x: 0, y: 0, width: 18, height: 4 },
    { kind: "value", figure: reportAge, x: 18, y: 0, width: 6, height: 4 },
    { kind: "graphs", graph: delivered, columns: 3, rows: 1, x: 0, y: 4, width: 24, height: 5 },
    { kind: "graphs", graph: submissions, columns: 3, rows: 1, x: 0, y: 9, width: 24, height: 5 },
    { kind: "graphs", graph: spoolSize, columns: 3, rows: 1, x: 0, y: 14, width: 24, height: 5 },
  ],
};

/** The template "Tidemark log queues". */
export const TEMPLATE: TemplateParts = {
  template: "log queues",
  macros: [...QUEUE_LIMITS, ...INPUT_LIMITS, ...SPOOL_LIMITS],
  groups: [STATISTICS_GROUP, QUEUE_GROUP, ACTION_GROUP, INPUT_GROUP, SPOOL_GROUP],
  pages: [queues, rest],
};
