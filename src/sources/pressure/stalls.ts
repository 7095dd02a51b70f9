import type { Io } from "../../io/io.ts";
import { parseCounter } from "./counter.ts";

// pressure := 1*( ("some" / "full") " avg10=" n " avg60=" n " avg300=" n " total=" us LF )
// Documentation/accounting/psi.rst; Linux 4.20. The totals count since boot, so their increases are exact.

const LINE = /^(some|full) .*\btotal=(\d+)$/gm;
const MOST_BYTES = 4096;

/** What tasks wait for, and which totals of it are kept: that all tasks wait for a CPU says nothing of a machine. */
export const STALLS = [
  { resource: "cpu", kept: ["some"] },
  { resource: "io", kept: ["some", "full"] },
  { resource: "memory", kept: ["some", "full"] },
] as const;

export type Resource = (typeof STALLS)[number]["resource"];

/** Totals by "some" and "full", in microseconds. */
export function parseStalls(text: string): ReadonlyMap<string, number | bigint> {
  const found = new Map<string, number | bigint>();
  for (const [, word = "", total] of text.matchAll(LINE)) {
    const counter = parseCounter(total);
    if (counter !== undefined) found.set(word, counter);
  }
  return found;
}

/** Totals by field, or why this kernel has none; `off`: it has been told so, and can be told otherwise. */
export interface Stalls {
  readonly numbers: readonly (readonly [string, number | bigint])[];
  readonly reason: string | undefined;
  readonly off: boolean;
}

export function readStalls(io: Io, { resource, kept }: (typeof STALLS)[number]): Stalls {
  const path = `/proc/pressure/${resource}`;
  const read = io.files.read(path, MOST_BYTES);
  if (read.kind === "failed") return { numbers: [], reason: `cannot read "${path}": ${why(read)}`, off: isOff(read) };
  const totals = parseStalls(read.value.bytes.toString("latin1"));
  const numbers = kept.flatMap((word) => {
    const total = totals.get(word);
    return total === undefined ? [] : [[`${resource}_${word}`, total] as const];
  });
  const missing = numbers.length === kept.length ? undefined : `"${path}" holds no total of ${kept.join(" and ")}`;
  return { numbers, reason: missing, off: false };
}

interface Failure {
  readonly code: string;
  readonly reason: string;
}

function isOff({ code }: Failure): boolean {
  return code === "EOPNOTSUPP" || code === "ENOTSUP";
}

function why(failure: Failure): string {
  if (isOff(failure)) return "the kernel keeps no pressure figures unless it is started with psi=1";
  if (failure.code === "ENOENT")
    return "the kernel keeps no pressure figures; Linux 4.20 or newer with CONFIG_PSI does";
  return failure.reason;
}
