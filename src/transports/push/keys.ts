import type { Item } from "../../items/item.ts";
import type { Registry } from "../../items/registry.ts";
import { matchesWildcard } from "../../zabbix/wildcard.ts";
import type { Pace } from "../pace.ts";

export interface PushedKeysOptions {
  /** Item keys, or patterns with `*`. */
  readonly patterns: readonly string[];
  readonly items: readonly Item[];
  readonly registry: Pick<Registry, "calls">;
  /** A search holds this long, monotonic seconds. */
  readonly seconds: number;
  readonly now: () => number;
  readonly pace: Pace;
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
  }

  /** How many there were at the last look. */
  get count(): number {
    return this.#written.length + this.#found.length;
  }

  /** All of them, each once. Targets come and go, so patterns are searched for anew from time to time. */
  async now(): Promise<readonly string[]> {
    const now = this.#options.now();
    if (this.#patterns.length > 0 && now - this.#searchedAt >= this.#options.seconds) {
      this.#searchedAt = now;
      this.#found = await this.#search();
    }
    return [...this.#written, ...this.#found];
  }

  async #search(): Promise<readonly string[]> {
    const { items, registry, pace } = this.#options;
    const found: string[] = [];
    const worth = items.filter((item) => this.#patterns.some((pattern) => mayMatch(item, pattern)));
    for (const { key } of registry.calls(worth)) {
      const wanted = this.#patterns.some((pattern) => matchesWildcard(key, pattern)) && !this.#written.includes(key);
      if (wanted) found.push(key);
      await pace.pause();
    }
    return found;
  }
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
