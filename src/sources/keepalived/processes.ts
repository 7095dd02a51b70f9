import type { Io } from "../../io/io.ts";
import { bytePath } from "../../io/local-files.ts";
import { ageOf, type ProcessStat, processStat } from "../../io/process-stat.ts";
import { isContained, ProcessList } from "../../io/processes.ts";
import type { Slices } from "../../io/slices.ts";
import { parseCommandLine, type Started } from "./command-line.ts";

/** One process of keepalived. */
export interface KeepalivedProcess {
  readonly pid: string;
  readonly parent: string;
  readonly name: string;
  /** On the clock of `Stamp.mono`. */
  readonly started: number;
  /** Its pid and start: no two processes have the same. */
  readonly life: string;
}

/** The keepalived that runs here. */
export interface Running {
  readonly parent: KeepalivedProcess;
  readonly children: readonly KeepalivedProcess[];
  readonly command: Started;
  /** In a container, whose files are not those of this machine. */
  readonly isContained: boolean;
  /** In another network namespace than we, whose addresses are not those of this machine, as far as we may see. */
  readonly isElsewhere: boolean;
}

const MOST_COMMAND_BYTES = 4096;

/** Looks for keepalived in /proc: its parent and the children that do its work. */
export class Processes {
  readonly #io: Io;
  readonly #list: ProcessList;
  /** By pid. */
  readonly #commands = new Map<string, Started>();
  #running: Running | undefined;

  constructor(io: Io) {
    this.#io = io;
    this.#list = new ProcessList(io);
  }

  async look(slices: Slices): Promise<void> {
    const fresh = this.#list.look();
    this.#list.keepRunning(this.#commands);
    for (const pid of fresh) {
      await slices.pause();
      const command = this.#read(pid);
      if (command === undefined) this.#commands.delete(pid);
      else this.#commands.set(pid, command);
    }
    this.#running = this.#found();
  }

  get running(): Running | undefined {
    return this.#running;
  }

  /** The processes of others cannot be seen, so nobody knows whether keepalived runs. */
  get areHidden(): boolean {
    return this.#list.isHidden;
  }

  #read(pid: string): Started | undefined {
    const command = this.#io.files.read(`/proc/${pid}/cmdline`, MOST_COMMAND_BYTES);
    if (command.kind === "failed") return undefined;
    return parseCommandLine(command.value.bytes.toString("utf8").split("\0").slice(0, -1));
  }

  /** Of several the one that lives where we do, then the oldest. */
  #found(): Running | undefined {
    const age = ageOf(this.#io);
    const all = [...this.#commands.keys()].flatMap((pid) => this.#process(pid, age) ?? []);
    const pids = new Set(all.map(({ pid }) => pid));
    const parents = all
      .filter(({ parent }) => !pids.has(parent))
      .map((parent) => ({
        parent,
        isContained: isContained(this.#io, parent.pid),
        isElsewhere: this.#isElsewhere(parent.pid),
      }))
      .sort((a, b) => strangeness(a) - strangeness(b) || a.parent.started - b.parent.started);
    const [first] = parents;
    const command = this.#commands.get(first?.parent.pid ?? "");
    if (first === undefined || command === undefined) return undefined;
    return { ...first, command, children: all.filter(({ parent }) => parent === first.parent.pid) };
  }

  #isElsewhere(pid: string): boolean {
    const [theirs, ours] = [pid, "self"].map((each) => this.#io.files.link(`/proc/${each}/ns/net`));
    return theirs?.kind === "ok" && ours?.kind === "ok" && theirs.value !== ours.value;
  }

  #process(pid: string, age: (stat: ProcessStat) => number): KeepalivedProcess | undefined {
    const stat = processStat(this.#io, pid);
    if (stat === undefined || /^[ZX]$/.test(stat.state)) return undefined;
    const { name, parent, start } = stat;
    return { pid, parent, name, started: this.#io.now().mono - age(stat), life: `${pid}@${start}` };
  }
}

function strangeness({ isContained: contained, isElsewhere }: Pick<Running, "isContained" | "isElsewhere">): number {
  return Number(contained) + Number(isElsewhere);
}

/**
 * When the VRRP child began its life. Where nothing tells it from the other children it is taken to be the youngest:
 * then what is believed of it is too young rather than too old. Undefined: there is none.
 */
export function vrrpStart(io: Io, { children, command }: Running): number | undefined {
  const named = children.filter(({ name }) => name.includes("vrrp"));
  const noted = pidIn(io, command.vrrpPidFile);
  const known = named.length > 0 ? named : children.filter(({ pid }) => pid === noted);
  const others = /_(?:ipvs|lvs|check|healthcheck|bfd)/;
  const possible = known.length > 0 ? known : children.filter(({ name }) => !others.test(name));
  return possible.length === 0 ? undefined : Math.max(...possible.map(({ started }) => started));
}

function pidIn(io: Io, path: string | undefined): string | undefined {
  const file = path === undefined ? undefined : io.files.read(bytePath(path), MOST_COMMAND_BYTES);
  return file?.kind === "ok" ? file.value.bytes.toString("latin1").trim() : undefined;
}
