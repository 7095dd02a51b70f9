import type { Page, TemplateParts } from "../../items/template.ts";
import { ACTION_GROUP, actionState, delivered } from "./actions/template.ts";
import { INPUT_GROUP, INPUT_LIMITS, submissions, submittedNow } from "./inputs/template.ts";
import { backlog, flow, flowing, QUEUE_GROUP, QUEUE_LIMITS, queueState, share, waitingNow } from "./queues/template.ts";
import { SPOOL_GROUP, SPOOL_LIMITS, spoolBytes, spoolSize } from "./spool/template.ts";
import { reportAge, STATISTICS_GROUP } from "./statistics/template.ts";

/** From this state on a cell has this colour: stuck and discarding are red, nothing known is grey. */
const QUEUE_COLOURS = { 0: "59DB8F", 2: "FFC859", 3: "E45959", 5: "97AAB3" };
const ACTION_COLOURS = { 0: "59DB8F", 1: "FFC859", 2: "E45959", 3: "97AAB3" };

const queues: Page = {
  name: "Queues",
  rows: [
    {
      height: 4,
      widgets: [
        { kind: "cells", figure: queueState, colours: QUEUE_COLOURS },
        { kind: "problems", of: "log queues" },
      ],
      widths: [9, 15],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: backlog, figures: [waitingNow] },
        { kind: "lines", graph: share },
      ],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: flow, figures: [flowing.came, flowing.left] },
        { kind: "lines", graph: flow, figures: [flowing.lost], title: "Messages discarded" },
      ],
    },
  ],
};

const rest: Page = {
  name: "Actions, inputs, spool",
  rows: [
    {
      height: 4,
      widgets: [
        { kind: "cells", figure: actionState, colours: ACTION_COLOURS },
        { kind: "value", figure: reportAge },
      ],
      widths: [18, 6],
    },
    {
      height: 4,
      widgets: [
        { kind: "lines", graph: delivered },
        { kind: "lines", graph: submissions, figures: [submittedNow] },
        { kind: "lines", graph: spoolSize, figures: [spoolBytes] },
      ],
    },
  ],
};

/** The template "Tidemark log queues". */
export const TEMPLATE: TemplateParts = {
  template: "log queues",
  macros: [...QUEUE_LIMITS, ...INPUT_LIMITS, ...SPOOL_LIMITS],
  groups: [STATISTICS_GROUP, QUEUE_GROUP, ACTION_GROUP, INPUT_GROUP, SPOOL_GROUP],
  pages: [queues, rest],
};
