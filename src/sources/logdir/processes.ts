import type { Io } from "../../io/io.ts";
import { type BytePath, pathText } from "../../io/local-files.ts";
import { isContained, ProcessList } from "../../io/processes.ts";
import type { Slices } from "../../io/slices.ts";
import type { Finding } from "../source.ts";
import { type Called, type Logger, parseArguments } from "./command-line.ts";
import { realPath } from "./real-path.ts";

const MOST_COMMAND_BYTES = 2 ** 16;

/** A logger that runs on this machine. */
export interface RunningLogger {
  readonly pid: number;
  readonly logger: Logger;
  /** Absolute, without symbolic links. */
  readonly directories: readonly BytePath[];
  /** As they stand on the command line: relative to where it was started, which nobody knows any more. */
  readonly unresolved: readonly BytePath[];
}

const LOCK = "/lock";

/** Loggers in /proc, and who writes into which pipe with its standard output or error. */
export class Processes {
  readonly #io: Io;
  readonly #processes: ProcessList;
  readonly #loggers = new Map<string, RunningLogger>();
  readonly #contained = new Map<string, Finding>();
  /** By pid: what its standard output and error are; undefined when we may not see that. */
  readonly #outputs = new Map<string, ReadonlySet<string> | undefined>();

  constructor(io: Io) {
    this.#io = io;
    this.#processes = new ProcessList(io);
  }

  async look(slices: Slices): Promise<void> {
    const fresh = this.#processes.look();
    for (const known of [this.#loggers, this.#contained, this.#outputs]) this.#processes.keepRunning(known);
    for (const pid of fresh) {
      await slices.pause();
      this.#read(pid);
    }
  }

  /** Of the loggers. */
  get pids(): ReadonlySet<number> {
    return new Set(this.loggers.map(({ pid }) => pid));
  }

  get loggers(): readonly RunningLogger[] {
    return [...this.#loggers.values()];
  }

  get findings(): readonly Finding[] {
    return [...(this.#processes.isHidden ? [HIDDEN] : []), ...this.#contained.values()];
  }

  /** Pids whose standard output or error goes into this pipe ("pipe:[4711]"), as far as we may see. */
  writersOf(pipe: string): readonly string[] {
    return [...this.#outputs].filter(([, outputs]) => outputs?.has(pipe)).map(([pid]) => pid);
  }

  /** Whether the outputs of some processes may not be seen. */
  get areSomeHidden(): boolean {
    return this.#processes.isHidden || [...this.#outputs.values()].includes(undefined);
  }

  /** Looks at all again, as if they were new. */
  startOver(): void {
    this.#processes.startOver();
  }

  #read(pid: string): void {
    this.#loggers.delete(pid);
    const command = this.#io.files.read(`/proc/${pid}/cmdline`, MOST_COMMAND_BYTES);
    if (command.kind === "failed" || command.value.bytes.length === 0) return; // gone, or a thread of the kernel
    this.#outputs.set(pid, this.#outputsOf(pid));
    const called = parseArguments(command.value.bytes.toString("latin1").split("\0").slice(0, -1));
    if (called === undefined) return;
    if (isContained(this.#io, pid)) this.#contained.set(pid, inContainer(called.logger, pid));
    else this.#loggers.set(pid, this.#resolved(pid, called));
  }

  /**
   * Each logger holds the file `lock` in its directories open. Its working directory says nothing: multilog and svlogd
   * go to and fro between their directories.
   */
  #resolved(pid: string, { logger, directories }: Called): RunningLogger {
    const absolute = directories.filter((path) => path.startsWith("/"));
    const open = this.#openFiles(pid);
    const locked = (open ?? []).filter((path) => path.endsWith(LOCK)).map((path) => path.slice(0, -LOCK.length));
    return {
      pid: Number(pid),
      logger,
      directories: locked.length > 0 ? locked : absolute.map((path) => realPath(this.#io.files, path)),
      unresolved: open === undefined ? directories.filter((path) => !absolute.includes(path)) : [],
    };
  }

  /** Undefined when we may not see them. */
  #openFiles(pid: string): readonly BytePath[] | undefined {
    const descriptors = this.#io.files.names(`/proc/${pid}/fd`);
    if (descriptors.kind === "failed") return undefined;
    const links = descriptors.value.map((descriptor) => this.#io.files.link(`/proc/${pid}/fd/${descriptor}`));
    return links.flatMap((link) => (link.kind === "ok" ? [link.value] : []));
  }

  #outputsOf(pid: string): ReadonlySet<string> | undefined {
    const links = [1, 2].map((descriptor) => this.#io.files.link(`/proc/${pid}/fd/${descriptor}`));
    if (links.some((link) => link.kind === "failed" && link.code === "EACCES")) return undefined;
    return new Set(links.flatMap((link) => (link.kind === "ok" ? [link.value] : [])));
  }
}

const HIDDEN: Finding = {
  what: "processes of multilog, svlogd and s6-log",
  found: "the command lines of other users' processes in /proc cannot be read (hidepid?)",
  mend: "name the log directories in the configuration: LogDir.NAME.Path=/DIRECTORY",
};

function inContainer(logger: Logger, pid: string): Finding {
  return {
    what: `${logger} process ${pid}`,
    found: "it runs in a container, so the paths on its command line are not those of this machine",
    mend: "name its log directory in the configuration: LogDir.NAME.Path=/DIRECTORY",
  };
}

/** A logger that was given a relative directory, and whose open files we may not see. */
export function unresolvedFinding({ pid, logger, unresolved }: RunningLogger): Finding {
  const [first = "."] = unresolved;
  return {
    what: `${logger} process ${pid}`,
    found: `its directory "${pathText(first)}" is relative, and our user may not see in /proc/${pid}/fd which one that is`,
    mend: "name it in the configuration: LogDir.NAME.Path=/DIRECTORY",
  };
}
