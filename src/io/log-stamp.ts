import type { Clock } from "../ring/sample.ts";
import { daysSince1970 } from "../words/calendar.ts";

// line   := [stamp " "] text "\n"
// stamp  := "@" TAI64N as 24 hex digits | YYYY-MM-DD "_"|"T" hh:mm:ss "." fraction (svlogd -tt and -ttt, UTC)
// TAI64N := seconds:u64be nanoseconds:u32be      seconds = 2^62 + TAI seconds; cr.yp.to/libtai/tai64.html

const NEWLINE = 0x0a;
/** No stamp is longer. */
const LONGEST_STAMP = 40;

/** Seconds of a TAI64N label: `fromTai` makes unix time of them. */
export type LineStamp =
  | { readonly kind: "tai"; readonly seconds: number }
  | { readonly kind: "unix"; readonly clock: Clock };

/**
 * The last whole line of a file. beyond: it begins before the bytes at hand. none: there is no whole line, since a last
 * line without a newline is still being written.
 */
export type LastLine =
  | { readonly kind: "line"; readonly stamp: LineStamp | undefined }
  | { readonly kind: "beyond" }
  | { readonly kind: "none" };

/** @param whole whether these bytes are the whole file, not only its end */
export function lastLine(bytes: Buffer, whole: boolean): LastLine {
  const end = bytes.lastIndexOf(NEWLINE);
  if (end < 0) return whole ? { kind: "none" } : { kind: "beyond" };
  const before = end === 0 ? -1 : bytes.lastIndexOf(NEWLINE, end - 1);
  if (before < 0 && !whole) return { kind: "beyond" };
  const start = before + 1;
  return { kind: "line", stamp: parseStamp(bytes.toString("latin1", start, Math.min(end, start + LONGEST_STAMP))) };
}

const CALENDAR = /^(\d{4})-(\d\d)-(\d\d)[_T](\d\d):(\d\d):(\d\d\.\d{1,9})(?: |$)/;

/** The stamp with which a line begins; undefined when there is none. */
export function parseStamp(line: string): LineStamp | undefined {
  const [, label] = /^@([0-9a-f]{24})(?: |$)/.exec(line) ?? [];
  if (label !== undefined) return taiStamp(label);
  const [, year, month, day, hour, minute, second] = CALENDAR.exec(line) ?? [];
  if (second === undefined) return undefined;
  const days = daysSince1970(Number(year), Number(month), Number(day));
  return { kind: "unix", clock: days * 86_400 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) };
}

/** 2^62 is the leading "4"; what follows it fits a double for longer than anybody logs. */
function taiStamp(label: string): LineStamp | undefined {
  const seconds = Number.parseInt(label.slice(1, 16), 16);
  const nanoseconds = Number.parseInt(label.slice(16), 16);
  if (!label.startsWith("4") || seconds > Number.MAX_SAFE_INTEGER || nanoseconds >= 1e9) return undefined;
  return { kind: "tai", seconds: seconds + nanoseconds / 1e9 };
}

/** What daemontools and runit add to unix time, and what s6 adds where its library knows the leap seconds. */
const OFFSETS = [10, 37] as const;
const FITTING_SECONDS = 5;

/**
 * Unix time of a stamp. Which of the two offsets a TAI64N label has is told by the time at which the file was written,
 * where it fits one of them; else by the program that writes it.
 */
export function stampClock(stamp: LineStamp, written: Clock, logger: string): Clock {
  if (stamp.kind === "unix") return stamp.clock;
  const late = (offset: number): number => Math.abs(written - (stamp.seconds - offset));
  const fitting = OFFSETS.find((offset) => late(offset) <= FITTING_SECONDS);
  return stamp.seconds - (fitting ?? (logger === "s6-log" ? OFFSETS[1] : OFFSETS[0]));
}
