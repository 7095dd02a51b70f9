import type { Io } from "../../io/io.ts";
import { isContained, ProcessList } from "../../io/processes.ts";
import { Slices } from "../../io/slices.ts";
import type { Finding } from "../source.ts";
import { parseCommandLine, type Started } from "./command-line.ts";

/** A memcached that runs on this machine. */
export interface Running extends Started {
  readonly pid: number;
}

/** Looks for memcached processes in /proc. */
export class Processes {
  readonly #io: Io;
  readonly #processes: ProcessList;
  readonly #running = new Map<string, Running>();
  readonly #contained = new Map<string, Finding>();

  constructor(io: Io) {
    this.#io = io;
    this.#processes = new ProcessList(io);
  }

  /** Those that run now. */
  async look(): Promise<readonly Running[]> {
    const fresh = this.#processes.look();
    for (const known of [this.#running, this.#contained]) this.#processes.keepRunning(known);
    const slices = new Slices(this.#io);
    for (const pid of fresh) {
      await slices.pause();
      this.#read(pid);
    }
    return [...this.#running.values()];
  }

  get findings(): readonly Finding[] {
    return [...(this.#processes.isHidden ? [HIDDEN] : []), ...this.#contained.values()];
  }

  /** Looks at all again, as if they were new. */
  startOver(): void {
    this.#processes.startOver();
  }

  #read(pid: string): void {
    const words = this.#io.readText(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
    const started = parseCommandLine(words);
    if (started === undefined) this.#running.delete(pid);
    else if (isContained(this.#io, pid)) this.#contained.set(pid, inContainer(pid));
    else this.#running.set(pid, { pid: Number(pid), ...started });
  }
}

const HIDDEN: Finding = {
  what: "memcached processes",
  found: "the command lines of other users' processes in /proc cannot be read (hidepid?)",
  mend: "name the instances in the configuration: Memcached.NAME.Uri=HOST:PORT",
};

function inContainer(pid: string): Finding {
  return {
    what: `memcached process ${pid}`,
    found: "it runs in a container, so its command line does not say how to reach it",
    mend: "name it in the configuration: Memcached.NAME.Uri=HOST:PORT",
  };
}
