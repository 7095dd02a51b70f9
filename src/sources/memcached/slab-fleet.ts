import { ONCE } from "../../items/family.ts";
import { isFresh } from "../../items/freshness.ts";
import type { Discovery } from "../../items/item.ts";
import { percent } from "../../items/params.ts";
import { rowsText } from "../../items/rows-text.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import { fleetItem } from "./declare.ts";
import { rows, SLAB_MACROS } from "./slabs.ts";
import { SOURCE } from "./targets.ts";

/** Figures of note of a class. */
const FIGURES = [
  "number",
  "age",
  "evicted",
  "evicted_time",
  "outofmemory",
  "total_pages",
  "used_chunks",
  "free_chunks",
];

/** The share that the template asks for unless its macro says otherwise. */
export const TEMPLATE_SHARE = "5";

/**
 * Zabbix cannot discover inside of what it discovered: one rule for the classes of all instances. One that cannot be asked
 * keeps the classes that it had. One that has not answered in all of History has none: it must not keep those of the others
 * from being found, and the server keeps its items for days. Where none has, it is an error, since an empty list would take
 * all items away.
 */
const fleetRows = fleetItem({
  key: "memcached.slabs.discovery",
  params: { share: percent("percentage of an instance's stored bytes that a class must hold", "0") },
  type: "json",
  units: "",
  name: "Slab class discovery of all instances",
  doc:
    "The slab classes of all instances that have answered in History, by chunk size, as they last were. Not supported where " +
    "none has, and until each was asked once.",
  delay: "10m",
  standard: () => [...ONCE, [TEMPLATE_SHARE]],
  value: (moment, { share }) =>
    flatMap(views(moment), (all) => {
      const untried = all.find(({ view }) => view === undefined);
      if (untried !== undefined) return unknown(`"${untried.target}" was not asked yet`);
      const known = all.flatMap(({ view }) => (view?.good === undefined ? [] : [view]));
      if (known.length === 0 && all.length > 0) return unknown("no instance has answered in all of History");
      const found = known.flatMap(rows);
      return value(rowsText(found.filter(({ SHARE }) => Number(SHARE) >= share)));
    }),
});

export const slabFleetDiscovery: Discovery = { item: fleetRows, macros: SLAB_MACROS };

export const slabsGet = fleetItem({
  key: "memcached.slabs.get",
  params: {},
  type: "json",
  units: "",
  name: "Slab classes of all instances, as JSON",
  doc: "Master item: figures by instance and chunk size. Instances without a fresh sample are left out.",
  standard: () => ONCE,
  value: (moment, _, now) =>
    flatMap(views(moment), (all) => {
      const fresh = all.flatMap(({ view }) => (view !== undefined && isFresh(view, now) ? [view] : []));
      return value(JSON.stringify(Object.fromEntries(fresh.map((view) => [view.target, figures(view)]))));
    }),
});

/** By chunk size. A figure above 2^53 is a text, exactly. */
function figures(view: View): object {
  const parts = [...(view.newest?.parts ?? [])];
  return Object.fromEntries(
    parts.map(([chunk, part]) => [chunk, Object.fromEntries(FIGURES.flatMap((name) => exact(name, part.get(name))))]),
  );
}

function exact(name: string, found: number | bigint | undefined): readonly (readonly [string, number | string])[] {
  if (found === undefined) return [];
  return [[name, typeof found === "bigint" ? found.toString() : found]];
}

/** `view`: undefined until it was tried once. */
interface Instance {
  readonly target: string;
  readonly view: View | undefined;
}

function views(moment: Moment): Answer<readonly Instance[]> {
  return flatMap(moment.targets(SOURCE), (targets) =>
    value(
      [...targets.keys()].map((target) => {
        const view = moment.view(SOURCE, target);
        return { target, view: view.kind === "value" ? view.value : undefined };
      }),
    ),
  );
}
