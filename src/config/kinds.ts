import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { Files, Kind } from "./spec.ts";

/** A whole number, decimal digits only. */
export function integer(min: number, max: number): Kind<number> {
  return {
    syntax: `integer ${min}-${max}`,
    parse: (text) => (/^\d+$/.test(text) ? within(Number(text), min, max) : malformed("not an integer")),
  };
}

/** A number that may have a decimal fraction: `0.5`. */
export function number(min: number, max: number): Kind<number> {
  return {
    syntax: `number ${min}-${max}`,
    parse: (text) => (/^\d+(\.\d+)?$/.test(text) ? within(Number(text), min, max) : malformed("not a number")),
  };
}

const SECONDS = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };
const BYTES = { G: 2 ** 30, M: 2 ** 20, K: 2 ** 10 };

/** A length of time in seconds. Zabbix's time suffixes; a bare number is seconds. */
export function duration(min: number, max: number): Kind<number> {
  const format = (seconds: number): string => withSuffix(seconds, SECONDS);
  return {
    syntax: `time ${format(min)}-${format(max)} (suffixes s, m, h, d, w)`,
    parse: (text) => scaled(text, SECONDS, { min, max, otherwise: "not a time" }),
    format,
  };
}

/** A size in bytes. Suffixes as in zabbix_agentd.conf: capital letters, powers of 1024. */
export function bytes(min: number, max: number): Kind<number> {
  const format = (size: number): string => withSuffix(size, BYTES);
  return {
    syntax: `size ${format(min)}-${format(max)} (suffixes K, M, G)`,
    parse: (text) => scaled(text, BYTES, { min, max, otherwise: "not a size" }),
    format,
  };
}

/** One of a closed list of words; case counts. */
export function choice<const T extends string>(words: readonly T[]): Kind<T> {
  return {
    syntax: `one of ${words.join(", ")}`,
    parse: (text) => {
      const word = words.find((known) => known === text);
      return word === undefined ? malformed("not known") : ok(word);
    },
  };
}

const YES_NO = new Map([
  ["1", true],
  ["yes", true],
  ["0", false],
  ["no", false],
]);

/** A switch, Zabbix's `0` and `1` or in words. */
export const yesNo: Kind<boolean> = {
  syntax: "0 or 1 (no or yes)",
  parse: (text) => {
    const known = YES_NO.get(text);
    return known === undefined ? malformed("neither yes nor no") : ok(known);
  },
  format: (value) => (value ? "1" : "0"),
};

/** Any text but the empty one. */
export const text: Kind<string> = {
  syntax: "text",
  parse: (found) => (found === "" ? malformed("empty") : ok(found)),
};

/** A text of bounded length. */
export function upTo(most: number): Kind<string> {
  return {
    syntax: `text of at most ${most} characters`,
    parse: (found) => (found.length > most ? malformed(`has ${found.length} characters`) : text.parse(found)),
  };
}

/** A path that does not depend on the directory the daemon was started in. The file need not exist. */
export const path: Kind<string> = {
  syntax: "absolute path",
  parse: (found) => (found.startsWith("/") ? ok(found) : malformed("does not begin with /")),
};

/** A file that must be there and readable when the configuration is checked. */
export const readableFile: Kind<string> = {
  ...path,
  syntax: "absolute path of a readable file",
  verify: (found, files) => {
    const read = files.read(found);
    return read.kind === "ok" ? undefined : `cannot read it: ${read.reason}`;
  },
};

/** A file with a secret: readable for us, and not for everybody. */
export const secretFile: Kind<string> = {
  ...path,
  syntax: "absolute path of a readable file that others may not read",
  verify: (found, files) => {
    const mode = files.mode(found);
    const open = mode.kind === "ok" && (mode.value & 0o007) !== 0;
    if (!open) return readableFile.verify?.(found, files);
    return `everybody may use it: mode ${mode.value.toString(8).padStart(4, "0")}, expected 0640 or stricter`;
  },
};

/** Any other kind, or nothing: `Name=` is undefined. */
export function optional<T>(kind: Kind<T>): Kind<T | undefined> {
  return {
    syntax: `${kind.syntax}, or nothing`,
    parse: (found) => (found === "" ? ok(undefined) : kind.parse(found)),
    format: (value) => (value === undefined ? "" : formatValue(kind, value)),
    verify: (value, files) => (value === undefined ? undefined : kind.verify?.(value, files)),
  };
}

/** Comma-separated elements, white space around them trimmed. An empty element is an error. */
export function list<T>(kind: Kind<T>, { atLeast }: { readonly atLeast: 0 | 1 }): Kind<readonly T[]> {
  return {
    syntax: `comma-separated list, each ${kind.syntax}`,
    parse: (found) => (found === "" && atLeast === 0 ? ok([]) : elements(kind, found.split(","))),
    format: (values) => values.map((value) => formatValue(kind, value)).join(","),
    verify: (values, files) => verifyEach(kind, values, files),
  };
}

/** A directive that may stand on several lines, each adding one value. */
export function repeatable<T>(kind: Kind<T>): Kind<readonly T[]> {
  return {
    syntax: kind.syntax,
    parse: (found) => {
      const parsed = kind.parse(found);
      return parsed.kind === "ok" ? ok([parsed.value]) : parsed;
    },
    format: (values) => values.map((value) => formatValue(kind, value)).join(","),
    join: (before, next) => [...before, ...next],
    verify: (values, files) => verifyEach(kind, values, files),
  };
}

/** The text that `kind` parses into `value`. */
export function formatValue<T>(kind: Kind<T>, value: T): string {
  return kind.format?.(value) ?? String(value);
}

function within(value: number, min: number, max: number): Parsed<number> {
  if (value < min) return malformed("too small");
  return value > max ? malformed("too large") : ok(value);
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly otherwise: string;
}

function scaled(
  found: string,
  units: Readonly<Record<string, number>>,
  { min, max, otherwise }: Bounds,
): Parsed<number> {
  const [, digits, suffix = ""] = /^(\d+)([a-zA-Z]?)$/.exec(found) ?? [];
  const factor = suffix === "" ? 1 : units[suffix];
  return digits === undefined || factor === undefined
    ? malformed(otherwise)
    : within(Number(digits) * factor, min, max);
}

/** The largest suffix that leaves a whole number. */
function withSuffix(value: number, units: Readonly<Record<string, number>>): string {
  const [suffix, factor] = Object.entries(units).find(([, size]) => value % size === 0 && value > 0) ?? ["", 1];
  return `${value / factor}${suffix}`;
}

function elements<T>(kind: Kind<T>, texts: readonly string[]): Parsed<readonly T[]> {
  const values: T[] = [];
  for (const element of texts.map((found) => found.trim())) {
    if (element === "") return malformed("an element is empty");
    const parsed = kind.parse(element);
    if (parsed.kind === "malformed") return malformed(`"${element}": ${parsed.reason}`);
    values.push(parsed.value);
  }
  return ok(values);
}

function verifyEach<T>(kind: Kind<T>, values: readonly T[], files: Files): string | undefined {
  for (const value of values) {
    const fault = kind.verify?.(value, files);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
