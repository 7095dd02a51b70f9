import type { Item } from "../../items/item.ts";
import type { Registry } from "../../items/registry.ts";
import { matchesWildcard } from "../../words/wildcard.ts";
import { parseJson } from "../../zabbix/json.ts";
import type { Pace } from "../pace.ts";

export interface PushedKeysOptions {
  /** Item keys, or patterns with `*`. */
  readonly patterns: readonly string[];
  readonly items: readonly Item[];
  readonly registry: Pick<Registry, "calls">;
  /** Where what was found survives a restart: before the first tick there is nothing to be searched. */
  readonly file: FoundFile;
  /** A search holds this long, monotonic seconds. */
  readonly seconds: number;
  readonly now: () => number;
  readonly pace: Pace;
}

/** Keys that were found, as text. */
export interface FoundFile {
  /** Undefined: there is none. */
  read(): string | undefined;
  write(text: string): void;
}

/** The keys that a destination wants: those that were written out, and the standard ones that patterns find. */
export class PushedKeys {
  readonly #options: PushedKeysOptions;
  readonly #written: readonly string[];
  readonly #patterns: readonly string[];
  #found: readonly string[] = [];
  #searchedAt = Number.NEGATIVE_INFINITY;

  constructor(options: PushedKeysOptions) {
    this.#options = options;
    this.#written = options.patterns.filter((pattern) => !isPattern(pattern));
    this.#patterns = options.patterns.filter(isPattern);
    const known = decodeKeys(options.file.read()).filter((key) => this.#isWanted(key));
    this.#found = this.#patterns.length === 0 ? [] : known;
  }

  /** All of them, each once. */
  get all(): readonly string[] {
    return [...this.#written, ...this.#found];
  }

  /** Targets come and go, so patterns are searched for anew from time to time. */
  async refresh(): Promise<void> {
    const now = this.#options.now();
    if (this.#patterns.length === 0 || now - this.#searchedAt < this.#options.seconds) return;
    this.#searchedAt = now;
    const found = await this.#search();
    if (found.join("\n") !== this.#found.join("\n")) this.#options.file.write(JSON.stringify(found));
    this.#found = found;
  }

  async #search(): Promise<readonly string[]> {
    const { items, registry, pace } = this.#options;
    const found: string[] = [];
    const worth = items.filter((item) => this.#patterns.some((pattern) => mayMatch(item, pattern)));
    for (const { key } of registry.calls(worth)) {
      if (this.#isWanted(key)) found.push(key);
      await pace.pause();
    }
    return found;
  }

  #isWanted(key: string): boolean {
    return !this.#written.includes(key) && this.#patterns.some((pattern) => matchesWildcard(key, pattern));
  }
}

function decodeKeys(text = "[]"): readonly string[] {
  const keys = parseJson(text);
  return Array.isArray(keys) ? keys.filter((key) => typeof key === "string") : [];
}

/** Whether a text of Keys stands for other keys. */
export function isPattern(text: string): boolean {
  return text.includes("*");
}

/** Whether some call of an item may match. Keys that only stand for others' are not searched for. */
export function mayMatch({ key, family }: Item, pattern: string): boolean {
  const [begin = ""] = pattern.split(/[*[]/);
  return family === undefined && (pattern.startsWith(`${begin}[`) ? key === begin : key.startsWith(begin));
}
