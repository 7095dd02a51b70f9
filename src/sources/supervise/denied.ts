import { accessWords, ownName } from "../../io/access-words.ts";
import type { Io } from "../../io/io.ts";
import { type BytePath, pathText } from "../../io/local-files.ts";
import { shellWord } from "../../io/shell-word.ts";
import type { Finding } from "../source.ts";

/** More paths are mended by a pattern instead of one by one. */
const MOST_NAMED = 6;

/** Directories that our user may not pass, collected over one scan. */
export class Denied {
  readonly #io: Io;
  /** By scan directory. */
  readonly #paths = new Map<BytePath, Set<BytePath>>();
  #scanned: BytePath = "";

  constructor(io: Io) {
    this.#io = io;
  }

  /** A new scan of this directory begins. */
  begin(directory: BytePath): void {
    this.#scanned = directory;
    this.#paths.delete(directory);
  }

  /** Notes the path; why it cannot be passed, and what mends it. */
  reason(path: BytePath): string {
    const paths = this.#paths.get(this.#scanned) ?? new Set();
    this.#paths.set(this.#scanned, paths.add(path));
    return `${this.#found(path)}; mend: ${mend(this.#io, [path])}`;
  }

  /** "permission denied: mode 0700, owner root, tidemark runs as nobody" */
  words(path: BytePath): string {
    return `permission denied: ${accessWords(this.#io, pathText(path)) ?? `tidemark runs as ${ownName(this.#io)}`}`;
  }

  /** One for each scan directory, since they have one cause. */
  get findings(): readonly Finding[] {
    return [...this.#paths].map(([directory, paths]) => {
      const [first = directory, ...more] = paths;
      const count = more.length === 0 ? "" : `, and ${more.length} more like it`;
      return { what: `${pathText(first)}${count}`, found: this.words(first), mend: this.#mend(directory, [...paths]) };
    });
  }

  #found(path: BytePath): string {
    return `"${pathText(path)}": ${this.words(path)}`;
  }

  #mend(directory: BytePath, paths: readonly BytePath[]): string {
    if (paths.length <= MOST_NAMED) return mend(this.#io, paths);
    return `find -L ${shellWord(directory)} -mindepth 2 -maxdepth 3 -name supervise -type d -exec chmod go+x {} +`;
  }
}

/** Search permission: whoever passes may read the status files, but neither list nor control anything. */
function mend(io: Io, paths: readonly BytePath[]): string {
  return [`chmod go+x ${paths.map(shellWord).join(" ")}`, ...paths.flatMap((path) => nextBoot(io, path))].join("; ");
}

/** What lies in memory is made anew by its supervisor, unless it is there already. */
function nextBoot({ files }: Io, path: BytePath): readonly string[] {
  const real = files.real(path);
  const target = real.kind === "ok" ? real.value : path;
  if (!target.startsWith("/run/")) return [];
  return [`echo ${shellWord(`d ${target} 0711 root root`)} >>/etc/tmpfiles.d/tidemark.conf`];
}
