import { malformed, ok, type Parsed } from "../../ring/answer.ts";

/**
 * One complete type of a D-Bus signature. Source: D-Bus specification, "Type System".
 *   type := basic | "v" | "a" type | "(" type+ ")" | "{" basic type "}"    basic := one of y b n q i u x t d s o g h
 */
export type Type =
  | { readonly code: string; readonly align: number }
  | { readonly code: "a"; readonly align: 4; readonly item: Type }
  | { readonly code: "("; readonly align: 8; readonly fields: readonly Type[] };

const ALIGNMENTS: Readonly<Record<string, number>> = {
  y: 1,
  b: 4,
  n: 2,
  q: 2,
  i: 4,
  u: 4,
  x: 8,
  t: 8,
  d: 8,
  s: 4,
  o: 4,
  g: 1,
  h: 4,
  v: 1,
};

/** The specification allows 32 arrays within 32 structures. */
const MOST_NESTED = 64;

/**
 * Reads a signature such as "a(ssssssouso)"; a dictionary entry becomes a structure of two, which it is on the wire.
 * @returns malformed for an unknown letter, an unclosed or empty bracket and deeper nesting than the specification has
 */
export function parseSignature(text: string): Parsed<readonly Type[]> {
  const found: Type[] = [];
  let at = 0;
  while (at < text.length) {
    const next = parseType(text, at, 0);
    if (next === undefined) return malformed(`"${text}" is no D-Bus signature`);
    found.push(next.type);
    at = next.end;
  }
  return ok(found);
}

interface Step {
  readonly type: Type;
  readonly end: number;
}

function parseType(text: string, at: number, depth: number): Step | undefined {
  const code = text[at] ?? "";
  if (depth > MOST_NESTED) return undefined;
  if (code === "a") {
    const item = parseType(text, at + 1, depth + 1);
    return item && { type: { code: "a", align: 4, item: item.type }, end: item.end };
  }
  if (code === "(" || code === "{") return parseFields(text, at, depth);
  const align = ALIGNMENTS[code];
  return align === undefined ? undefined : { type: { code, align }, end: at + 1 };
}

function parseFields(text: string, open: number, depth: number): Step | undefined {
  const close = text[open] === "(" ? ")" : "}";
  const fields: Type[] = [];
  let at = open + 1;
  while (text[at] !== close) {
    const field = parseType(text, at, depth + 1);
    if (field === undefined) return undefined;
    fields.push(field.type);
    at = field.end;
  }
  if (fields.length === 0 || (close === "}" && fields.length !== 2)) return undefined;
  return { type: { code: "(", align: 8, fields }, end: at + 1 };
}
