import type { Field } from "../../ring/sample.ts";

const LOAD = [
  ["waiting", "jobs", "Jobs that no worker has taken yet."],
  ["running", "jobs", "Jobs that workers are doing."],
  ["workers", "workers", "Workers that can do the job; one that can do several is counted for each."],
] as const;

/** Of all functions together, those included that found no room among the parts. */
const GENERAL = [...LOAD, ["stuck", "functions", "Functions with jobs and without a worker."]] as const;

const UNKEPT = [
  ["functions", "gauge", "functions", "Functions that gearmand lists."],
  ["left_out", "gauge", "functions", "Functions beyond those that are kept one by one."],
  ["pid", "gauge", "", "Process id of gearmand."],
  ["version", "text", "", "Version of gearmand."],
] as const;

/**
 * What a sample of gearmand holds. A part is a function, by its short name; the text `function.<short name>` is the
 * function's own name, its bytes shown as text.
 */
export const FIELDS: readonly Field[] = [
  ...GENERAL.map((row) => level(row, false)),
  ...UNKEPT.map(([name, kind, unit, doc]): Field => ({ name, kind, unit, doc, part: false, ringed: false })),
  ...LOAD.map((row) => level(row, true)),
];

function level([name, unit, doc]: readonly [string, string, string], part: boolean): Field {
  return { name, kind: "gauge", unit, doc, part, ringed: true };
}
