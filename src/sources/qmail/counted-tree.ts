import type { Io } from "../../io/io.ts";
import type { BytePath, Reached } from "../../io/local-files.ts";

/** What was changed so recently may change again without its time of change being another one. */
const SETTLED_SECONDS = 2;

interface Kept {
  readonly modified: number;
  readonly count: number;
}

/**
 * Counts the files below a directory that is split into numbered ones (mess/0 to mess/22), or not split at all. One
 * that has not changed since its last count is not counted again.
 */
export class CountedTree {
  readonly #io: Io;
  readonly #path: BytePath;
  /** By path. */
  #known: ReadonlyMap<BytePath, Kept> = new Map();

  constructor(io: Io, path: BytePath) {
    this.#io = io;
    this.#path = path;
  }

  async count(signal: AbortSignal): Promise<Reached<number>> {
    const parts = this.#parts();
    if (parts.kind === "failed") return parts;
    const known = new Map<BytePath, Kept>();
    let sum = 0;
    for (const part of parts.value) {
      const counted = await this.#countIn(part, signal);
      if (counted.kind === "failed") return this.#keep(known, counted);
      if (counted.value.modified !== undefined) known.set(part, { ...counted.value, modified: counted.value.modified });
      sum += counted.value.count;
    }
    return this.#keep(known, { kind: "ok", value: sum });
  }

  /** What was counted before a failure is not lost: a queue too large for one tick is counted over several. */
  #keep(known: ReadonlyMap<BytePath, Kept>, result: Reached<number>): Reached<number> {
    this.#known = result.kind === "ok" ? known : new Map([...this.#known, ...known]);
    return result;
  }

  /** No file of a queue has the name 0, since files are named by their inode. */
  #parts(): Reached<readonly BytePath[]> {
    const { files } = this.#io;
    const first = files.facts(`${this.#path}/0`);
    if (first.kind === "failed" && first.code !== "ENOENT") return first;
    if (first.kind === "failed" || first.value.kind !== "directory") return { kind: "ok", value: [this.#path] };
    const names = files.names(this.#path);
    if (names.kind === "failed") return names;
    const numbered = names.value.filter((name) => /^\d{1,5}$/.test(name));
    return { kind: "ok", value: numbered.map((name) => `${this.#path}/${name}`) };
  }

  /** `modified` undefined: the count may not be kept. */
  async #countIn(
    part: BytePath,
    signal: AbortSignal,
  ): Promise<Reached<{ readonly count: number; readonly modified: number | undefined }>> {
    const facts = this.#io.files.facts(part);
    if (facts.kind === "failed") return facts;
    const { modified, kind } = facts.value;
    if (kind !== "directory" && part !== this.#path) return { kind: "ok", value: { count: 0, modified: undefined } };
    const known = this.#known.get(part);
    if (known?.modified === modified) return { kind: "ok", value: known };
    const counted = await this.#io.countAside(part, signal);
    if (counted.kind === "failed") return counted;
    const isSettled = this.#io.now().clock - modified >= SETTLED_SECONDS;
    return { kind: "ok", value: { count: counted.value, modified: isSettled ? modified : undefined } };
  }
}
