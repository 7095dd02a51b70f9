/** A JSON object of which nothing is known yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Undefined when the text is not JSON, or lists and objects lie deeper in each other than `deepest`. */
export function parseJson(text: string, deepest = Number.POSITIVE_INFINITY): unknown {
  if (text.length > deepest && isDeeper(text, deepest)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

function isDeeper(text: string, most: number): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = stringEnd(text, at);
    else if (code === OPEN_LIST || code === OPEN_OBJECT) depth += 1;
    else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth -= 1;
    if (depth > most) return true;
  }
  return false;
}

/** Where the string ends that begins here; the text's length when it does not. */
function stringEnd(text: string, quote: number): number {
  let at = quote + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
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
