import type { Figure, Macro, Phrase } from "../../../src/items/template.ts";

/** As the server reckons: what it has no values for is unknown, and so is what rests on that, unless the rest decides. */
export type Truth = boolean | undefined;

/**
 * What an expression is once the values of its figures have come no more for very long: the last ones may be anything.
 * States and the figures that always have a value come on.
 *   or := and (" or " and)*    and := term (" and " term)*    term := "(" or ")" | comparison
 * @param number the value of those that come on
 */
export function inSilence({ pieces }: Phrase, number: number): Truth {
  const figures: Figure[] = [];
  const text = pieces.map((piece) => (typeof piece === "string" ? piece : placeholder(piece, figures))).join("");
  return either(
    split(text, " or ").map((part) => both(split(part, " and ").map((term) => truth(term, figures, number)))),
  );
}

/** Whether values of a figure come as long as tidemark runs. */
export function comesOn({ known, states }: Figure): boolean {
  return known === "always" || states !== undefined;
}

function placeholder(piece: Figure | Macro, figures: Figure[]): string {
  return "macro" in piece ? "{$}" : `@${figures.push(piece) - 1}`;
}

/** Parts between the words that stand outside brackets. */
function split(text: string, word: string): readonly string[] {
  const parts = [""];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    if (depth === 0 && text.startsWith(word, at)) {
      parts.push("");
      at += word.length - 1;
      continue;
    }
    depth += text[at] === "(" ? 1 : text[at] === ")" ? -1 : 0;
    parts.push(`${parts.pop()}${text[at]}`);
  }
  return parts;
}

function truth(term: string, figures: readonly Figure[], number: number): Truth {
  if (/^\(.*\)$/.test(term)) {
    const inner = term.slice(1, -1);
    return either(
      split(inner, " or ").map((part) => both(split(part, " and ").map((one) => truth(one, figures, number)))),
    );
  }
  const [, left = "", operator = "", right = ""] = /^(.*?)(<>|<=|>=|=|<|>)([^<>=]*)$/.exec(term) ?? [];
  return compared(sum(left, figures, number), operator, Number(right));
}

function compared(left: number | undefined, operator: string, right: number): Truth {
  if (left === undefined || Number.isNaN(right)) return undefined;
  if (operator === "<>") return left !== right;
  if (operator === "=") return left === right;
  if (operator === "<=") return left <= right;
  if (operator === ">=") return left >= right;
  return operator === "<" ? left < right : left > right;
}

/** Undefined: it may be anything. */
function sum(text: string, figures: readonly Figure[], number: number): number | undefined {
  return split(text, "+").reduce<number | undefined>((total, part) => {
    const one = call(part, figures, number);
    return total === undefined || one === undefined ? undefined : total + one;
  }, 0);
}

function call(text: string, figures: readonly Figure[], number: number): number | undefined {
  const [, inner] = /^length\(last\(@(\d+)\)\)$/.exec(text) ?? [];
  if (inner !== undefined) return comesOn(found(figures, inner)) ? 1 : undefined;
  const [, name, index, span = "#1", , wanted] = /^(\w+)\(@(\d+)(?:,([^,)]+)(,"eq","(\d+)")?)?\)$/.exec(text) ?? [];
  if (name === undefined || index === undefined) return undefined;
  const isThere = comesOn(found(figures, index));
  if (name === "nodata") return isThere ? 0 : 1;
  if (name === "count") return counted(span, isThere, wanted === undefined || Number(wanted) === number);
  return isThere ? number : undefined;
}

/** Of the newest values there are as many as asked for, of any age; of a time there are none. */
function counted(span: string, isThere: boolean, isMeant: boolean): number | undefined {
  const many = span.startsWith("#") ? Number(span.slice(1)) : 100;
  if (isThere) return isMeant ? many : 0;
  return span.startsWith("#") ? undefined : 0;
}

function found(figures: readonly Figure[], index: string): Figure {
  const figure = figures[Number(index)];
  if (figure === undefined) throw new Error(`no figure ${index}`);
  return figure;
}

function both(all: readonly Truth[]): Truth {
  if (all.includes(false)) return false;
  return all.includes(undefined) ? undefined : true;
}

function either(all: readonly Truth[]): Truth {
  if (all.includes(true)) return true;
  return all.includes(undefined) ? undefined : false;
}
