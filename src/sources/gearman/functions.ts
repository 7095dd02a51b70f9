import { pathText } from "../../io/local-files.ts";
import { shortName } from "../../items/short-name.ts";
import type { Load } from "./status-reader.ts";

/** The ring has no more room for parts. */
export const MOST_FUNCTIONS = 256;

/**
 * A function that gearmand no longer lists has rightly no jobs and no workers. gearmand forgets all of them when it is
 * started anew, and who watches one wants to see that no worker came back: so it stays for a day.
 */
const KEPT_SECONDS = 86_400;

interface Known {
  readonly short: string;
  /** The name's bytes shown as text. */
  readonly text: string;
  /** Monotonic seconds when gearmand last listed it. */
  seen: number;
}

/** A function that is kept, with its jobs and workers. */
export interface Kept extends Load {
  readonly short: string;
  readonly text: string;
  readonly isListed: boolean;
}

const IDLE: Load = { waiting: 0, running: 0, workers: 0 };

/** The functions of one gearmand that are kept one by one: those that came first, so that the list does not jump. */
export class Functions {
  readonly #known = new Map<string, Known>();

  /** @param listed by name, whose characters are its bytes */
  place(listed: ReadonlyMap<string, Load>, now: number): readonly Kept[] {
    this.#dropGone(listed, now);
    this.#admit(listed, now);
    return [...this.#known].map(([name, { short, text }]) => {
      return { short, text, isListed: listed.has(name), ...(listed.get(name) ?? IDLE) };
    });
  }

  #dropGone(listed: ReadonlyMap<string, Load>, now: number): void {
    for (const [name, known] of this.#known) {
      if (listed.has(name)) known.seen = now;
      else if (now - known.seen > KEPT_SECONDS) this.#known.delete(name);
    }
  }

  /** New ones take the places of those that have been gone longest. */
  #admit(listed: ReadonlyMap<string, Load>, now: number): void {
    const gone = [...this.#known]
      .filter(([, { seen }]) => seen < now)
      .sort(([, one], [, other]) => one.seen - other.seen);
    for (const name of listed.keys()) {
      if (this.#known.has(name)) continue;
      if (this.#known.size >= MOST_FUNCTIONS) {
        const [oldest] = gone.shift() ?? [];
        if (oldest === undefined) return;
        this.#known.delete(oldest);
      }
      const text = pathText(name);
      this.#known.set(name, { short: shortName(text), text, seen: now });
    }
  }
}
