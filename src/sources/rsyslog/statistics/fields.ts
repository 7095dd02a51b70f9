import type { Field } from "../../../ring/sample.ts";
import { INTERVAL, SWEEP } from "../sweep-ticks.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string, ringed = true): Field {
  return { name, kind, unit, doc, part: false, ringed };
}

/** What a sample of the statistics themselves holds. */
export const FIELDS: readonly Field[] = [
  field(SWEEP, "gauge", "s", "When rsyslogd reported, unix time."),
  field(INTERVAL, "gauge", "s", "Seconds between reports."),
  field("sweeps", "counter", "", "Whole reports that were read."),
  field("objects", "gauge", "", "Objects in the newest report."),
  field("records", "counter", "", "Records that were understood."),
  field(
    "passed_over",
    "counter",
    "",
    "Lines and records that were not: of no known form, cut off, too long, or too late.",
  ),
  field("strangers", "counter", "", "Datagrams from elsewhere than this machine."),
];
