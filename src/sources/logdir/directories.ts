import type { Section } from "../../config/spec.ts";
import type { Io } from "../../io/io.ts";
import { type BytePath, bytePath, pathBytes, pathText } from "../../io/local-files.ts";
import type { Slices } from "../../io/slices.ts";
import { shortName } from "../../items/short-name.ts";
import type { Finding, Remembered } from "../source.ts";
import { Processes, unresolvedFinding } from "./processes.ts";
import { realPath } from "./real-path.ts";
import { configured, type General, type Named } from "./section.ts";
import { Services } from "./services.ts";
import type { Spec } from "./spec.ts";
import { Target } from "./target.ts";

/** A found directory leaves the list when it was not there, and nobody named it, in this many looks running. */
const LOOKS = 3;

/** A target that was found, not configured. `gone`: looks since it was last there or named. */
interface Place {
  readonly target: Target;
  gone: number;
}

/** The log directories of this machine: the configured ones first, then those found, which stay when their logger dies. */
export class Directories {
  readonly #io: Io;
  readonly #discovers: boolean;
  readonly #configured: readonly Target[];
  readonly #found = new Map<BytePath, Place>();
  readonly #services: Services;
  readonly processes: Processes;
  /** Real path of each directory that a running logger was started for, with its pid. */
  #loggers: ReadonlyMap<BytePath, number> = new Map();
  #named: ReadonlySet<BytePath> = new Set();

  constructor(io: Io, section: Section<General, Named>, remembered: ReadonlyMap<string, Remembered>) {
    this.#io = io;
    this.#discovers = section.general.Discover;
    this.processes = new Processes(io);
    this.#services = new Services(io, section.general.Directories.map(bytePath));
    this.#configured = configured(section).map(([name, path]) => {
      return new Target(io, { ...unknownAt(realPath(io.files, bytePath(path))), name });
    });
    for (const { labels } of this.#discovers ? remembered.values() : []) {
      const path = pathBytes(labels["PATH"] ?? "");
      if (path !== "") this.#learn({ ...unknownAt(path), ...kept(labels) });
    }
  }

  get targets(): readonly Target[] {
    return [...this.#configured, ...[...this.#found.values()].map(({ target }) => target)];
  }

  get loggers(): ReadonlyMap<BytePath, number> {
    return this.#loggers;
  }

  /** Why there may be directories that were not found. */
  get incomplete(): string | undefined {
    return this.#discovers ? this.#services.incomplete : undefined;
  }

  get findings(): readonly Finding[] {
    if (!this.#discovers) return [];
    return [...this.processes.findings, ...this.#services.findings, ...this.#unresolved()];
  }

  /** Whether a found directory's logger runs, or a service would start one. */
  isNamed({ spec }: Target): boolean {
    return this.#found.has(spec.path) && this.#named.has(spec.path);
  }

  async look(slices: Slices): Promise<void> {
    await this.processes.look(slices);
    if (this.#discovers) await this.#services.look(slices);
    const running = this.processes.loggers.flatMap(({ pid, logger, directories }) =>
      directories.map((path) => ({ pid, spec: { ...unknownAt(path), logger } })),
    );
    const scripted = this.#services.named.map(({ directory, logger, service, home }) => ({
      ...unknownAt(directory),
      logger,
      service,
      home,
    }));
    this.#loggers = new Map(running.map(({ spec, pid }) => [spec.path, pid]));
    const specs = [...running.map(({ spec }) => spec), ...scripted];
    this.#named = new Set(specs.map(({ path }) => path));
    for (const spec of specs) this.#learn(spec);
  }

  /** After the samples: drops what is gone for good. */
  dropGone(): void {
    for (const [path, place] of this.#found) {
      place.gone = place.target.isMissing && !this.#named.has(path) ? place.gone + 1 : 0;
      if (place.gone >= LOOKS) this.#found.delete(path);
    }
  }

  /** One that is still written will be found again. False: no found one has this name. */
  forget(name: string): boolean {
    this.processes.startOver();
    this.#services.startOver();
    const found = [...this.#found].find(([, { target }]) => target.spec.name === name);
    return found !== undefined && this.#found.delete(found[0]);
  }

  #learn(spec: Spec): void {
    const found = this.#found.get(spec.path)?.target;
    const known = this.#configured.filter((target) => target.spec.path === spec.path);
    for (const target of found === undefined ? known : [...known, found]) target.learn(spec);
    if (known.length > 0 || found !== undefined || !this.#discovers) return;
    this.#found.set(spec.path, { target: new Target(this.#io, spec), gone: 0 });
  }

  /** Loggers whose relative directory no run script tells, either. */
  #unresolved(): readonly Finding[] {
    const told = (path: BytePath) => this.#services.named.some(({ directory }) => directory.endsWith(`/${path}`));
    const lost = this.processes.loggers.filter(({ unresolved }) => unresolved.some((path) => !told(path)));
    return lost.map(unresolvedFinding);
  }
}

function unknownAt(path: BytePath): Spec {
  return { name: nameOf(path), path, logger: "", service: "", home: "" };
}

function kept(labels: Remembered["labels"]): Pick<Spec, "logger" | "service" | "home"> {
  const { LOGGER: logger = "", SERVICE: service = "", HOME: home = "" } = labels;
  return { logger, service, home: pathBytes(home) };
}

/** `var:log:web` for /var/log/web; a path that has a colon or other strange characters gets a mark of its own. */
function nameOf(path: BytePath): string {
  const text = pathText(path);
  return shortName(text.includes(":") ? text : text.slice(1).replaceAll("/", ":"));
}
