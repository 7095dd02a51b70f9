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
 * keeps the classes that it had; when they are not known any more, it is an error, since a shorter list would take items
 * away.
 */
const fleetRows = fleetItem({
  key: "memcached.slabs.discovery",
  params: { share: percent("percentage of an instance's stored bytes that a class must hold", "0") },
  type: "json",
  units: "",
  name: "Slab class discovery of all instances",
  doc:
    "The slab classes of all instances, by chunk size, as they last were. Not supported while those of one instance are not " +
    "known: it has not answered in all of History.",
  delay: "10m",
  standard: () => [...ONCE, [TEMPLATE_SHARE]],
  value: (moment, { share }) =>
    flatMap(views(moment), (all) => {
      const silent = all.find(({ view }) => view?.good === undefined);
      if (silent !== undefined) return unknown(`the slab classes of "${silent.target}" are not known now`);
      const found = all.flatMap(({ view }) => (view === undefined ? [] : rows(view)));
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
