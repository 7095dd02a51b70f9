import type { Source } from "../source.ts";
import { open } from "./collector.ts";
import { FIELDS } from "./fields.ts";
import { discovery, ITEMS, SOURCE } from "./items.ts";
import { type General, type Named, section } from "./section.ts";
import { TABLE } from "./table.ts";
import { TEMPLATE } from "./template.ts";

/** Queues of qmail: counted where they lie, and delivery slots by the log of qmail-send. */
export const qmail: Source<General, Named> = {
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
