import { createHash } from "node:crypto";

const LONGEST = 64;
const MARK = 6;

/**
 * The name of a target in item keys: `[A-Za-z0-9_.:-]`, at most 64 of them, since UserParameters refuse others. Every
 * other byte of the native name becomes `_`; if anything changed or was cut, `-` and the first 6 hex digits of the
 * native name's SHA-256 follow, so that two names never become one and a name never depends on the others.
 */
export function shortName(native: string): string {
  const plain = Buffer.from(native, "utf8")
    .toString("latin1")
    .replace(/[^A-Za-z0-9_.:-]/g, "_");
  if (plain === native && plain.length <= LONGEST && plain !== "") return plain;
  const digest = createHash("sha256").update(native, "utf8").digest("hex");
  return `${plain.slice(0, LONGEST - MARK - 1)}-${digest.slice(0, MARK)}`;
}
