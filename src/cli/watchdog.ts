import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import { sentence } from "../words/sentence.ts";

export interface WatchdogOptions {
  /** Within which the service manager wants to hear of us. */
  readonly seconds: number;
  /** What is wrong with us, a fragment; undefined: nothing. */
  readonly trouble: () => Promise<string | undefined>;
  /** Says that all is well; resolves to why it could not be said. */
  readonly feed: () => Promise<string | undefined>;
  readonly io: Pick<Io, "after">;
  readonly log: Pick<Log, "error">;
}

/** A trouble may be over soon: what is not fed now can still be fed in time. */
const TRIES_IN_TROUBLE = 20;

/** Tells the service manager twice in its time that all is well, while it is. It ends us when it hears nothing. */
export class Watchdog {
  readonly #options: WatchdogOptions;
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(options: WatchdogOptions) {
    this.#options = options;
    this.#lookIn(2);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel();
  }

  #lookIn(part: number): void {
    const { io, seconds } = this.#options;
    if (!this.#stopped) this.#cancel = io.after((seconds * 1000) / part, () => void this.#look());
  }

  async #look(): Promise<void> {
    const { trouble, feed, log } = this.#options;
    const found = (await trouble()) ?? (await feed());
    if (found !== undefined) log.error(sentence(`the watchdog is not fed: ${found}`));
    this.#lookIn(found === undefined ? 2 : TRIES_IN_TROUBLE);
  }
}
