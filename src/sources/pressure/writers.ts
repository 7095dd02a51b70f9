import type { Io } from "../../io/io.ts";
import { type BytePath, bytePath } from "../../io/local-files.ts";
import { processStat } from "../../io/process-stat.ts";
import { isContained, ProcessList } from "../../io/processes.ts";
import type { Slices } from "../../io/slices.ts";

const LOGGERS = ["multilog", "svlogd", "s6-log", "rsyslogd", "syslog-ng", "syslogd"];
const MOST_COMMAND_BYTES = 4096;
/** The kernel keeps so many bytes of a program's name. */
const LONGEST_COMM = 15;
/** Loggers open other files now and then: those of each are looked at anew in every so many looks. */
const TURN = 10;

/** A process that writes. `isNew`: it was not there at the look before, so all that it wrote was written since. */
export interface Writer {
  readonly pid: string;
  readonly program: string;
  /** Ticks after boot. */
  readonly start: number;
  readonly isNew: boolean;
}

/** found: the oldest one that fits. hidden: a logger runs whose open files we may not see. */
export type Sought =
  | { readonly kind: "found"; readonly writer: Writer }
  | { readonly kind: "hidden"; readonly writer: Writer }
  | { readonly kind: "none" };

interface Program {
  /** As the kernel knows it, and as it was called. */
  readonly names: readonly [string, string];
  readonly start: number;
  /** Number of the look in which it was first seen. */
  readonly since: number;
}

/** Processes by their names, and loggers by the directories that they write to. */
export class Writers {
  readonly #io: Io;
  readonly #processes: ProcessList;
  readonly #programs = new Map<string, Program>();
  /** By pid: of a logger that is no newcomer, those of its open files. */
  readonly #directories = new Map<string, { readonly found: ReadonlySet<BytePath> | undefined }>();
  #looks = 0;

  constructor(io: Io) {
    this.#io = io;
    this.#processes = new ProcessList(io);
  }

  async look(slices: Slices): Promise<void> {
    this.#looks++;
    const fresh = this.#processes.look();
    for (const known of [this.#programs, this.#directories]) this.#processes.keepRunning(known);
    for (const pid of fresh) {
      await slices.pause();
      this.#read(pid);
    }
  }

  named(name: string): Sought {
    const wanted = bytePath(name);
    const [writer] = this.#writers(([comm, called]) => called === wanted || comm === wanted.slice(0, LONGEST_COMM));
    return writer === undefined ? { kind: "none" } : { kind: "found", writer };
  }

  /** The logger that has a file right in this directory open. */
  inDirectory(directory: BytePath): Sought {
    let hidden: Writer | undefined;
    const [writer] = this.#writers(isLogger).filter((each) => {
      const directories = this.#directoriesOf(each.pid);
      if (directories === undefined) hidden ??= each;
      return directories?.has(directory) === true;
    });
    if (writer !== undefined) return { kind: "found", writer };
    return hidden === undefined ? { kind: "none" } : { kind: "hidden", writer: hidden };
  }

  /** Oldest first. A pid that another process has taken since the look is noticed. */
  #writers(isMeant: (names: Program["names"]) => boolean): readonly Writer[] {
    for (const [pid, { names, start }] of this.#programs) {
      if (isMeant(names) && Number(processStat(this.#io, pid)?.start) !== start) this.#read(pid);
    }
    return [...this.#programs]
      .filter(([, { names }]) => isMeant(names))
      .map(([pid, { names, start, since }]) => ({
        pid,
        program: names.find((name) => LOGGERS.includes(name)) ?? names[0],
        start,
        isNew: since === this.#looks && this.#looks > 1,
      }))
      .sort((a, b) => a.start - b.start);
  }

  /** Undefined when we may not see them. */
  #directoriesOf(pid: string): ReadonlySet<BytePath> | undefined {
    const known = this.#directories.get(pid);
    if (known !== undefined && (Number(pid) + this.#looks) % TURN !== 0) return known.found;
    const found = this.#openDirectories(pid);
    if (this.#programs.get(pid)?.since !== this.#looks) this.#directories.set(pid, { found });
    return found;
  }

  #openDirectories(pid: string): ReadonlySet<BytePath> | undefined {
    const descriptors = this.#io.files.names(`/proc/${pid}/fd`);
    if (descriptors.kind === "failed") return descriptors.code === "EACCES" ? undefined : new Set();
    const links = descriptors.value.map((descriptor) => this.#io.files.link(`/proc/${pid}/fd/${descriptor}`));
    const paths = links.flatMap((link) => (link.kind === "ok" && link.value.startsWith("/") ? [link.value] : []));
    return new Set(paths.map((path) => path.slice(0, path.lastIndexOf("/"))));
  }

  /** Of a new process twice, since it may become another program. */
  #read(pid: string): void {
    const before = this.#programs.get(pid);
    this.#programs.delete(pid);
    this.#directories.delete(pid);
    const stat = processStat(this.#io, pid);
    const command = this.#io.files.read(`/proc/${pid}/cmdline`, MOST_COMMAND_BYTES);
    if (stat === undefined || command.kind === "failed" || command.value.bytes.length === 0) return; // gone, or the kernel's
    if (isContained(this.#io, pid)) return;
    const start = Number(stat.start);
    const [word = ""] = command.value.bytes.toString("latin1").split("\0");
    this.#programs.set(pid, {
      names: [bytePath(stat.name), word.slice(word.lastIndexOf("/") + 1)],
      start,
      since: before?.start === start ? before.since : this.#looks,
    });
  }
}

function isLogger(names: Program["names"]): boolean {
  return names.some((name) => LOGGERS.includes(name));
}
