import type { Io } from "../../io/io.ts";
import { ProcessList } from "../../io/processes.ts";
import { Slices } from "../../io/slices.ts";

/** Longer command lines are none of ours, except for their title; the system gives a page at once. */
const MOST_COMMAND_BYTES = 8192;

/** A process that supervises, or whose command line shows what others complained about. */
export interface Watcher {
  readonly pid: number;
  /** Name of its program, without a path. */
  readonly program: string;
  /** Each byte a character. */
  readonly args: readonly string[];
}

const PROGRAMS = ["supervise", "runsv", "s6-supervise", "readproctitle", "runsvdir"];

/** The processes of supervisors, found in /proc. */
export class Supervisors {
  readonly #io: Io;
  readonly #processes: ProcessList;
  readonly #found = new Map<string, Watcher>();

  constructor(io: Io) {
    this.#io = io;
    this.#processes = new ProcessList(io);
  }

  async look(): Promise<void> {
    const fresh = this.#processes.look();
    this.#processes.keepRunning(this.#found);
    const slices = new Slices(this.#io);
    for (const pid of fresh) {
      await slices.pause();
      this.#read(pid);
    }
  }

  get found(): Iterable<Watcher> {
    return this.#found.values();
  }

  get hidden(): boolean {
    return this.#processes.isHidden;
  }

  /**
   * Whether a supervisor runs for a service; undefined: /proc hides it.
   * @param names last arguments that its supervisor may have
   * @param pid of the service's program: its parent is the supervisor, whatever that is called
   */
  watches(names: readonly string[], pid: number | undefined): boolean | undefined {
    if (this.hidden) return undefined;
    if (pid !== undefined) return this.#found.has(this.#parentOf(pid) ?? "");
    return [...this.#found.values()].some(({ args }) => names.includes(args.at(-1) ?? ""));
  }

  /** Fourth field of /proc/PID/stat, the second behind the program's name in parentheses. */
  #parentOf(pid: number): string | undefined {
    return /^.*\) \S (\d+)/s.exec(this.#io.readText(`/proc/${pid}/stat`) ?? "")?.[1];
  }

  #read(pid: string): void {
    const args = commandOf(this.#io, pid);
    const program = args[0]?.split("/").at(-1) ?? "";
    if (PROGRAMS.includes(program)) this.#found.set(pid, { pid: Number(pid), program, args });
    else this.#found.delete(pid);
  }
}

/** Arguments of a process, each byte a character; empty when it is gone or hidden. */
export function commandOf({ files }: Io, pid: string | number): readonly string[] {
  const file = files.read(`/proc/${pid}/cmdline`, MOST_COMMAND_BYTES);
  return file.kind === "ok" ? file.value.bytes.toString("latin1").split("\0").slice(0, -1) : [];
}
