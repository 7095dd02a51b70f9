import type { Io } from "../../io/io.ts";
import type { Finding } from "../source.ts";
import { parseCommandLine, type Started } from "./command-line.ts";

/** A process is looked at in this many ticks: it may still be the shell that is about to become a memcached. */
const LOOKS = 2;

/** Small files read without a pause for others. */
const SLICE = 64;

/** A memcached that runs on this machine. */
export interface Running extends Started {
  readonly pid: number;
}

/** Looks for memcached processes in /proc. Only processes that are new are read, so a look each tick is cheap. */
export class Processes {
  readonly #io: Io;
  /** By pid: how often it was looked at. */
  readonly #looks = new Map<string, number>();
  readonly #running = new Map<string, Running>();
  readonly #contained = new Map<string, Finding>();
  #hidden: Finding | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Those that run now. */
  async look(): Promise<readonly Running[]> {
    const pids = (this.#io.list("/proc") ?? []).filter((name) => /^\d+$/.test(name));
    this.#hidden = this.#hiding(pids);
    this.#forgetAllBut(new Set(pids));
    const fresh = pids.filter((pid) => (this.#looks.get(pid) ?? 0) < LOOKS);
    for (let at = 0; at < fresh.length; at += SLICE) {
      if (at > 0) await this.#breath();
      for (const pid of fresh.slice(at, at + SLICE)) this.#read(pid);
    }
    return [...this.#running.values()];
  }

  get findings(): readonly Finding[] {
    return [...(this.#hidden === undefined ? [] : [this.#hidden]), ...this.#contained.values()];
  }

  /** Looks at all again, as if they were new. */
  startOver(): void {
    this.#looks.clear();
  }

  #read(pid: string): void {
    this.#looks.set(pid, (this.#looks.get(pid) ?? 0) + 1);
    const words = this.#io.readText(`/proc/${pid}/cmdline`)?.split("\0").slice(0, -1) ?? [];
    const started = parseCommandLine(words);
    if (started === undefined) this.#running.delete(pid);
    else if (this.#isContained(pid)) this.#contained.set(pid, inContainer(pid));
    else this.#running.set(pid, { pid: Number(pid), ...started });
  }

  /** NSpid: one number for each nested pid namespace. What listens in a container is not on this machine's loopback. */
  #isContained(pid: string): boolean {
    const numbers = /^NSpid:\s*(.*)$/m.exec(this.#io.readText(`/proc/${pid}/status`) ?? "")?.[1] ?? "";
    return numbers.split(/\s+/).length > 1;
  }

  #forgetAllBut(pids: ReadonlySet<string>): void {
    for (const known of [this.#looks, this.#running, this.#contained]) {
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid);
    }
  }

  /** Process 1 is always there, and its command line can be read by all unless /proc is mounted with hidepid. */
  #hiding(pids: readonly string[]): Finding | undefined {
    if (pids.includes("1") && this.#io.readText("/proc/1/cmdline") !== undefined) return undefined;
    return {
      what: "memcached processes",
      found: "the command lines of other users' processes in /proc cannot be read (hidepid?)",
      mend: "name the instances in the configuration: Memcached.NAME.Uri=HOST:PORT",
    };
  }

  #breath(): Promise<void> {
    return new Promise((resolve) => this.#io.after(0, resolve));
  }
}

function inContainer(pid: string): Finding {
  return {
    what: `memcached process ${pid}`,
    found: "it runs in a container, so its command line does not say how to reach it",
    mend: "name it in the configuration: Memcached.NAME.Uri=HOST:PORT",
  };
}
