import type { Field } from "../../../ring/sample.ts";
import { INTERVAL, SWEEP } from "../sweep-ticks.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string): Field {
  return { name, kind, unit, doc, part: false, ringed: true };
}

/** What a sample of an action holds. */
export const FIELDS: readonly Field[] = [
  field("processed", "counter", "", "Messages handed to the action; with a queue of its own: put into that."),
  field("failed", "counter", "", "Attempts that failed, those that were repeated included."),
  field("suspended", "counter", "", "Times that it was suspended."),
  field("suspended_seconds", "counter", "s", "How long it was to be suspended, counted when each suspension begins."),
  field("resumed", "counter", "", "Times that it came back."),
  field("is_suspended", "gauge", "", "1 when the last that was reported is a suspension, 0 when it is a return."),
  field(SWEEP, "gauge", "s", "When rsyslogd reported, unix time."),
  field(INTERVAL, "gauge", "s", "Seconds between reports."),
];
