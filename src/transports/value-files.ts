import { setImmediate as nextTurn } from "node:timers/promises";
import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import { freshSeconds } from "../items/freshness.ts";
import type { Item } from "../items/item.ts";
import type { Reply, Standard } from "../items/registry.ts";
import { errorText } from "../words/error-text.ts";
import { Pace } from "./pace.ts";
import { StandardGroups } from "./standard-groups.ts";
import { ValueDirectory } from "./value-directory.ts";
import { configuredCall, type ValueCall, type ValueGroup, valueLine, wholeName } from "./value-file.ts";

export interface ValueFilesOptions {
  /** RunDir/v: made, swept and emptied by this class alone. */
  readonly directory: string;
  readonly registry: { ask(key: string): Reply; standards(items: readonly Item[]): Iterable<Standard> };
  readonly items: readonly Item[];
  /** `UserParameter.Files` as it stands now. */
  readonly wanted: () => boolean;
  /** `UserParameter.Keys` as they stand now: they come before the standard calls. */
  readonly keys: () => readonly string[];
  /** Seconds of one slot. */
  readonly step: number;
  readonly io: Pick<Io, "now" | "readText">;
  readonly log: Pick<Log, "warning" | "error">;
}

const MOST_VALUES = 2000;
const WHAT_HAS_A_VALUE =
  "expected an item key whose parameters hold letters, digits and _ . : - only, 255 characters at most";
/** A short step must not make the files expire while the machine is busy. */
const SHORTEST_LIFE_SECONDS = 10;

/**
 * Keeps the answers of the standard calls as files for UserParameter lines, one for each item and target: most of what
 * a value costs is the writing of its file.
 *
 * All files share one promise, which is renewed when a generation is complete: whatever goes wrong before (a full disk,
 * a hang, kill -9) lets all of them expire. A value that went stale while the daemon lives is replaced by its reason.
 */
export class ValueFiles {
  readonly #options: ValueFilesOptions;
  readonly #items: ReadonlyMap<string, Item>;
  /** Discovery and other items about the whole come first: many targets must not crowd them out. */
  readonly #ordered: readonly Item[];
  readonly #groups = new StandardGroups();
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
        if (this.#options.wanted()) await this.#generation(this.#directory);
        else this.#directory.clear();
        this.#trouble = "";
      } catch (error) {
        this.#directory = undefined;
        this.#failed("write", error);
      }
    }
    this.#running = undefined;
  }

  async #generation(directory: ValueDirectory): Promise<void> {
    const configured = this.#configured();
    const round = { directory, written: new Set<string>(), pace: new Pace(() => this.#options.io.now().mono) };
    let room = MOST_VALUES - [...configured.values()].reduce((sum, calls) => sum + calls.length, 0);
    for (const standard of this.#options.registry.standards(this.#ordered)) {
      const group = withConfigured(this.#groups.of(standard), configured);
      const isCut = group.calls.length > room;
      const calls = isCut ? group.calls.slice(0, room) : group.calls;
      room -= calls.length;
      await this.#write({ ...group, calls: [...group.own, ...calls] }, round);
      if (isCut) this.#sayOnce(leftOut(group.calls[calls.length]?.key));
      if (isCut || this.#closed) break;
    }
    for (const [name, calls] of configured) {
      if (!round.written.has(name)) await this.#write({ name, alias: undefined, calls }, round);
    }
    if (this.#closed) return;
    this.#groups.keepUsed();
    directory.keepOnly(round.written);
    directory.promise(this.#goodUntil());
  }

  async #write({ name, alias, calls }: ValueGroup, { directory, written, pace }: Round): Promise<void> {
    if (calls.length === 0) return;
    const put = (of: (group: string) => string, text: string) => {
      directory.write(of(name), text);
      written.add(of(name));
      if (alias === undefined) return;
      directory.link(of(alias), of(name));
      written.add(of(alias));
    };
    let lines = "";
    for (const { call, key } of calls) {
      const { line, whole } = valueLine(call, this.#options.registry.ask(key));
      if (whole !== undefined) put((group) => wholeName(group, call), whole);
      lines += line;
      const pause = pace.pause();
      if (pause !== undefined) await pause;
      if (this.#closed) return;
    }
    put((group) => group, lines);
  }

  /** By the name of their group. */
  #configured(): ReadonlyMap<string, readonly ValueCall[]> {
    const found = new Map<string, ValueCall[]>();
    for (const key of this.#options.keys().slice(0, MOST_VALUES)) {
      const configured = configuredCall(key, this.#items);
      if (configured === undefined) this.#sayOnce(`UserParameter.Keys: ${key} has no value: ${WHAT_HAS_A_VALUE}.`);
      else found.set(configured.group, [...(found.get(configured.group) ?? []), configured.call]);
    }
    return found;
  }

  /** The shim compares with /proc/uptime, which unlike the monotonic clock counts the time a machine was suspended. */
  #goodUntil(): number {
    const uptime = Number.parseFloat(this.#options.io.readText("/proc/uptime") ?? "");
    if (Number.isNaN(uptime)) throw new Error("cannot read /proc/uptime");
    return Math.floor(uptime + Math.max(freshSeconds(this.#options.step), SHORTEST_LIFE_SECONDS));
  }

  /** Said again only after it was mended. */
  #failed(verb: string, error: unknown): void {
    const text = `Cannot ${verb} the value files of UserParameters: ${errorText(error)}.`;
    if (text !== this.#trouble) this.#options.log.error(text);
    this.#trouble = text;
  }

  #sayOnce(text: string): void {
    if (!this.#said.has(text)) this.#options.log.warning(text);
    this.#said.add(text);
  }
}

function leftOut(key: string | undefined): string {
  return `At most ${MOST_VALUES} values for UserParameters: ${key} and the calls after it have none.`;
}

interface Round {
  readonly directory: ValueDirectory;
  readonly written: Set<string>;
  readonly pace: Pace;
}

/** `own`: the configured calls of a group, under its name or its alias; `calls`: the others. */
function withConfigured(
  group: ValueGroup,
  configured: ReadonlyMap<string, readonly ValueCall[]>,
): ValueGroup & { readonly own: readonly ValueCall[] } {
  if (configured.size === 0) return { ...group, own: [] };
  const own = [...(configured.get(group.name) ?? []), ...(configured.get(group.alias ?? "") ?? [])];
  if (own.length === 0) return { ...group, own };
  const names = new Set(own.map(({ call }) => call));
  return { ...group, own, calls: group.calls.filter(({ call }) => !names.has(call)) };
}
