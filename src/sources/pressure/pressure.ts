import type { Source } from "../source.ts";
import { open } from "./collector.ts";
import { HOST, SOURCE } from "./declare.ts";
import { diskDiscovery, readRate, util, writtenRate } from "./disk-items.ts";
import { FIELDS } from "./fields.ts";
import { iowait, load, STALLED } from "./host-items.ts";
import { get } from "./master.ts";
import { networkDiscovery, received, sent } from "./network-items.ts";
import { placeDiscovery, processState, written, writtenPerSecond } from "./place-items.ts";
import { type Named, section } from "./section.ts";
import { TABLE } from "./table.ts";
import { TEMPLATE } from "./template.ts";

const DISCOVERIES = [placeDiscovery, diskDiscovery, networkDiscovery];

/** What the machine's programs wait for, its disks and networks, and what the loggers write: read from /proc. */
export const pressure: Source<Record<never, never>, Named> = {
  name: SOURCE,
  section,
  fields: FIELDS,
  items: [
    load,
    iowait,
    ...Object.values(STALLED),
    util,
    writtenRate,
    readRate,
    processState,
    written,
    writtenPerSecond,
    received,
    sent,
    get,
    ...DISCOVERIES.map((discovery) => discovery.item),
  ],
  discoveries: DISCOVERIES,
  table: TABLE,
  template: TEMPLATE,
  defaultTarget: (targets) => [...targets.keys()].find((name) => name !== HOST),
  open,
};
