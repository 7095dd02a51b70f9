import type { Source } from "../source.ts";
import { open } from "./collector.ts";
import { SOURCE } from "./declare.ts";
import { FIELDS } from "./fields.ts";
import { get } from "./master.ts";
import { count, discovery } from "./overview.ts";
import { flapping, restarts } from "./restarts.ts";
import { type General, section } from "./section.ts";
import { downtime, error, exit, logState, normallyUp, pid, state, uptime, want } from "./service-items.ts";
import { TABLE } from "./table.ts";
import { TEMPLATE } from "./template.ts";

/** Supervised services: daemontools, runit, s6 and systemd in one picture. */
export const supervise: Source<General, Record<never, never>> = {
  name: SOURCE,
  section,
  fields: FIELDS,
  items: [
    state,
    error,
    uptime,
    downtime,
    pid,
    want,
    normallyUp,
    restarts,
    flapping,
    exit,
    logState,
    get,
    count,
    discovery.item,
  ],
  discoveries: [discovery],
  table: TABLE,
  template: TEMPLATE,
  defaultTarget: () => undefined, // no service stands for all
  open,
};
