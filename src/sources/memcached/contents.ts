import type { Numbers } from "../../ring/sample.ts";
import type { Reading } from "./parse.ts";
import type { Row } from "./row.ts";

/**
 * Slab classes by chunk size in bytes ("96"): class numbers mean other sizes in other versions and after a restart
 * with another factor. A class that `stats items` lists and `stats slabs` did not yet is left out this time; of two
 * with one chunk size, which no memcached has, the lower number stays.
 */
export function slabClasses(classes: ReadonlyMap<number, Row>): ReadonlyMap<string, Numbers> {
  const parts = new Map<string, Numbers>();
  for (const row of classes.values()) {
    const size = row.get("chunk_size");
    if (size === undefined) continue;
    const name = String(size);
    const rival = parts.get(name)?.get("class");
    if (rival === undefined || rival > (row.get("class") ?? 0)) parts.set(name, row);
  }
  return parts;
}

/**
 * The texts of a sample: those of `stats`, each setting as `setting.<name>`, what was meant as `expected.<setting>`.
 * The map is made anew only when something changed.
 */
export class Texts {
  readonly #expected: ReadonlyMap<string, string>;
  #plain: ReadonlyMap<string, string> = new Map();
  #settings: ReadonlyMap<string, string> = new Map();
  #all: ReadonlyMap<string, string> | undefined;

  constructor(expected: ReadonlyMap<string, string>) {
    this.#expected = expected;
  }

  of({ texts, settings }: Reading): ReadonlyMap<string, string> {
    if (this.#all !== undefined && settings === undefined && same(texts, this.#plain)) return this.#all;
    this.#plain = texts;
    this.#settings = settings ?? this.#settings;
    this.#all = new Map([...texts, ...prefixed("setting.", this.#settings), ...prefixed("expected.", this.#expected)]);
    return this.#all;
  }

  /** A new process has other settings. */
  forgetSettings(): void {
    this.#settings = new Map();
    this.#all = undefined;
  }
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  if (a.size !== b.size) return false;
  for (const [name, text] of a) if (b.get(name) !== text) return false;
  return true;
}

function prefixed(prefix: string, texts: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...texts].map(([name, text]) => [prefix + name, text] as const);
}
