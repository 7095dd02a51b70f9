import { type LineTime, parseCtime } from "./line-header.ts";

/**
 * `sweep := "{" '"timedate": ' string *(", " name ": [" record *("," record) "]") "}"`: the zabbix format has all
 * records of a sweep in one line.
 */
const BEGINNING = /^\{\s{0,8}"timedate"\s{0,8}:\s{0,8}"([^"]{0,40})"/;

/** The records' depth: within the sweep and one of its lists. */
const RECORD_DEPTH = 3;
/** More brackets are not passed in one go. */
const STEPS = 4096;

/** Its own time, when the line begins like a sweep in zabbix format; else null. */
export function zabbixTime(text: string): LineTime | undefined | null {
  const found = BEGINNING.exec(text);
  return found === null ? null : parseCtime(found[1] ?? "");
}

/**
 * The pieces of such a line: the text of a record, "" when none has ended for a while, undefined at the end of a line
 * that is not well-formed.
 */
export function* zabbixRecords(text: string): Generator<string | undefined> {
  const structure = new Structure(text);
  let start = 0;
  let steps = 0;
  for (let depth = structure.next(); depth !== undefined; depth = structure.next()) {
    steps += 1;
    if (structure.at === text.length - 1 && depth === 0) return;
    if (depth <= 0) break;
    if (structure.isOpening && depth === RECORD_DEPTH) start = structure.at;
    if (!structure.isOpening && depth === RECORD_DEPTH - 1) yield text.slice(start, structure.at + 1);
    if (steps % STEPS === 0) yield "";
  }
  yield undefined;
}

/** Goes from bracket to bracket, of whatever kind, past strings. */
class Structure {
  readonly #text: string;
  readonly #next = /["[\]{}]/g;
  #depth = 0;
  at = 0;
  isOpening = false;

  constructor(text: string) {
    this.#text = text;
  }

  /** The depth behind the next bracket; undefined: there is none. */
  next(): number | undefined {
    for (let found = this.#next.exec(this.#text); found !== null; found = this.#next.exec(this.#text)) {
      if (found[0] === '"') this.#next.lastIndex = stringEnd(this.#text, found.index) + 1;
      else return this.#step(found.index, found[0]);
    }
    return undefined;
  }

  #step(at: number, bracket: string): number {
    this.at = at;
    this.isOpening = bracket === "{" || bracket === "[";
    this.#depth += this.isOpening ? 1 : -1;
    return this.#depth;
  }
}

/** Where the string ends that begins here; the text's end when it does not. */
function stringEnd(text: string, quote: number): number {
  for (let at = text.indexOf('"', quote + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    if (!isEscaped(text, at)) return at;
  }
  return text.length;
}

function isEscaped(text: string, at: number): boolean {
  let slashes = 0;
  while (text[at - 1 - slashes] === "\\") slashes += 1;
  return slashes % 2 === 1;
}
