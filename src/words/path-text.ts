/**
 * A path of bytes (one char each, latin1) for people: UTF-8 where it is, `\\` for a backslash, `\xNN` for bytes that
 * are no UTF-8 and for control characters. Two paths never have the same text.
 */
export function pathText(bytes: string): string {
  const plain = Buffer.from(bytes, "latin1").toString("utf8");
  const isText = Buffer.from(plain, "utf8").toString("latin1") === bytes;
  return isText ? plain.replace(MARKED, escaped("utf8")) : bytes.replace(MARKED_BYTES, escaped("latin1"));
}

/** The path that `pathText` showed. */
export function pathBytes(text: string): string {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  return bytes.replace(/\\(\\|x([0-9a-f]{2}))/g, (_, __, hex: string | undefined) =>
    hex === undefined ? "\\" : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not reach a terminal.
const MARKED = /[\\\x00-\x1f\x7f-\x9f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above; all bytes beyond ASCII, since some are no UTF-8.
const MARKED_BYTES = /[\\\x00-\x1f\x7f-\xff]/g;

function escaped(encoding: "utf8" | "latin1"): (char: string) => string {
  const hex = (byte: number) => `\\x${byte.toString(16).padStart(2, "0")}`;
  return (char) => (char === "\\" ? "\\\\" : [...Buffer.from(char, encoding)].map(hex).join(""));
}
