/**
 * Tells of a name in a directory whether it matches a pattern of glob(7): `*` stands for any run of characters, `?` for one,
 * `[a-z]` and `[!a-z]` for one of a set; a dot at the beginning is matched by itself alone. A name takes at most the time of
 * its length times the pattern's, whatever the pattern: a regular expression would try all ways to share out the stars.
 */
export function globMatcher(pattern: string): (name: string) => boolean {
  const parts = [...pattern.matchAll(PARTS)].map(([part]) => partOf(part));
  const hidden = pattern.startsWith(".");
  return (name) => (hidden || !name.startsWith(".")) && matches([...name], parts);
}

const STAR = "*";

/** A star, or a question to one character. */
type Part = typeof STAR | ((character: string) => boolean);

/** A bracket that does not end is one character of its own; one that stands first in a set belongs to it. */
const PARTS = /\[[!^]?(?:\][^\]]*|[^\]]+)\]|[\s\S]/gu;

function partOf(part: string): Part {
  if (part === "*") return STAR;
  if (part === "?") return () => true;
  return part.length > 1 && part.startsWith("[") ? setOf(part) : (character) => character === part;
}

function setOf(part: string): Part {
  const isNot = /^\[[!^]/.test(part);
  const ranges = [...part.slice(isNot ? 2 : 1, -1).matchAll(/([\s\S])-([\s\S])|[\s\S]/gu)];
  return (character) => ranges.some(([all, from = all, to = all]) => from <= character && character <= to) !== isNot;
}

/** Taking as little as possible for each star is enough: only the last one met has to be tried with more. */
function matches(name: readonly string[], parts: readonly Part[]): boolean {
  let [at, part] = [0, 0];
  let star: { readonly part: number; at: number } | undefined;
  while (at < name.length) {
    const wanted = parts[part];
    if (wanted === STAR) {
      star = { part, at };
      part += 1;
    } else if (wanted?.(name[at] ?? "") === true) {
      at += 1;
      part += 1;
    } else if (star !== undefined) {
      star.at += 1;
      [at, part] = [star.at, star.part + 1];
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === STAR);
}
