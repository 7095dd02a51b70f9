import { shortName } from "../../../items/short-name.ts";
import type { Source } from "../../source.ts";
import { MAIN_QUEUE } from "../configuration/configuration.ts";
import { fedSource, QUEUES } from "../sources.ts";
import { FIELDS } from "./fields.ts";
import { DISCOVERY, ITEMS } from "./items.ts";
import { TABLE } from "./table.ts";

/** Queues of rsyslogd; the main queue is meant where none is named. */
export const queues: Source = fedSource({
  name: QUEUES,
  fields: FIELDS,
  items: ITEMS,
  discoveries: [DISCOVERY],
  table: TABLE,
  defaultTarget: (targets) => (targets.has(MAIN) ? MAIN : targets.keys().next().value),
});

const MAIN = shortName(MAIN_QUEUE);
