import type { Field } from "../../ring/sample.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string, ringed = true): Field {
  return { name, kind, unit, doc, part: false, ringed };
}

/** What a sample of a qmail queue holds. Slots are left out while they are not known. */
export const FIELDS: readonly Field[] = [
  field("size", "gauge", "", "Messages in the queue."),
  field("todo", "gauge", "", "Messages in the queue that are not preprocessed yet."),
  field("local", "gauge", "", "Messages with local recipients that are left."),
  field("remote", "gauge", "", "Messages with remote recipients that are left."),
  field("local_used", "gauge", "", "Local deliveries that go on."),
  field("local_max", "gauge", "", "Local deliveries that may go on at once."),
  field("remote_used", "gauge", "", "Remote deliveries that go on."),
  field("remote_max", "gauge", "", "Remote deliveries that may go on at once."),
  field("status_clock", "gauge", "unixtime", "When qmail-send wrote its newest status."),
  field("no_todo", "text", "", "Why messages that are not preprocessed cannot be counted; else empty.", false),
  field("no_local", "text", "", "Why messages with local recipients cannot be counted; else empty.", false),
  field("no_remote", "text", "", "Why messages with remote recipients cannot be counted; else empty.", false),
  field("no_slots", "text", "", "Why there are rightly no delivery slots now; else empty.", false),
  field("unknown_slots", "text", "", "Why delivery slots are not known; else empty.", false),
  field("queue", "text", "", "The queue directory.", false),
  field("log", "text", "", "Log directory of qmail-send; empty when there is none.", false),
];
