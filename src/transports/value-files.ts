import { setImmediate as nextTurn } from "node:timers/promises";
import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import { freshSeconds } from "../items/freshness.ts";
import type { Item } from "../items/item.ts";
import type { Call, Reply } from "../items/registry.ts";
import { Pace } from "./pace.ts";
import { ValueDirectory } from "./value-directory.ts";
import { configuredCall, type FileCall, fileText, standardCall } from "./value-file.ts";

export interface ValueFilesOptions {
  /** RunDir/v: made, swept and emptied by this class alone. */
  readonly directory: string;
  readonly registry: { ask(key: string): Reply; calls(items: readonly Item[]): Iterable<Call> };
  readonly items: readonly Item[];
  /** `UserParameter.Keys` as they stand now: they come before the standard calls. */
  readonly keys: () => Iterable<string>;
  /** Seconds of one slot. */
  readonly step: number;
  readonly io: Pick<Io, "now" | "readText">;
  readonly log: Pick<Log, "warning" | "error">;
}

const MOST_FILES = 2000;
const WHAT_HAS_A_FILE =
  "expected an item key whose parameters hold letters, digits and _ . : - only, 255 characters at most";
/** A short step must not make the files expire while the machine is busy. */
const SHORTEST_LIFE_SECONDS = 10;

/**
 * Keeps the answers of the standard calls as files for UserParameter lines.
 *
 * All files share one promise, which is renewed when a generation is complete: whatever goes wrong before (a full disk,
 * a hang, kill -9) lets all of them expire. A value that went stale while the daemon lives is replaced by its reason.
 */
export class ValueFiles {
  readonly #options: ValueFilesOptions;
  readonly #items: ReadonlyMap<string, Item>;
  /** Discovery and other items about the whole come first: many targets must not crowd them out. */
  readonly #ordered: readonly Item[];
  #directory: ValueDirectory | undefined;
  #running: Promise<void> | undefined;
  #wanted = false;
  #closed = false;
  #trouble = "";
  readonly #said = new Set<string>();

  constructor(options: ValueFilesOptions) {
    this.#options = options;
    this.#items = new Map(options.items.map((item) => [item.key, item]));
    const about = (scope: Item["scope"]) => options.items.filter((item) => item.scope === scope);
    this.#ordered = [...about("moment"), ...about("target")];
  }

  /** To be called after each closed slot. Slots that close while a generation is being written share the next one. */
  slotClosed(): void {
    this.#wanted = true;
    this.#running ??= this.#run();
  }

  /** Settles when nothing is being written. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Removes all files. Those that a killed daemon leaves behind expire by themselves. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    try {
      this.#directory?.clear();
    } catch (error) {
      this.#failed("remove", error);
    }
  }

  async #run(): Promise<void> {
    await nextTurn(); // the other subscribers of the slot first
    while (this.#wanted && !this.#closed) {
      this.#wanted = false;
      try {
        this.#directory ??= new ValueDirectory(this.#options.directory);
        await this.#generation(this.#directory);
        this.#trouble = "";
      } catch (error) {
        this.#directory = undefined;
        this.#failed("write", error);
      }
    }
    this.#running = undefined;
  }

  async #generation(directory: ValueDirectory): Promise<void> {
    const { registry, io } = this.#options;
    const written = new Set<string>();
    const pace = new Pace(() => io.now().mono);
    for (const { names, key } of this.#calls()) {
      const [first, ...others] = names.filter((name) => !written.has(name));
      if (first === undefined) continue;
      if (written.size + 1 + others.length > MOST_FILES) {
        this.#sayOnce(`At most ${MOST_FILES} value files for UserParameters: ${key} and the calls after it have none.`);
        break;
      }
      directory.write(first, fileText(registry.ask(key)));
      written.add(first);
      for (const name of others) {
        directory.link(name, first);
        written.add(name);
      }
      await pace.pause();
      if (this.#closed) return;
    }
    directory.keepOnly(written);
    directory.promise(this.#goodUntil());
  }

  *#calls(): Generator<FileCall> {
    for (const key of this.#options.keys()) {
      const call = configuredCall(key, this.#items);
      if (call.names.length === 0) this.#sayOnce(`UserParameter.Keys: ${key} has no value file: ${WHAT_HAS_A_FILE}.`);
      yield call;
    }
    for (const call of this.#options.registry.calls(this.#ordered)) yield standardCall(call);
  }

  /** The shim compares with /proc/uptime, which unlike the monotonic clock counts the time a machine was suspended. */
  #goodUntil(): number {
    const uptime = Number.parseFloat(this.#options.io.readText("/proc/uptime") ?? "");
    if (Number.isNaN(uptime)) throw new Error("cannot read /proc/uptime");
    return Math.floor(uptime + Math.max(freshSeconds(this.#options.step), SHORTEST_LIFE_SECONDS));
  }

  /** Said again only after it was mended. */
  #failed(verb: string, error: unknown): void {
    const text = `Cannot ${verb} the value files of UserParameters: ${error instanceof Error ? error.message : String(error)}.`;
    if (text !== this.#trouble) this.#options.log.error(text);
    this.#trouble = text;
  }

  #sayOnce(text: string): void {
    if (!this.#said.has(text)) this.#options.log.warning(text);
    this.#said.add(text);
  }
}
