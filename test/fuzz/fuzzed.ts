import type { Parsed } from "../../src/ring/answer.ts";
import type { Dice } from "./dice.ts";
import type { Stock } from "./mutant.ts";

/** A reader of bytes that come from elsewhere: a network, a pipe, a file that somebody else may write. */
export interface Fuzzed {
  readonly name: string;
  stock(): Stock;
  /** How long a case may take at most; default: as long as nobody notices in a daemon. */
  readonly mostMs?: number;
  /** Reads the bytes, in pieces as the dice say where it reads a stream; throws when the result is not what it should be. */
  read(bytes: Buffer, dice: Dice): void | Promise<void>;
}

/** Throws unless it holds: the case that showed it is told by the campaign. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`expected ${what}`);
}

/** The value, or undefined when the parser refused with a reason. */
export function parsedValue<T>(parsed: Parsed<T>): T | undefined {
  if (parsed.kind === "ok") return parsed.value;
  must(parsed.kind === "malformed", `ok or malformed, got ${JSON.stringify(parsed)}`);
  must(typeof parsed.reason === "string" && parsed.reason !== "", "a reason");
  return undefined;
}

/** A count that may be shown and added up. */
export function mustBeNumbers(numbers: Iterable<unknown>): void {
  for (const number of numbers) {
    must(typeof number === "bigint" || (typeof number === "number" && !Number.isNaN(number)), "numbers");
  }
}

/** Pieces of the bytes as a network may deliver them. */
export function pieces(bytes: Buffer, dice: Dice): readonly Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  for (let left = dice.below(4); left > 0 && at < bytes.length; left--) {
    const end = at + dice.below(bytes.length - at + 1);
    found.push(bytes.subarray(at, end));
    at = end;
  }
  return [...found, bytes.subarray(at)];
}
