import { Figures, LONGEST_NAME, parseFigure, type StatsRecord } from "./record.ts";

/** Such digits may lose their last ones in a number. */
const LONG_DIGITS = /\d{16}/;
/** In JSON that was found to be well-formed: strings end, so each is passed over once. */
const STRING_OR_LONG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
/** Stands before digits that were made a string. */
const MARK = "\0digits:";

/**
 * The record of the formats json, json-elasticsearch and, without its mark, cee:
 * `{ "name": "main Q", "origin": "core.queue", "size": 0, ... }`. Numbers in `values` (dynstats) count as its own.
 * Undefined: no JSON. Null: JSON without a name and an origin.
 */
export function parseJsonRecord(text: string): StatsRecord | null | undefined {
  const fields = parseJson(text);
  if (typeof fields !== "object" || fields === null) return undefined;
  const { name, origin, ...rest } = fields as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || typeof origin !== "string") return null;
  if (name.length > LONGEST_NAME || origin.length > LONGEST_NAME) return undefined;
  const figures = new Figures();
  for (const [key, value] of Object.entries(rest)) putField(figures, key, value);
  return { origin, name, part: "", numbers: figures.numbers, oddFields: figures.oddFields };
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

function putField(figures: Figures, key: string, value: unknown): void {
  if (key === "values" && typeof value === "object" && value !== null) {
    for (const [inner, figure] of Object.entries(value)) figures.put(counterName(inner), figureOf(figure));
  } else {
    figures.put(counterName(key), figureOf(value));
  }
}

/** The json-elasticsearch format has `!` in place of dots, since those mean something else to it. */
function counterName(key: string): string {
  return key.includes("!") ? key.replaceAll("!", ".") : key;
}

function figureOf(value: unknown): number | bigint | undefined {
  if (typeof value === "string" && value.startsWith(MARK)) return parseFigure(value.slice(MARK.length));
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}
