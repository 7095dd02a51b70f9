import type { Labels } from "../../ring/sample.ts";
import type { Source } from "../source.ts";
import { open } from "./collector.ts";
import { FIELDS } from "./fields.ts";
import { functionFleetDiscovery, functionsGet } from "./function-fleet.ts";
import { DISCOVERIES, ITEMS, SOURCE } from "./items.ts";
import { type General, type Named, section } from "./section.ts";
import { TABLE } from "./table.ts";
import { TEMPLATE } from "./template.ts";

/** gearmand: the Gearman job server, asked by the `status` of its admin protocol. */
export const gearman: Source<General, Named> = {
  name: SOURCE,
  section,
  fields: FIELDS,
  items: [...ITEMS, functionsGet, functionFleetDiscovery.item],
  discoveries: [...DISCOVERIES, functionFleetDiscovery],
  table: TABLE,
  template: TEMPLATE,
  defaultTarget,
  open,
};

/** The one at 127.0.0.1:4730, else the first. */
function defaultTarget(targets: ReadonlyMap<string, Labels>): string | undefined {
  const names = [...targets.keys()];
  return names.find((name) => targets.get(name)?.["ADDRESS"] === "127.0.0.1:4730") ?? names[0];
}
