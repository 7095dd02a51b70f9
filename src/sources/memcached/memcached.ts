import type { Source } from "../source.ts";
import { open } from "./collector.ts";
import { FIELDS } from "./fields.ts";
import { DISCOVERIES, ITEMS } from "./items.ts";
import { type General, type Named, section } from "./section.ts";
import { TABLE } from "./table.ts";
import { defaultTarget, SOURCE } from "./targets.ts";
import { TEMPLATE } from "./template.ts";

/** memcached, from 1.2.5 on: sampled by `stats`, `stats items`, `stats slabs` and `stats settings`. */
export const memcached: Source<General, Named> = {
  name: SOURCE,
  section,
  fields: FIELDS,
  items: ITEMS,
  discoveries: DISCOVERIES,
  table: TABLE,
  template: TEMPLATE,
  defaultTarget,
  open,
};
