import type { Clock, Labels } from "../ring/sample.ts";
import type { Remembered } from "../sources/source.ts";

/** Reads and replaces one small file whole. */
export interface TextFile {
  read(): string | undefined;
  /** False when it could not, which the file itself reports. */
  write(text: string): boolean;
}

/** `seen` alone is not worth a write each tick: it is brought up to date this often. */
const SEEN_WRITE_SECONDS = 3600;

/**
 * Discovered targets of all sources, kept across restarts: a crashed program stays listed.
 * File: `{ "<source>": { "<target>": { "labels": {...}, "seen": unix seconds } } }`.
 */
export class KnownTargets {
  readonly #file: TextFile;
  readonly #sources: Map<string, Map<string, Remembered>>;
  #changed = false;
  #written: Clock = Number.NEGATIVE_INFINITY;

  constructor(file: TextFile) {
    this.#file = file;
    this.#sources = decode(file.read());
  }

  of(source: string): ReadonlyMap<string, Remembered> {
    return this.#sources.get(source) ?? new Map();
  }

  remember(source: string, target: string, labels: Labels, seen: Clock): void {
    const targets = this.#sources.get(source) ?? new Map<string, Remembered>();
    this.#sources.set(source, targets);
    this.#changed ||= !targets.has(target);
    targets.set(target, { labels, seen });
  }

  forget(source: string, target: string): void {
    this.#changed = this.#sources.get(source)?.delete(target) === true || this.#changed;
  }

  get #listed(): boolean {
    return [...this.#sources.values()].some((targets) => targets.size > 0);
  }

  /** Targets that were not found running for longer than `seconds`. */
  notSeenFor(source: string, seconds: number, now: Clock): readonly string[] {
    return [...this.of(source)].filter(([, { seen }]) => now - seen > seconds).map(([target]) => target);
  }

  /** Writes the file when the list has changed, and now and then for the times of those on it. */
  save(now: Clock): void {
    const outdated = this.#listed && now - this.#written >= SEEN_WRITE_SECONDS;
    if (!this.#changed && !outdated) return;
    const plain = Object.fromEntries([...this.#sources].map(([source, known]) => [source, Object.fromEntries(known)]));
    if (!this.#file.write(`${JSON.stringify(plain, undefined, 1)}\n`)) return;
    this.#changed = false;
    this.#written = now;
  }
}

/** A damaged file is an empty one: the targets that run are found again. */
function decode(text: string | undefined): Map<string, Map<string, Remembered>> {
  try {
    const plain: unknown = JSON.parse(text ?? "{}");
    const sources = Object.entries(plain as Record<string, Record<string, Remembered>>);
    return new Map(sources.map(([source, known]) => [source, new Map(Object.entries(known).filter(isRemembered))]));
  } catch {
    return new Map();
  }
}

function isRemembered([, known]: readonly [string, Remembered]): boolean {
  return typeof known?.seen === "number" && typeof known.labels === "object" && known.labels !== null;
}
