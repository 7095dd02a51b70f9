import type { Source } from "../source.ts";
import { actions } from "./actions/source.ts";
import { open } from "./collector.ts";
import { get } from "./get.ts";
import { inputs } from "./inputs/source.ts";
import { queues } from "./queues/source.ts";
import { type General, type Named, section } from "./section.ts";
import { STATISTICS } from "./sources.ts";
import { spools } from "./spool/source.ts";
import { FIELDS } from "./statistics/fields.ts";
import { ITEMS } from "./statistics/items.ts";
import { TARGET } from "./statistics/sample.ts";
import { TEMPLATE } from "./template.ts";

/** What rsyslogd reports of itself; feeds the sources of its queues, actions, inputs and spool directories. */
export const rsyslog: Source<General, Named> = {
  name: STATISTICS,
  section,
  fields: FIELDS,
  items: [...ITEMS, get],
  discoveries: [],
  table: [],
  template: TEMPLATE,
  defaultTarget: () => TARGET,
  open,
};

/** All of one rsyslogd, in the order in which people read it. */
export const RSYSLOG: readonly Source[] = [rsyslog, queues, actions, inputs, spools];
