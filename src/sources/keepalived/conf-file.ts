import { type BytePath, bytePath, type LocalFiles, pathText } from "../../io/local-files.ts";
import { globMatcher } from "../../words/glob.ts";
import { type Conf, parseConf } from "./conf.ts";

/** keepalived's configuration as it stands, or why it cannot be read, and at which path. */
export type ConfRead =
  | { readonly kind: "read"; readonly conf: Conf }
  | { readonly kind: "failed"; readonly path: BytePath; readonly code: string; readonly reason: string };

const MOST_BYTES = 2 ** 18;
const MOST_FILES = 100;
const DEEPEST = 5;

/** include, and includer, includem, includew, includeb, included, each perhaps with a or c: they differ in errors only. */
const INCLUDE = /^\s*include[a-z]{0,2}\s+"?([^\s"]+)"?\s*$/;

/** Reads keepalived.conf with what it includes, anew when one of its files has changed. */
export class ConfFile {
  readonly #files: LocalFiles;
  #read: ConfRead | undefined;
  #of = "";
  /** What was looked at, and what it looked like. */
  #versions = new Map<BytePath, string>();

  constructor(files: LocalFiles) {
    this.#files = files;
  }

  read(path: BytePath, id: string): ConfRead {
    const isSame = this.#of === `${path}\n${id}` && this.#isUnchanged();
    if (this.#read !== undefined && isSame) return this.#read;
    this.#of = `${path}\n${id}`;
    this.#versions = new Map();
    const lines = this.#lines(path, 0);
    this.#read = Array.isArray(lines) ? { kind: "read", conf: parseConf(lines, id) } : (lines as Failed);
    return this.#read;
  }

  #isUnchanged(): boolean {
    return [...this.#versions].every(([path, version]) => this.#version(path) === version);
  }

  #version(path: BytePath): string {
    const facts = this.#files.facts(path);
    if (facts.kind === "failed") return facts.code;
    const { identity, modified, size, mode } = facts.value;
    return `${identity} ${modified} ${size} ${mode}`;
  }

  #note(path: BytePath): void {
    this.#versions.set(path, this.#version(path));
  }

  #lines(path: BytePath, depth: number): readonly string[] | Failed {
    this.#note(path);
    const file = this.#files.read(path, MOST_BYTES);
    if (file.kind === "failed") return { ...file, path };
    const lines: string[] = [];
    for (const line of file.value.bytes.toString("utf8").split("\n")) {
      const [, included] = INCLUDE.exec(line) ?? [];
      const found = included === undefined ? [line] : this.#included(path, bytePath(included), depth + 1);
      if (!Array.isArray(found)) return found as Failed;
      lines.push(...found);
    }
    return lines;
  }

  /** A pattern that matches nothing includes nothing, as in keepalived. */
  #included(from: BytePath, pattern: BytePath, depth: number): readonly string[] | Failed {
    if (depth > DEEPEST || this.#versions.size > MOST_FILES) {
      return { kind: "failed", path: from, code: "", reason: `it includes more than ${MOST_FILES} files` };
    }
    const absolute = pattern.startsWith("/") ? pattern : `${from.slice(0, from.lastIndexOf("/"))}/${pattern}`;
    const lines: string[] = [];
    for (const path of this.#matching(absolute)) {
      const found = this.#lines(path, depth);
      if (!Array.isArray(found)) return found;
      lines.push(...found);
    }
    return lines;
  }

  /** Files that a path means whose last part may be a pattern. */
  #matching(path: BytePath): readonly BytePath[] {
    if (!/[*?[]/.test(path)) return [path];
    const slash = path.lastIndexOf("/");
    const directory = path.slice(0, slash);
    this.#note(directory);
    const names = this.#files.names(directory);
    const isWanted = globMatcher(path.slice(slash + 1));
    return names.kind === "failed"
      ? []
      : [...names.value]
          .filter(isWanted)
          .sort()
          .map((name) => `${directory}/${name}`);
  }
}

type Failed = Extract<ConfRead, { kind: "failed" }>;

/** "/etc/keepalived/keepalived.conf: permission denied" */
export function confReason({ path, reason }: Failed): string {
  return `cannot read "${pathText(path)}": ${reason}`;
}
