import type { Clock } from "../../ring/sample.ts";

/** One file with log lines, as one look saw it. `identity`: the same for a file that was renamed. */
export interface LogFile {
  readonly identity: string;
  readonly size: number;
  readonly modified: Clock;
}

/** A file that the logger has closed, by the part of its name that stays when a processor has worked on it. */
export interface RotatedFile extends LogFile {
  readonly key: string;
  readonly suffix: Suffix;
}

/** A log directory as one look saw it. `rotated`: oldest first. */
export interface Look {
  readonly clock: Clock;
  readonly current: LogFile | undefined;
  readonly rotated: readonly RotatedFile[];
}

const SUFFIXES = ["s", "u", "t"] as const;

/** s: whole. u: the logger died over it, or svlogd's processor has not had it yet. t: a processor is at work. */
export type Suffix = (typeof SUFFIXES)[number];

/** A name in a log directory that stands for a closed file. */
export interface RotatedName {
  readonly name: string;
  readonly key: string;
  readonly suffix: Suffix;
}

/** multilog's closed file while its processor reads it; what the processor writes is no log of its own yet. */
const PREVIOUS = "previous";

/** One `previous` follows another under the same name, so its key has its identity, too. */
export function previousKey(identity: string): string {
  return `${PREVIOUS}:${identity}`;
}

export function isPrevious(key: string): boolean {
  return key.startsWith(PREVIOUS);
}

const ROTATED = /^(@[0-9a-f]{24})\.([sut])$/;

/**
 * The closed files among the names of a log directory, oldest first: their names begin with the TAI64N label of the
 * rotation. Of one that stands there twice, whole and as a processor's work, the more finished one counts.
 */
export function rotatedNames(names: readonly string[]): readonly RotatedName[] {
  const found = new Map<string, RotatedName>();
  for (const name of names) {
    const rotated = rotatedName(name);
    if (rotated === undefined) continue;
    const rival = found.get(rotated.key);
    if (rival === undefined || rank(rotated) < rank(rival)) found.set(rotated.key, rotated);
  }
  return [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function rotatedName(name: string): RotatedName | undefined {
  if (name === PREVIOUS) return { name, key: PREVIOUS, suffix: "s" };
  const [, key, suffix] = ROTATED.exec(name) ?? [];
  const known = SUFFIXES.find((each) => each === suffix);
  return key === undefined || known === undefined ? undefined : { name, key, suffix: known };
}

function rank({ suffix }: RotatedName): number {
  return SUFFIXES.indexOf(suffix);
}

/** Bytes of all log files of a look. */
export function totalBytes({ current, rotated }: Look): number {
  return rotated.reduce((sum, { size }) => sum + size, current?.size ?? 0);
}
