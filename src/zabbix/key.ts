import { malformed, ok, type Parsed } from "../ring/answer.ts";

// key      := name [ "[" params "]" ]
// name     := 1*( digit / letter / "_" / "." / "-" )
// params   := param *( "," param )
// param    := *SP ( quoted *SP / array *SP / unquoted )
// quoted   := '"' *( '\"' / any but '"' ) '"'
// unquoted := [ first *( any but "," "]" ) ]      first: neither SP, '"', "[", "," nor "]"
// array    := "[" elem *( "," elem ) "]"          elem: like param, but no array inside an array
//
// SP is the space only. Inside quotes the only escape is \"; every other backslash is itself.

const INVALID = malformed("Invalid item key format");

/** An item key taken apart. `key` has no parameters, `key[]` has one, which is empty. */
export interface Key {
  readonly name: string;
  readonly hasBrackets: boolean;
  readonly params: readonly string[];
}

/** Parses an item key as zabbix_agentd does. The value of an array parameter is the text between its brackets. */
export function parseKey(text: string): Parsed<Key> {
  const scanned = scanKey(text);
  return scanned !== undefined && scanned.end === text.length ? ok(scanned.key) : INVALID;
}

/** Parses the key that a text begins with; undefined when there is none. `end`: offset of the first character behind it. */
export function scanKey(text: string): { readonly key: Key; readonly end: number } | undefined {
  const end = nameEnd(text);
  if (end === 0) return undefined;
  const name = text.slice(0, end);
  if (text[end] !== "[") return { key: { name, hasBrackets: false, params: [] }, end };
  const list = scanList(text, end, scanParam);
  return list && { key: { name, hasBrackets: true, params: list.values }, end: list.end };
}

/**
 * Writes an item key, with quotes where a parameter needs them; without parameters there are no brackets.
 * A parameter that needs quotes and ends with a backslash cannot be expressed: what comes out then does not parse.
 */
export function formatKey(name: string, params: readonly string[]): string {
  return params.length === 0 ? name : `${name}[${params.map(formatParam).join(",")}]`;
}

function formatParam(param: string): string {
  return /^[ "[]|[,\]]/.test(param) ? `"${param.replaceAll('"', '\\"')}"` : param;
}

function nameEnd(text: string): number {
  const end = text.search(/[^0-9A-Za-z_.-]/);
  return end === -1 ? text.length : end;
}

/** One value, and the offset of the character that ends it. */
interface Scanned {
  readonly value: string;
  readonly end: number;
}

type Scan = (text: string, at: number) => Scanned | undefined;

/** Reads `[value,value]` from its opening bracket on; `end` lies behind the closing one. */
function scanList(
  text: string,
  open: number,
  scan: Scan,
): { readonly values: string[]; readonly end: number } | undefined {
  const values: string[] = [];
  for (let at = open + 1; ; ) {
    const scanned = scan(text, skipSpaces(text, at));
    if (scanned === undefined) return undefined;
    values.push(scanned.value);
    at = scanned.end + 1;
    if (text[scanned.end] === "]") return { values, end: at };
    if (text[scanned.end] !== ",") return undefined;
  }
}

function scanParam(text: string, at: number): Scanned | undefined {
  if (text[at] === "[") return scanArray(text, at);
  const element = scanElement(text, at);
  if (element === undefined || text[at] !== '"') return element;
  return { value: element.value.slice(1, -1).replaceAll('\\"', '"'), end: element.end };
}

function scanArray(text: string, at: number): Scanned | undefined {
  const list = scanList(text, at, scanElement);
  return list && { value: list.values.join(","), end: skipSpaces(text, list.end) };
}

/** A quoted or unquoted value as it is written, quotes and escapes included. */
function scanElement(text: string, at: number): Scanned | undefined {
  if (text[at] === "[") return undefined;
  if (text[at] === '"') return scanQuoted(text, at);
  const end = unquotedEnd(text, at);
  return { value: text.slice(at, end), end };
}

function scanQuoted(text: string, at: number): Scanned | undefined {
  let close = at;
  do {
    close = text.indexOf('"', close + 1);
    if (close === -1) return undefined;
  } while (text[close - 1] === "\\");
  return { value: text.slice(at, close + 1), end: skipSpaces(text, close + 1) };
}

function unquotedEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && text[end] !== "," && text[end] !== "]") end++;
  return end;
}

function skipSpaces(text: string, at: number): number {
  let next = at;
  while (text[next] === " ") next++;
  return next;
}
