import { type Answer, flatMap, none, value } from "../../ring/answer.ts";
import type { View } from "../../ring/moment.ts";
import { listed } from "../../words/sentence.ts";
import type { Load } from "./status-reader.ts";

/** Short names of the functions at this view's slot, in alphabetical order. */
export function functionNames(view: View): readonly string[] {
  return [...(view.newest?.parts.keys() ?? view.parts())].sort();
}

/** Jobs and workers of a function by its short name, of all functions when it is left out. */
export function loadOf(view: View, name: string | undefined): Answer<Load> {
  const load = {
    waiting: number(view, "waiting", name),
    running: number(view, "running", name),
    workers: number(view, "workers", name),
  };
  if (![load.waiting, load.running, load.workers].some(Number.isNaN)) return value(load);
  if (name === undefined) return none("no sample at this time");
  const names = functionNames(view);
  const there = names.length === 0 ? "it has none" : `there are ${listed(names)}`;
  return none(`gearmand has no function "${name}"; ${there}`);
}

/** The ring has no column for a part that came while too many others were still in it: the newest sample knows it. */
function number(view: View, field: string, name: string | undefined): number {
  const kept = view.number(field, name);
  if (!Number.isNaN(kept) || name === undefined) return kept;
  return Number(view.newest?.parts.get(name)?.get(field) ?? Number.NaN);
}

/** Jobs, and no worker that could ever do them. */
export function isStuck({ waiting, running, workers }: Load): boolean {
  return waiting + running > 0 && workers === 0;
}

/** Functions that are stuck: 0 or 1 for one of them, all of gearmand's when the name is left out. */
export function stuckCount(view: View, name: string | undefined): Answer<number> {
  if (name !== undefined) return flatMap(loadOf(view, name), (load) => value(Number(isStuck(load))));
  const all = view.number("stuck");
  return Number.isNaN(all) ? none("no sample at this time") : value(all);
}
