import type { Io } from "./io.ts";

/** A process is read in this many looks: it may still be the shell that is about to become another program. */
const READS = 2;

/** The processes in /proc. Only those that are new are to be read, so a look each tick is cheap. */
export class ProcessList {
  readonly #io: Io;
  /** By pid: how often it was to be read. */
  readonly #reads = new Map<string, number>();
  #running: ReadonlySet<string> = new Set();
  #hidden = false;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Lists them anew. Pids that are to be read now. */
  look(): readonly string[] {
    this.#running = new Set((this.#io.list("/proc") ?? []).filter((name) => /^\d+$/.test(name)));
    this.#hidden = this.#io.readText("/proc/1/cmdline") === undefined;
    this.keepRunning(this.#reads);
    const fresh = [...this.#running].filter((pid) => (this.#reads.get(pid) ?? 0) < READS);
    for (const pid of fresh) this.#reads.set(pid, (this.#reads.get(pid) ?? 0) + 1);
    return fresh;
  }

  /** Drops what is known by the pids of processes that are gone. */
  keepRunning(known: Map<string, unknown>): void {
    for (const pid of known.keys()) if (!this.#running.has(pid)) known.delete(pid);
  }

  /** Process 1 is always there, and its command line can be read by all unless /proc is mounted with hidepid. */
  get isHidden(): boolean {
    return this.#hidden;
  }

  /** Reads all again, as if they were new. */
  startOver(): void {
    this.#reads.clear();
  }
}

/** Whether it runs in a container, which has paths and addresses of its own. NSpid: one number for each nested namespace. */
export function isContained(io: Io, pid: string): boolean {
  const numbers = /^NSpid:\s*(.*)$/m.exec(io.readText(`/proc/${pid}/status`) ?? "")?.[1] ?? "";
  return numbers.split(/\s+/).length > 1;
}
