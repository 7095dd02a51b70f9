/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined when the text is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(json: unknown): json is JsonObject {
  return typeof json === "object" && json !== null && !Array.isArray(json);
}

/** JSON of a text for Zabbix: cut at NUL, as askers do; half a surrogate pair becomes U+FFFD, since they refuse its escape. */
export function jsonText(text: string): string {
  return JSON.stringify(untilNul(text).replace(/\p{Surrogate}/gu, "\ufffd"));
}

export function untilNul(text: string): string {
  const nul = text.indexOf("\0");
  return nul === -1 ? text : text.slice(0, nul);
}
