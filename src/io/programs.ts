import type { Io } from "./io.ts";
import { isContained, ProcessList } from "./processes.ts";
import { Slices } from "./slices.ts";

/** A process of this machine. */
export interface RunningProgram {
  readonly pid: string;
  /** Its command line, with the program first. */
  readonly words: readonly string[];
}

/** The processes of one program. Those in containers are left out: they have paths and addresses of their own. */
export class Programs {
  readonly #io: Io;
  readonly #name: string;
  readonly #processes: ProcessList;
  readonly #running = new Map<string, RunningProgram>();

  /** @param name the last part of the program's path */
  constructor(io: Io, name: string) {
    this.#io = io;
    this.#name = name;
    this.#processes = new ProcessList(io);
  }

  /** Those that run now. */
  async look(): Promise<readonly RunningProgram[]> {
    const fresh = this.#processes.look();
    this.#processes.keepRunning(this.#running);
    const slices = new Slices(this.#io);
    for (const pid of fresh) {
      await slices.pause();
      this.#read(pid);
    }
    return [...this.#running.values()];
  }

  /** The processes of others cannot be seen, so nobody knows whether it runs. */
  get areHidden(): boolean {
    return this.#processes.isHidden;
  }

  #read(pid: string): void {
    const words = this.#io.readText(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
    const [program = ""] = words;
    const isMeant = program.slice(program.lastIndexOf("/") + 1) === this.#name && !isContained(this.#io, pid);
    if (isMeant) this.#running.set(pid, { pid, words });
    else this.#running.delete(pid);
  }
}
