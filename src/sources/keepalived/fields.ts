import type { Field } from "../../ring/sample.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string, ringed = true): Field {
  return { name, kind, unit, doc, part: false, ringed };
}

/** What a sample of a VRRP instance holds. The counter begins with the second look. */
export const FIELDS: readonly Field[] = [
  field("transitions", "counter", "", "Changes from one state to another that were seen."),
  field("priority", "gauge", "", "Effective priority, as keepalived said it last."),
  field("since", "gauge", "unixtime", "When the present state was entered."),
  field("addresses", "gauge", "", "Virtual addresses that are known of.", false),
  field("here", "gauge", "", "Those of them that this machine has.", false),
  field("source", "text", "", "Where the state comes from: notify FIFO, data file or addresses."),
  field("name", "text", "", "Name as keepalived has it.", false),
];

/** What a sample of keepalived itself holds. */
export const CHILD_FIELDS: readonly Field[] = [
  field("restarts", "counter", "", "Children that keepalived started anew."),
];
