import { ONCE } from "../../items/family.ts";
import { isFresh } from "../../items/freshness.ts";
import { type Discovery, momentItem } from "../../items/item.ts";
import { masterText } from "../../items/master.ts";
import { rowsText } from "../../items/rows-text.ts";
import { type Answer, flatMap, unknown, value } from "../../ring/answer.ts";
import type { Moment, View } from "../../ring/moment.ts";
import { FUNCTION_MACROS, functionRows, SOURCE } from "./items.ts";
import { functionsField } from "./master.ts";

/**
 * Zabbix cannot discover inside of what it discovered: one rule for the functions of all job servers. One that cannot be
 * asked makes it an error, since a shorter list would take items away.
 */
const fleetRows = momentItem({
  key: "gearman.functions.discovery",
  params: {},
  type: "json",
  units: "",
  name: "Function discovery of all job servers",
  doc: "The functions of all job servers, as gearman.function.discovery has them. Not supported while one cannot be asked.",
  delay: "10m",
  standard: () => ONCE,
  value: (moment, _, now) =>
    flatMap(views(moment), (all) => {
      const silent = all.find((view) => !isFresh(view, now));
      return silent === undefined ? rowsOf(all) : unknown(`the functions of "${silent.target}" are not known now`);
    }),
});

function rowsOf(all: readonly View[]): Answer<string> {
  const found = all.map(functionRows);
  const without = found.find(({ kind }) => kind !== "value");
  if (without !== undefined && without.kind !== "value") return without;
  return value(rowsText(found.flatMap((rows) => (rows.kind === "value" ? rows.value : []))));
}

export const functionFleetDiscovery: Discovery = { item: fleetRows, macros: FUNCTION_MACROS };

export const functionsGet = momentItem({
  key: "gearman.functions.get",
  params: {},
  type: "json",
  units: "",
  name: "Functions of all job servers, as JSON",
  doc: "Master item: waiting, running, total, workers and stuck by job server and function. Servers without a fresh sample are left out.",
  delay: "1m",
  standard: () => ONCE,
  value: (moment, _, now) =>
    flatMap(views(moment), (all) => {
      const fresh = all.filter((view) => isFresh(view, now));
      return value(masterText(Object.fromEntries(fresh.map((view) => [view.target, functionsField(view)]))));
    }),
});

function views(moment: Moment): Answer<readonly View[]> {
  return flatMap(moment.targets(SOURCE), (targets) =>
    value(
      [...targets.keys()].flatMap((name) => {
        const view = moment.view(SOURCE, name);
        return view.kind === "value" ? [view.value] : [];
      }),
    ),
  );
}
