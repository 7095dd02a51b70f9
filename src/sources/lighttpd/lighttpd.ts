import type { Source } from "../source.ts";
import { open } from "./collector.ts";
import { FIELDS } from "./fields.ts";
import { DISCOVERIES, ITEMS, SOURCE } from "./items.ts";
import { type General, type Named, section } from "./section.ts";
import { TABLE } from "./table.ts";
import { TEMPLATE } from "./template.ts";

/** lighttpd, by the status page of its mod_status and its error log. */
export const lighttpd: Source<General, Named> = {
  name: SOURCE,
  section,
  fields: FIELDS,
  items: ITEMS,
  discoveries: DISCOVERIES,
  table: TABLE,
  template: TEMPLATE,
  defaultTarget: (targets) => targets.keys().next().value,
  open,
};
