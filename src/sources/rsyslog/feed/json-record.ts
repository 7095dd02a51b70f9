import { Figures, LONGEST_NAME, parseFigure, type StatsRecord, statsRecord } from "./record.ts";

/** Such digits may lose their last ones in a number. */
const LONG_DIGITS = /\d{16}/;
/** In JSON that was found to be well-formed: strings end, so each is passed over once. */
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
/** Stands before digits that were made a string. */
const MARK = "\0digits:";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The record of the formats json, json-elasticsearch and, without its mark, cee:
 * `{ "name": "main Q", "origin": "core.queue", "size": 0, ... }`. Numbers in `values` (dynstats) count as its own.
 * Undefined: no JSON. Null: JSON without a name and an origin.
 */
export function parseJsonRecord(text: string): StatsRecord | null | undefined {
  const fields = parseJson(text);
  if (typeof fields !== "object" || fields === null) return undefined;
  const { name, origin } = fields as Fields;
  if (typeof name !== "string" || typeof origin !== "string") return null;
  if (name.length > LONGEST_NAME || origin.length > LONGEST_NAME) return undefined;
  const figures = new Figures();
  putFields(figures, fields as Fields);
  return statsRecord(origin, name, figures);
}

function parseJson(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return LONG_DIGITS.test(text) ? JSON.parse(text.replace(STRING_OR_LONG_NUMBER, marked)) : parsed;
  } catch {
    return undefined;
  }
}

function marked(found: string): string {
  return found.startsWith('"') ? found : JSON.stringify(`${MARK}${found}`);
}

function putFields(figures: Figures, fields: Fields): void {
  for (const key of Object.keys(fields)) {
    const value = fields[key];
    if (typeof value === "number") figures.put(counterName(key), numberOf(value));
    else if (key === "values" && typeof value === "object" && value !== null) putFields(figures, value as Fields);
    else if (key !== "name" && key !== "origin") figures.put(counterName(key), digitsOf(value));
  }
}

/** The json-elasticsearch format has `!` in place of dots, since those mean something else to it. */
function counterName(key: string): string {
  return key.includes("!") ? key.replaceAll("!", ".") : key;
}

function numberOf(value: number): number | undefined {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}

function digitsOf(value: unknown): number | bigint | undefined {
  return typeof value === "string" && value.startsWith(MARK) ? parseFigure(value.slice(MARK.length)) : undefined;
}
