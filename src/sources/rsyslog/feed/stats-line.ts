import { parseJsonRecord } from "./json-record.ts";
import { looksLegacy, parseLegacyRecord } from "./legacy-record.ts";
import type { LineTime } from "./line-header.ts";
import type { Exposition } from "./prometheus.ts";
import type { StatsRecord } from "./record.ts";
import { zabbixTime } from "./zabbix-sweep.ts";

/** A longer record would hold everything else up while it is parsed. */
const LONGEST_RECORD = 2 ** 18;
const CEE = "@cee:";

/**
 * What a line says, without its header. `nothing`: rightly nothing. `sweep`: all records of one, in zabbix format;
 * `time`: its own.
 */
export type StatsLine =
  | { readonly kind: "record"; readonly record: StatsRecord }
  | { readonly kind: "sweep"; readonly time: LineTime | undefined }
  | { readonly kind: "begin" | "end" | "nothing" | "unknown" | "malformed" };

const NOTHING: StatsLine = { kind: "nothing" };
const UNKNOWN: StatsLine = { kind: "unknown" };
const MALFORMED: StatsLine = { kind: "malformed" };
const BEGIN: StatsLine = { kind: "begin" };
const END: StatsLine = { kind: "end" };

/** Tells the format by the line itself. */
export function parseStatsLine(body: string, exposition: Exposition): StatsLine {
  switch (body[0]) {
    case undefined:
      return NOTHING;
    case "{":
      return parseJsonLine(body);
    case "@":
      return body.startsWith(CEE) ? parseJsonText(body.slice(CEE.length)) : UNKNOWN;
    case "#":
      return exposed(exposition.comment(body));
    default:
      return parseWords(body, exposition);
  }
}

/** A record of JSON, alone or as a piece of a sweep. */
export function parseJsonText(text: string): StatsLine {
  if (text.length > LONGEST_RECORD) return MALFORMED;
  const record = parseJsonRecord(text);
  if (record === null) return UNKNOWN;
  return record === undefined ? MALFORMED : { kind: "record", record };
}

function parseJsonLine(body: string): StatsLine {
  const time = zabbixTime(body);
  return time === null ? parseJsonText(body) : { kind: "sweep", time };
}

function parseWords(body: string, exposition: Exposition): StatsLine {
  if (body.length > LONGEST_RECORD) return UNKNOWN;
  const words = body.trimEnd();
  if (words === "BEGIN") return BEGIN;
  if (words === "END") return END;
  if (!looksLegacy(body)) return exposed(exposition.figure(words));
  const record = parseLegacyRecord(body);
  return record === undefined ? MALFORMED : { kind: "record", record };
}

function exposed(found: ReturnType<Exposition["figure"]>): StatsLine {
  switch (found) {
    case "none":
      return NOTHING;
    case "unknown":
      return UNKNOWN;
    case "malformed":
      return MALFORMED;
    default:
      return { kind: "record", record: found };
  }
}
