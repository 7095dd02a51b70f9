import type { Io } from "../../io/io.ts";
import { type BytePath, pathText } from "../../io/local-files.ts";
import { deniedFinding, deniedReason } from "../../io/permission.ts";
import type { Slices } from "../../io/slices.ts";
import type { Finding } from "../source.ts";
import { type Called, type Logger, parseRunScript } from "./command-line.ts";
import { realPath } from "./real-path.ts";

/** Run scripts are short; what is longer is no script. */
const MOST_SCRIPT_BYTES = 2 ** 16;
/** One in this many known services is looked at again in each tick. */
const TURN = 10;
/** More unreadable scripts than these are only counted. */
const MOST_FINDINGS = 3;

/** A log directory that a service's run script names, without symbolic links. `home`: where the script is, so what relative paths start from. */
export interface Named {
  readonly logger: Logger;
  readonly service: string;
  readonly home: BytePath;
  readonly directory: BytePath;
}

interface Script {
  /** Of the file as it was read. */
  readonly version: string;
  readonly calls: readonly Called[];
  readonly named: readonly Named[];
  readonly denied: boolean;
}

/** What the run scripts of services say about log directories: `NAME/log/run`, and `NAME/run` of services that log. */
export class Services {
  readonly #io: Io;
  readonly #directories: readonly BytePath[];
  /** By path of the script. */
  readonly #scripts = new Map<BytePath, Script>();
  #incomplete: string | undefined;
  #findings: Finding[] = [];
  #turn = 0;

  constructor(io: Io, directories: readonly BytePath[]) {
    this.#io = io;
    this.#directories = directories;
  }

  /** Why there may be services that were not seen. */
  get incomplete(): string | undefined {
    return this.#incomplete;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  get named(): readonly Named[] {
    return [...this.#scripts.values()].flatMap(({ named }) => named);
  }

  async look(slices: Slices): Promise<void> {
    this.#incomplete = undefined;
    this.#findings = [];
    this.#turn++;
    const seen = new Set<BytePath>();
    for (const directory of this.#unique()) await this.#scan(directory, seen, slices);
    if (this.#incomplete === undefined) this.#keepOnly(seen);
    this.#reportDenied();
  }

  /** Reads all scripts anew. */
  startOver(): void {
    this.#scripts.clear();
  }

  /** /etc/service is often a link to another one of them. */
  #unique(): readonly BytePath[] {
    return [...new Set(this.#directories.map((path) => realPath(this.#io.files, path)))];
  }

  async #scan(directory: BytePath, seen: Set<BytePath>, slices: Slices): Promise<void> {
    const names = this.#io.files.names(directory);
    if (names.kind === "failed") return this.#missed(directory, names);
    for (const [index, name] of names.value.filter((each) => !each.startsWith(".")).entries()) {
      await slices.pause();
      for (const home of [`${directory}/${name}/log`, `${directory}/${name}`]) {
        seen.add(`${home}/run`);
        const isDue = !this.#scripts.has(`${home}/run`) || (index + this.#turn) % TURN === 0;
        if (isDue) this.#read(home, pathText(name));
      }
    }
  }

  #missed(directory: BytePath, { code, reason }: { readonly code: string; readonly reason: string }): void {
    if (code === "ENOENT") return;
    const isDenied = code === "EACCES";
    this.#incomplete = `cannot list "${pathText(directory)}": ${isDenied ? deniedReason(this.#io, directory) : reason}`;
    const what = pathText(directory);
    const mend = "name other directories in the configuration: LogDir.Directories=/DIRECTORY";
    this.#findings.push(
      isDenied ? deniedFinding(this.#io, directory, "directory") : { what, found: `cannot list it: ${reason}`, mend },
    );
  }

  #read(home: BytePath, service: string): void {
    const path = `${home}/run`;
    const facts = this.#io.files.facts(path);
    const version = facts.kind === "ok" ? `${facts.value.identity}@${facts.value.modified}` : facts.code;
    const known = this.#scripts.get(path);
    const { calls, denied } = known?.version === version ? known : this.#parsed(path);
    const named = calls.flatMap(({ logger, directories }) =>
      directories.map((found) => ({
        logger,
        service,
        home,
        directory: realPath(this.#io.files, found.startsWith("/") ? found : `${home}/${found}`),
      })),
    );
    this.#scripts.set(path, { version, calls, named, denied });
  }

  #parsed(path: BytePath): Pick<Script, "calls" | "denied"> {
    const script = this.#io.files.read(path, MOST_SCRIPT_BYTES);
    if (script.kind === "failed") return { calls: [], denied: script.code === "EACCES" };
    return { calls: parseRunScript(script.value.bytes.toString("latin1")), denied: false };
  }

  #reportDenied(): void {
    const denied = [...this.#scripts].filter(([, script]) => script.denied).map(([path]) => path);
    for (const path of denied.slice(0, MOST_FINDINGS)) this.#findings.push(deniedFinding(this.#io, path, "file"));
    const more = denied.length - MOST_FINDINGS;
    if (more <= 0) return;
    const mend = "mend them likewise, or name the log directories: LogDir.NAME.Path=/DIRECTORY";
    this.#findings.push({ what: `${more} more run scripts`, found: "permission denied, too", mend });
  }

  #keepOnly(seen: ReadonlySet<BytePath>): void {
    for (const path of this.#scripts.keys()) if (!seen.has(path)) this.#scripts.delete(path);
  }
}
