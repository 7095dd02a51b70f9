/*
 * readproctitle and runsvdir write what they read into their own last argument, where everybody sees it: a window of
 * fixed length. Each character enters at the right and pushes one out at the left; the window starts full of dots.
 * Here every character is a byte.
 */

/** The part of the command line that moves; undefined: this program shows nothing. */
export function windowOf(program: string, args: readonly string[]): string | undefined {
  if (program === "readproctitle") return args.length < 2 ? undefined : args.at(-1)?.slice(FIXED_DOTS);
  const operands = args.slice(1).filter((arg, at) => at > 0 || arg !== "-P");
  const log = operands[1];
  return log === undefined || log.length < SHORTEST_LOG ? undefined : log.slice(FIXED_LABEL);
}

/** readproctitle leaves its first dots alone; runsvdir the label "log: ", and does without a shorter argument. */
const FIXED_DOTS = 3;
const FIXED_LABEL = 5;
const SHORTEST_LOG = 7;

/** What the window shows now. */
export function linesOf(window: string): readonly string[] {
  return folded(window.split("\n"));
}

/**
 * The whole lines that have entered since.
 * @param again something was written although the window may look the same: then it is the same lines once more
 */
export function newLines(before: string, now: string, again: boolean): readonly string[] {
  const count = entered(before, now);
  if (before === now && (!again || count > now.length / 2)) return [];
  const start = now.length - count;
  const begun = start > 0 ? now.lastIndexOf("\n", start - 1) + 1 : 0; // a line that was not whole before
  return folded(now.slice(begun, now.lastIndexOf("\n") + 1).split("\n"));
}

/** How many characters at least have entered: the longest rest of the old text that begins the new one tells. */
function entered(before: string, now: string): number {
  const shorter = ownBeginnings(now);
  let kept = 0;
  for (let at = 1; at < before.length; at++) kept = extended(now, shorter, { length: kept, by: before[at] });
  return Math.min(Math.max(1, before.length - kept), now.length);
}

/**
 * For each length of a text's beginning the length of the next shorter beginning with which it ends, too (Knuth, Morris
 * and Pratt): anybody may run a program of this name with a title of 100 kB, and to compare each rest takes the square.
 */
function ownBeginnings(text: string): Uint32Array {
  const shorter = new Uint32Array(text.length + 1);
  for (let length = 2; length <= text.length; length++) {
    shorter[length] = extended(text, shorter, { length: shorter[length - 1] ?? 0, by: text[length - 1] });
  }
  return shorter;
}

/** The longest beginning with which a text ends that ended with one of this length and got one more character. */
function extended(
  text: string,
  shorter: Uint32Array,
  { length, by }: { readonly length: number; readonly by: string | undefined },
): number {
  let fits = length;
  while (fits > 0 && (fits === text.length || text[fits] !== by)) fits = shorter[fits] ?? 0;
  return text[fits] === by ? fits + 1 : 0;
}

/** Dots that nobody said: the first filling, the trick that clears the window, and runsvdir's one each quarter of an hour. */
function folded(lines: readonly string[]): readonly string[] {
  const texts = lines.map((line) =>
    line
      .replace(/^\.+/, "")
      .replace(/\.{8,}/g, "")
      .trim(),
  );
  return texts.filter((text) => text !== "").map((text) => Buffer.from(text, "latin1").toString("utf8"));
}
