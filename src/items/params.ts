import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { Window } from "../ring/moment.ts";
import { listed } from "../words/sentence.ts";
import type { Param, ParamContext } from "./item.ts";

/** The windows that print, value files, templates and `status` ask for. */
const STANDARD_WINDOWS = [
  ["1m", 60],
  ["5m", 300],
  ["15m", 900],
  ["60m", 3600],
] as const;

/** Seconds of Zabbix's time suffixes; a bare number is seconds. */
const SUFFIX_SECONDS: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };
const TIME = /^(\d{1,9})([smhdw]?)$/;

/**
 * A window: Zabbix time suffix syntax (`30s`, `5m`, `1h`), at least one step, at most the ring.
 * It counts whole steps, so one that is no multiple of the step is cut to the steps inside it.
 */
export function window(fallback?: string): Param<Window> {
  return { doc: "length of time, such as 5m", fallback, parse: parseWindow };
}

/** Like `window`, but a ring that is shorter than the fallback gives the whole ring instead of an error. */
export function windowUpTo(fallback: string): Param<Window> {
  return {
    doc: `length of time, such as 5m; ${fallback} by default, or the whole history where that is shorter`,
    fallback,
    parse: (text, context) => {
      const parsed = parseWindow(text, context);
      return parsed.kind === "malformed" && text === fallback ? ok(wholeRing(context)) : parsed;
    },
  };
}

export function parseWindow(text: string, context: ParamContext): Parsed<Window> {
  const [, digits, suffix] = TIME.exec(text) ?? [];
  if (digits === undefined || suffix === undefined) {
    return malformed(`expected a length of time such as 30s, 5m or 1h, found "${text}"`);
  }
  const slots = Math.floor((Number(digits) * (SUFFIX_SECONDS[suffix] ?? Number.NaN)) / context.step);
  if (slots < 1) return malformed(`"${text}" is shorter than one step of ${timeText(context.step)}`);
  const whole = wholeRing(context);
  if (slots > whole.slots) return malformed(`"${text}" is longer than the history of ${whole.text}`);
  return ok({ text, seconds: slots * context.step, slots });
}

/** The standard windows that this step and ring allow. */
export function standardWindows({ step, slots }: ParamContext): readonly string[] {
  return STANDARD_WINDOWS.filter(([, seconds]) => seconds >= step && seconds < slots * step).map(([text]) => text);
}

function wholeRing({ step, slots }: ParamContext): Window {
  const seconds = (slots - 1) * step;
  return { text: timeText(seconds), seconds, slots: slots - 1 };
}

/** Seconds in the largest suffix that leaves no rest: 3600 is `1h`, 90 is `90s`. */
function timeText(seconds: number): string {
  const suffixes = [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
  ] as const;
  const fitting = suffixes.find(([, length]) => seconds > 0 && seconds % length === 0);
  return fitting === undefined ? `${seconds}s` : `${seconds / fitting[1]}${fitting[0]}`;
}

/** One of a closed list of words. */
export function word<W extends string>(doc: string, words: readonly W[], fallback?: W): Param<W> {
  return {
    doc,
    fallback,
    parse: (text) => {
      const found = words.find((known) => known === text);
      return found === undefined ? malformed(`expected one of ${listed(words, 20)}, found "${text}"`) : ok(found);
    },
  };
}

/** Any text; an empty one is the fallback. */
export function text(doc: string, fallback?: string): Param<string> {
  return { doc, fallback, parse: ok };
}

/** A share in percent, 0 to 100. */
export function percent(doc: string, fallback: string): Param<number> {
  return {
    doc,
    fallback,
    parse: (found) =>
      /^\d{1,3}(\.\d{1,6})?$/.test(found) && Number(found) <= 100
        ? ok(Number(found))
        : malformed(`expected a number from 0 to 100, found "${found}"`),
  };
}

/** The same parameter, undefined when it is left out. */
export function optional<T>(param: Param<T>): Param<T | undefined> {
  return {
    doc: param.doc,
    fallback: "",
    parse: (found, context) => (found === "" ? ok(undefined) : param.parse(found, context)),
  };
}
