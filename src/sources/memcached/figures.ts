import type { Row } from "./row.ts";

/** Digits that a number has for certain without loss. */
const SAFE_DIGITS = 15;

const ZERO = 0x30;
const CR = 0x0d;
const LF = 0x0a;

/** A whole number (bigint above 2^53) or a decimal fraction such as rusage's seconds; undefined: neither. */
export function parseNumber(text: string): number | bigint | undefined {
  if (/^-?\d{1,20}$/.test(text)) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
  }
  return /^\d{1,15}\.\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** Stores the digits from `from` to CRLF. Answers where the next line begins; -1: anything else stands there. */
export function quickNumber(bytes: Uint8Array, from: number, row: Row, column: number): number {
  let at = from;
  let number = 0;
  for (let digit = digitAt(bytes, at); digit >= 0; digit = digitAt(bytes, ++at)) number = number * 10 + digit;
  if (at === from || at - from > SAFE_DIGITS || bytes[at] !== CR || bytes[at + 1] !== LF) return -1;
  row.set(column, number);
  return at + 2;
}

/** The digit at a place, -1 when there is none. */
export function digitAt(bytes: Uint8Array, at: number): number {
  const digit = (bytes[at] ?? 0) - ZERO;
  return digit <= 9 ? digit : -1;
}
