import type { Io } from "../../../io/io.ts";
import { bytePath, type FileFacts, pathText } from "../../../io/local-files.ts";
import { globMatcher } from "../../../words/glob.ts";
import { type Configuration, configurationOf, type Unread } from "./configuration.ts";
import { parseStatements, type Statement } from "./statements.ts";

/** More of any of these is no configuration of rsyslog's. */
const MOST_BYTES = 1 << 20;
const MOST_FILES = 500;
const DEEPEST = 10;

/** rsyslogd's configuration with all that it includes; read again when one of its files has changed. */
export class ConfigurationReader {
  readonly #io: Io;
  readonly #path: string;
  /** Text of what was looked at, by path: a file's identity, size and time, a directory's names. */
  #seen = new Map<string, string>();
  #files = 0;
  #read: Configuration | undefined;

  constructor(io: Io, path: string) {
    this.#io = io;
    this.#path = path;
  }

  /** Undefined: there is no such file. */
  get(): Configuration | undefined {
    const changed = [...this.#seen].some(([path, seen]) => this.#lookAt(path) !== seen);
    if (this.#seen.size > 0 && !changed) return this.#read;
    this.#seen = new Map();
    this.#files = 0;
    const statements: Statement[] = [];
    const unread: Unread[] = [];
    this.#file(this.#path, { statements, unread, depth: 0 });
    const isMissing = unread.some(({ path, code }) => path === this.#path && code === "ENOENT");
    this.#read = isMissing ? undefined : configurationOf(statements, unread);
    return this.#read;
  }

  #file(path: string, into: Into): void {
    const text = this.#text(path);
    if (text.kind === "failed") {
      into.unread.push({ path, code: text.code, reason: text.reason });
      return;
    }
    for (const statement of parseStatements(text.value)) {
      const included = includedBy(statement);
      if (included === undefined) into.statements.push(statement);
      else if (included.kind === "text") into.statements.push(...parseStatements(included.text));
      else if (into.depth < DEEPEST) {
        for (const each of this.#glob(included.path)) this.#file(each, { ...into, depth: into.depth + 1 });
      }
    }
  }

  #text(path: string): { kind: "ok"; value: string } | { kind: "failed"; code: string; reason: string } {
    this.#files++;
    if (this.#files > MOST_FILES) return { kind: "failed", code: "", reason: "too many files" };
    this.#seen.set(path, this.#lookAt(path));
    const read = this.#io.files.read(bytePath(path), MOST_BYTES);
    return read.kind === "ok" ? { kind: "ok", value: read.value.bytes.toString("utf8") } : read;
  }

  /** As rsyslogd: in the order of their names; a directory stands for all files in it. No file at all is no fault. */
  #glob(pattern: string): readonly string[] {
    const facts = this.#io.files.facts(bytePath(pattern));
    if (facts.kind === "ok" && facts.value.kind !== "directory") return [pattern];
    const whole = facts.kind === "ok" ? `${pattern.replace(/\/$/, "")}/*` : pattern;
    const directory = whole.slice(0, whole.lastIndexOf("/")) || "/";
    this.#seen.set(`${directory}/`, this.#lookAt(`${directory}/`));
    const names = this.#io.files.names(bytePath(directory));
    if (names.kind === "failed") return names.code === "ENOENT" ? [] : [directory];
    const found = names.value.map(pathText).filter(globMatcher(whole.slice(whole.lastIndexOf("/") + 1)));
    return found.sort().map((name) => `${directory}/${name}`);
  }

  #lookAt(path: string): string {
    if (path.endsWith("/")) {
      const names = this.#io.files.names(bytePath(path));
      return names.kind === "ok" ? names.value.join("\n") : names.code;
    }
    const facts = this.#io.files.facts(bytePath(path));
    return facts.kind === "ok" ? identityOf(facts.value) : facts.code;
  }
}

interface Into {
  readonly statements: Statement[];
  readonly unread: Unread[];
  readonly depth: number;
}

function identityOf({ identity, size, modified, mode }: FileFacts): string {
  return [identity, size, modified, mode].join(" ");
}

type Included = { readonly kind: "path"; readonly path: string } | { readonly kind: "text"; readonly text: string };

function includedBy(statement: Statement): Included | undefined {
  if (statement.kind === "directive" && statement.name === "includeconfig")
    return { kind: "path", path: statement.value };
  if (statement.kind !== "object" || statement.name !== "include") return undefined;
  const text = statement.parameters.get("text");
  return text === undefined ? { kind: "path", path: statement.parameters.get("file") ?? "" } : { kind: "text", text };
}
