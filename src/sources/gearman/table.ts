import { ageColumn, type Column, figure, NOTHING, stateColumn, troubleColumn } from "../../items/column.ts";
import type { View } from "../../ring/moment.ts";
import { functionNames, isStuck, loadOf } from "./load.ts";
import { STATES } from "./states.ts";

/** The columns of `tidemark status`: server, state, jobs, workers, what is stuck, age of all that, and a reason. */
export const TABLE: readonly Column[] = [
  { title: "Job server", align: "left", cell: (view) => view.target },
  stateColumn(STATES),
  figure("Waiting", (view) => level(view, "waiting")),
  figure("Running", (view) => level(view, "running")),
  figure("Workers", (view) => level(view, "workers")),
  figure("No worker for", stuckNames),
  ageColumn,
  troubleColumn,
];

function level(view: View, field: string): string {
  const found = view.number(field);
  return Number.isNaN(found) ? NOTHING : String(found);
}

const MOST_NAMES = 3;

function stuckNames(view: View): string {
  const names = functionNames(view).filter((name) => {
    const load = loadOf(view, name);
    return load.kind === "value" && isStuck(load.value);
  });
  const more = view.number("stuck") - Math.min(names.length, MOST_NAMES);
  return [...names.slice(0, MOST_NAMES), ...(more > 0 ? [`${more} more`] : [])].join(", ") || NOTHING;
}
