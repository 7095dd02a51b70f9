import { endpointText } from "../../io/endpoint.ts";
import type { Io } from "../../io/io.ts";
import { Programs, type RunningProgram } from "../../io/programs.ts";
import { shortName } from "../../items/short-name.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Finding, Remembered } from "../source.ts";
import { readConf, type Settings } from "./conf.ts";
import { Target, type TargetSpec } from "./target.ts";
import { parseStatusUrl, type StatusUrl, statusUrl } from "./url.ts";

/** What a person does about a server that is not asked. */
export const NAME_IT = "name its status page in the configuration: Lighttpd.NAME.Url=http://HOST/PATH";

/**
 * The servers of this machine, when none is configured: those whose process names a readable lighttpd.conf that tells
 * the address of the status page. No other is guessed. One that has shown it stays, until it is forgotten.
 */
export class LocalTargets {
  readonly #io: Io;
  readonly #programs: Programs;
  readonly #told = new Map<string, Parsed<TargetSpec>>();
  readonly #found = new Map<string, Target>();
  /** Not listed before they have shown their status. */
  readonly #candidates = new Map<string, Target>();

  constructor(io: Io, remembered: ReadonlyMap<string, Remembered>) {
    this.#io = io;
    this.#programs = new Programs(io, "lighttpd");
    for (const { labels } of remembered.values()) {
      const url = parseStatusUrl(labels["URL"] ?? "");
      if (url.kind === "ok") this.#place(this.#found, localSpec(url.value));
    }
  }

  get found(): ReadonlyMap<string, Target> {
    return this.#found;
  }

  /** Processes that do not say where their status page is; the workers of one server once. */
  get findings(): readonly Finding[] {
    const reasons = [...this.#told.values()].flatMap((told) => (told.kind === "malformed" ? [told.reason] : []));
    return [...new Set(reasons)].map((found) => ({ what: "lighttpd process", found, mend: NAME_IT }));
  }

  /** Looks for new ones. Answers all that are to be sampled. */
  async look(): Promise<readonly Target[]> {
    this.#readConfs(await this.#programs.look());
    const specs = [...this.#told.values()].flatMap((told) => (told.kind === "ok" ? [told.value] : []));
    for (const name of this.#candidates.keys()) {
      if (!specs.some((spec) => spec.name === name)) this.#candidates.delete(name);
    }
    for (const spec of specs) this.#place(this.#found.has(spec.name) ? this.#found : this.#candidates, spec);
    return [...this.#found.values(), ...this.#candidates.values()];
  }

  /** Takes one that has shown its status into the list. True: it was not in it before. */
  adopt(target: Target): boolean {
    if (!this.#candidates.delete(target.spec.name)) return false;
    this.#found.set(target.spec.name, target);
    return true;
  }

  /** One that still runs will be found again. False: there is none of this name. */
  forget(name: string): boolean {
    return this.#found.delete(name);
  }

  /** Once in the life of a process, since lighttpd itself reads no more than that. */
  #readConfs(running: readonly RunningProgram[]): void {
    for (const pid of this.#told.keys()) if (!running.some((program) => program.pid === pid)) this.#told.delete(pid);
    for (const { pid, words } of running) if (!this.#told.has(pid)) this.#told.set(pid, toldBy(this.#io, words));
  }

  #place(among: Map<string, Target>, spec: TargetSpec): void {
    if (among.get(spec.name)?.spec.url.text !== spec.url.text) among.set(spec.name, new Target(this.#io, spec));
  }
}

function localSpec(url: StatusUrl): TargetSpec {
  return { name: shortName(endpointText(url.endpoint)), url, errorLog: undefined };
}

function toldBy(io: Io, words: readonly string[]): Parsed<TargetSpec> {
  const path = configurationOf(words);
  if (path === undefined) return malformed("its command line names no configuration file by its whole path");
  const settings = readConf(io, path);
  if (settings === undefined) return malformed(`cannot read "${path}"`);
  const url = urlOf(settings);
  return url.kind === "ok" ? ok(localSpec(url.value)) : malformed(`"${path}" ${url.reason}`);
}

/** `-f /path` or `-f/path`. */
function configurationOf(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word.startsWith("-f"));
  const path = words[at] === "-f" ? words[at + 1] : words[at]?.slice(2);
  return at >= 0 && path?.startsWith("/") ? path : undefined;
}

/** One that listens everywhere is asked over loopback. */
const LOOPBACK = new Map([
  ["", "127.0.0.1"],
  ["*", "127.0.0.1"],
  ["0.0.0.0", "127.0.0.1"],
  ["localhost", "127.0.0.1"],
  ["::", "::1"],
  ["[::]", "::1"],
]);

function urlOf(settings: Settings): Parsed<StatusUrl> {
  const path = settings.get("status.status-url");
  if (path === undefined) return malformed("names no status.status-url that holds for 127.0.0.1");
  if (settings.get("ssl.engine") === "enable") return malformed("has TLS on the main port");
  const bind = settings.get("server.bind") ?? "";
  const host = LOOPBACK.get(bind) ?? bind.replace(/^\[(.*)\]$/, "$1");
  if (host.startsWith("/")) return malformed(`listens on the socket ${host}`);
  return parseStatusUrl(statusUrl({ kind: "tcp", host, port: Number(settings.get("server.port") ?? 80) }, path).text);
}
