import { ageColumn, stateColumn, troubleColumn } from "../../../items/column.ts";
import type { Field } from "../../../ring/sample.ts";
import type { Source } from "../../source.ts";
import { currentColumn, digits } from "../figures-text.ts";
import { fedSource, SPOOLS } from "../sources.ts";
import { DISCOVERY, ITEMS } from "./items.ts";
import { SPOOL_STATES } from "./states.ts";

function gauge(name: string, unit: string, doc: string): Field {
  return { name, kind: "gauge", unit, doc, part: false, ringed: true };
}

/** Directories in which rsyslogd's queues keep messages on disk. */
export const spools: Source = fedSource({
  name: SPOOLS,
  fields: [
    gauge("bytes", "B", "Bytes of all files of queues."),
    gauge("files", "", "Files of queues."),
    gauge("oldest", "s", "Seconds since the oldest segment was written last."),
    gauge("leftovers", "", "Segments of queues in which no message waits."),
    gauge("free", "B", "Bytes that an ordinary user can still write on the file system."),
  ],
  items: ITEMS,
  discoveries: [DISCOVERY],
  table: [
    { title: "rsyslog spool", align: "left", cell: (view) => view.target },
    stateColumn(SPOOL_STATES),
    currentColumn("Size", (view) => digits(view.number("bytes"), 0, " B")),
    currentColumn("Files", (view) => digits(view.number("files"), 0)),
    ageColumn,
    troubleColumn,
  ],
  defaultTarget: (targets) => targets.keys().next().value,
});
