import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { SenderRow } from "./sender.ts";

// A line of zabbix_sender's input file (-i):
//
// line    := blank* host blank+ key blank+ [timestamp blank+ [ns blank+]] value
// field   := quoted | any but blank, up to a blank
// value   := quoted blank* | any, up to the end of the line
// quoted  := '"' ("\" any | any but "\" and '"')* '"'       \" \\ and \n are replaced, other pairs stay
// blank   := " " | TAB
//
// A host "-" is the default one. A carriage return at the end of the line is dropped.

export interface SenderInputOptions {
  /** What a host of "-" means; undefined: nothing. */
  readonly host: string | undefined;
  readonly timestamps: boolean;
  readonly nanoseconds: boolean;
}

const LARGEST_CLOCK = 2 ** 31 - 1;
const LARGEST_NS = 999_999_999;

/** Parses a line, its line feed left out. Reasons are the words of zabbix_sender. */
export function parseSenderLine(text: string, options: SenderInputOptions): Parsed<SenderRow> {
  const line = new LineReader(text.replace(/\r$/, ""));
  const host = line.field();
  if (host === undefined || host === "") return malformed("'Hostname' required");
  const named = host === "-" ? options.host : host;
  if (named === undefined) return malformed("'-' encountered as 'Hostname', but no default hostname was specified");
  const key = line.field();
  if (key === undefined || key === "") return malformed("'Key' required");
  const stamp = parseStamp(line, options);
  if (stamp.kind === "malformed") return stamp;
  const value = line.last();
  if (value.kind === "malformed") return value;
  return ok({ host: named, key, value: value.value, ...stamp.value });
}

function parseStamp(
  line: LineReader,
  { timestamps, nanoseconds }: SenderInputOptions,
): Parsed<Pick<SenderRow, "clock" | "ns">> {
  if (!timestamps) return ok({});
  const clock = line.field();
  if (clock === undefined) return malformed("'Timestamp' required");
  if (!isWithin(clock, LARGEST_CLOCK)) return malformed("invalid 'Timestamp' value detected");
  if (!nanoseconds) return ok({ clock: Number(clock) });
  const ns = line.field();
  if (ns === undefined) return malformed("'Nanoseconds' required");
  if (!isWithin(ns, LARGEST_NS)) return malformed("invalid 'Nanoseconds' value detected");
  return ok({ clock: Number(clock), ns: Number(ns) });
}

function isWithin(digits: string, largest: number): boolean {
  return /^\d+$/.test(digits) && Number(digits) <= largest;
}

const BLANK = /^[ \t]*/;
const QUOTED = /^"((?:\\.|[^\\"])*)"/s;
const BARE = /^[^ \t]*/;

class LineReader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  /** The next field; undefined when there is none, or its quotes do not end before a blank. */
  field(): string | undefined {
    this.#skip(BLANK);
    if (this.#rest === "") return undefined;
    const quoted = this.#rest.startsWith('"');
    const found = this.#skip(quoted ? QUOTED : BARE);
    if (quoted && (found === undefined || !/^($|[ \t])/.test(this.#rest))) return undefined;
    return quoted ? unescaped(found?.[1] ?? "") : found?.[0];
  }

  /** The last field. */
  last(): Parsed<string> {
    this.#skip(BLANK);
    if (!this.#rest.startsWith('"')) return this.#rest === "" ? malformed(NO_VALUE) : ok(this.#rest);
    const value = this.field();
    if (value === undefined) return malformed(NO_VALUE);
    this.#skip(BLANK);
    return this.#rest === "" ? ok(value) : malformed("too many parameters");
  }

  #skip(pattern: RegExp): RegExpExecArray | undefined {
    const found = pattern.exec(this.#rest);
    this.#rest = this.#rest.slice(found?.[0].length ?? 0);
    return found ?? undefined;
  }
}

const NO_VALUE = "'Key value' required";
const ESCAPES: Readonly<Record<string, string>> = { '\\"': '"', "\\\\": "\\", "\\n": "\n" };

function unescaped(text: string): string {
  return text.replace(/\\./gs, (pair) => ESCAPES[pair] ?? pair);
}
