import { Figures, LONGEST_NAME, parseFigure, type StatsRecord, statsRecord } from "./record.ts";

const ORIGIN = ": origin=";

/** Whether a line may be one of the legacy format. */
export function looksLegacy(text: string): boolean {
  return text.includes(ORIGIN);
}

/**
 * `record := name ": origin=" origin " " *(counter "=" number " ")`, with a space at its end: a line without it was cut.
 * Names hold spaces, colons and slashes. Undefined: malformed.
 */
export function parseLegacyRecord(text: string): StatsRecord | undefined {
  const at = text.indexOf(ORIGIN);
  const isWhole = text.endsWith(" ") && text.indexOf(ORIGIN, at + 1) < 0; // twice: two lines run together
  const [origin = "", ...fields] = text.slice(at + ORIGIN.length).split(" ");
  if (!isWhole || at < 1 || at > LONGEST_NAME || origin === "" || origin.length > LONGEST_NAME) return undefined;
  const figures = new Figures();
  for (const field of fields) {
    if (field === "") continue;
    const equals = field.lastIndexOf("=");
    figures.put(field.slice(0, Math.max(0, equals)), equals < 1 ? undefined : parseFigure(field.slice(equals + 1)));
  }
  return statsRecord(origin, text.slice(0, at), figures);
}
