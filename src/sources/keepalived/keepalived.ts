import type { Source } from "../source.ts";
import { CHILD_SOURCE, openChildren } from "./children.ts";
import { open } from "./collector.ts";
import { CHILD_FIELDS, FIELDS } from "./fields.ts";
import { CHILD_ITEMS, discovery, ITEMS, SOURCE } from "./items.ts";
import { type General, type Named, section } from "./section.ts";
import { TABLE } from "./table.ts";
import { TEMPLATE } from "./template.ts";

/** VRRP instances of this machine's keepalived. */
export const keepalived: Source<General, Named> = {
  name: SOURCE,
  section,
  fields: FIELDS,
  items: ITEMS,
  discoveries: [discovery],
  table: TABLE,
  template: TEMPLATE,
  defaultTarget: (targets) => targets.keys().next().value,
  open,
};

/** keepalived's children, which die and are started anew without any instance's being told. */
export const keepalivedChildren: Source = {
  name: CHILD_SOURCE,
  section: { prefix: "KeepalivedChild", general: {}, named: {} },
  fields: CHILD_FIELDS,
  items: CHILD_ITEMS,
  discoveries: [],
  table: [],
  defaultTarget: () => undefined,
  open: (_, surroundings) => openChildren(surroundings),
};
