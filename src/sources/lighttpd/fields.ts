import type { Field } from "../../ring/sample.ts";

const RINGED = [
  ["requests", "counter", "requests", "Requests answered, tidemark's own included."],
  ["traffic", "counter", "B", "Bytes sent, in whole KiB."],
  ["uptime", "gauge", "s", "Seconds since the server started."],
  ["busy", "gauge", "connections", "Connections in use, tidemark's own included."],
  ["idle", "gauge", "connections", "Connections that could still be opened."],
  ["backends_down", "gauge", "back ends", "Back ends that were marked down since the sample before, or still are."],
] as const;

const TEXTS = [
  ["backends", "Names of the back ends that are down, one on each line."],
  ["backends_unknown", "Why it is not known which back ends are down."],
] as const;

/** What a sample of lighttpd holds. */
export const FIELDS: readonly Field[] = [
  ...RINGED.map(([name, kind, unit, doc]): Field => ({ name, kind, unit, doc, part: false, ringed: true })),
  ...TEXTS.map(([name, doc]): Field => ({ name, kind: "text", unit: "", doc, part: false, ringed: false })),
];
