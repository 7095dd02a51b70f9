import type { Field } from "../../ring/sample.ts";

function field(name: string, kind: Field["kind"], unit: string, doc: string, part = false): Field {
  return { name, kind, unit, doc, part, ringed: true };
}

export const FIELDS: readonly Field[] = [
  field("requests", "counter", "", "Passive checks answered."),
  field("rss", "gauge", "B", "Resident memory of the daemon."),
  field("tick_seconds", "gauge", "s", "How long the tick before this one took."),
  field("tick_missed", "counter", "", "Ticks that did not fire."),
  field("settled", "gauge", "", "1 when a source finished its newest tick in time.", true),
  field("seconds", "gauge", "s", "How long a source took for its newest tick.", true),
  field("refused", "counter", "", "Connections refused for a reason.", true),
  field("outbox_read", "gauge", "", "1; 0 while what waits for a destination is still being read.", true),
  field("outbox_rows", "gauge", "", "Values that wait for a destination.", true),
  field("outbox_bytes", "gauge", "B", "What they take.", true),
  field("outbox_oldest", "gauge", "s", "How old the oldest of them is.", true),
  field("outbox_dropped", "counter", "", "Values that were never delivered.", true),
  field("outbox_failed", "counter", "", "Values that a destination refused.", true),
  field("version", "text", "", "Version of tidemark."),
  field("agent_version", "text", "", "Version of the agent protocol."),
  field("agent_variant", "text", "", "Variant of the agent protocol."),
  field("hostname", "text", "", "Name of the Zabbix host."),
  field("host_metadata", "text", "", "What autoregistration is told."),
];
