import type { Clock } from "../../../ring/sample.ts";
import { daysSince1970 } from "../../../words/calendar.ts";

/** When a line was written, as it says. `local`: a wall clock without zone, read as if it were UTC. */
export type LineTime =
  | { readonly kind: "local"; readonly seconds: number }
  | { readonly kind: "exact"; readonly clock: Clock };

/** A line without what stands before the record. */
export interface HeadedLine {
  readonly time: LineTime | undefined;
  readonly body: string;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH_DAY_TIME = `(${MONTHS.join("|")}) ([ \\d]\\d) (\\d\\d):(\\d\\d):(\\d\\d)`;

/** `ctime-prefix := "Sat Nov 21 23:36:15 2026: "`, before each record of impstats' own file. */
const CTIME = new RegExp(`^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) ${MONTH_DAY_TIME} (\\d{4})`);
const CTIME_LENGTH = 26;
/** `syslog-header := ["<" priority ">" ["1 "]] time " " host " rsyslogd-pstats" (":" | "[" pid "]:" | " - - -") " "` */
const TAG = "rsyslogd-pstats";
const AFTER_TAG = /^(?:(?:\[\d{1,10}\])?:| (?:-|\d{1,10}) - -) */;
const PRIORITY = /^<\d{1,3}>(?:1 )?/;
const RFC3164 = new RegExp(`^${MONTH_DAY_TIME} `);
const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d{1,9})?)(?:Z|([+-])(\d\d):(\d\d)) /;
/** Host names are no longer than this with all that stands beside them. */
const LONGEST_HEADER = 400;
/** Seconds. */
const YEAR = 31_556_952;

/** Takes headers off lines. Those of one sweep are mostly alike, so the last one is remembered. */
export class LineHeaders {
  #prefix = "\n"; // no line begins with it
  #time: LineTime | undefined;

  /** @param near some time at most half a year away: syslog's own headers have no year */
  split(line: string, near: Clock): HeadedLine {
    if (!line.startsWith(this.#prefix)) this.#learn(line, near);
    return line.startsWith(this.#prefix)
      ? { time: this.#time, body: line.slice(this.#prefix.length) }
      : { time: undefined, body: line.trimStart() };
  }

  #learn(line: string, near: Clock): void {
    const found = ctimeHeader(line) ?? syslogHeader(line, near);
    if (found === undefined) return;
    this.#prefix = line.slice(0, found.length);
    this.#time = found.time;
  }
}

interface Header {
  readonly length: number;
  readonly time: LineTime | undefined;
}

function ctimeHeader(line: string): Header | undefined {
  if (!line.startsWith(": ", CTIME_LENGTH - 2)) return undefined;
  const time = parseCtime(line);
  return time === undefined ? undefined : { length: CTIME_LENGTH, time };
}

/** "Sat Nov 21 23:36:15 2026", with anything behind it. */
export function parseCtime(text: string): LineTime | undefined {
  const [, month, day, hour, minute, second, year] = CTIME.exec(text) ?? [];
  if (year === undefined) return undefined;
  return { kind: "local", seconds: wallSeconds(Number(year), [month, day, hour, minute, second]) };
}

function syslogHeader(line: string, near: Clock): Header | undefined {
  const start = line.slice(0, LONGEST_HEADER);
  const at = start.indexOf(TAG);
  if (at < 0) return undefined;
  const priority = PRIORITY.exec(start)?.[0] ?? "";
  const time = syslogTime(start.slice(priority.length, at), near);
  const after = AFTER_TAG.exec(start.slice(at + TAG.length));
  if (after === null || (time === undefined && priority === "")) return undefined;
  return { length: at + TAG.length + after[0].length, time };
}

function syslogTime(text: string, near: Clock): LineTime | undefined {
  const [, ...exact] = RFC3339.exec(text) ?? [];
  if (exact.length > 0) return exactTime(exact);
  const [, ...fields] = RFC3164.exec(text) ?? [];
  if (fields.length === 0) return undefined;
  const year = 1970 + Math.floor(near / YEAR);
  const possible = [year - 1, year, year + 1].map((each) => wallSeconds(each, fields));
  const seconds = possible.reduce((one, other) => (Math.abs(one - near) <= Math.abs(other - near) ? one : other));
  return { kind: "local", seconds };
}

function exactTime(fields: readonly string[]): LineTime {
  const [year = "", month = "", day = "", hour, minute, second, sign = "", zoneHours = 0, zoneMinutes = 0] = fields;
  const east = (sign === "-" ? -1 : 1) * (Number(zoneHours) * 3600 + Number(zoneMinutes) * 60);
  const days = daysSince1970(Number(year), Number(month), Number(day));
  return { kind: "exact", clock: days * 86_400 + daySeconds([hour, minute, second]) - east };
}

/** @param fields month's name, day, hour, minute, second */
function wallSeconds(year: number, fields: readonly (string | undefined)[]): number {
  const [name = "", day, ...time] = fields;
  return daysSince1970(year, MONTHS.indexOf(name) + 1, Number(day)) * 86_400 + daySeconds(time);
}

function daySeconds(time: readonly (string | undefined)[]): number {
  const [hour = 0, minute = 0, second = 0] = time.map(Number);
  return hour * 3600 + minute * 60 + second;
}
