import type { Io } from "../../io/io.ts";
import { shortName } from "../../items/short-name.ts";
import type { Numbers, Sample } from "../../ring/sample.ts";
import type { Finding } from "../source.ts";
import { CpuCounter, parseCpu } from "./cpu.ts";
import { HOST } from "./declare.ts";
import { type Disk, wholeDisks } from "./disks.ts";
import { parseLoad } from "./load.ts";
import type { Network } from "./networks.ts";
import { readStalls, STALLS } from "./stalls.ts";
import { STATES } from "./states.ts";

/** How the parts of the machine's sample begin: a disk's or a network interface's short name follows. */
export const DISK = "disk:";
export const NETWORK = "net:";

/** Columns of the ring for each; container hosts have hundreds of interfaces. */
const MOST_OF_A_KIND = 32;

/** What one tick has read in common for the machine and the places; undefined: the file could not be read. */
export interface Readings {
  readonly boot: string;
  readonly disks: readonly Disk[] | undefined;
  readonly networks: readonly Network[] | undefined;
  /** Disks that are sampled whatever they are. */
  readonly watched: readonly Disk[];
}

/** The machine itself. */
export class Host {
  readonly #io: Io;
  readonly #cpu = new CpuCounter();
  #findings: readonly Finding[] = [];

  constructor(io: Io) {
    this.#io = io;
  }

  get findings(): readonly Finding[] {
    return this.#findings;
  }

  sample(readings: Readings): Sample {
    const stamp = this.#io.now();
    const stalls = STALLS.map((stall) => ({ resource: stall.resource, ...readStalls(this.#io, stall) }));
    this.#findings = stalls.some(({ off }) => off) ? [STALLS_OFF] : [];
    const numbers = [...this.#load(), ...this.#cpuTime(), ...stalls.flatMap((stall) => stall.numbers)];
    const parts = partsOf(readings);
    if (numbers.length + parts.size === 0) {
      return { kind: "failed", target: HOST, stamp, state: STATES.number("cannot see"), reason: "cannot read /proc" };
    }
    return {
      kind: "good",
      target: HOST,
      stamp,
      state: STATES.number("up"),
      epoch: readings.boot,
      numbers: new Map(numbers),
      texts: new Map([
        ["disks_unknown", readings.disks === undefined ? 'cannot read "/proc/diskstats"' : ""],
        ["networks_unknown", readings.networks === undefined ? 'cannot read "/proc/net/dev"' : ""],
        ...stalls.map(({ resource, reason = "" }) => [`${resource}_unknown`, reason] as const),
      ]),
      parts,
    };
  }

  #load(): readonly (readonly [string, number])[] {
    return parseLoad(this.#io.readText("/proc/loadavg") ?? "");
  }

  #cpuTime(): readonly (readonly [string, number])[] {
    const columns = parseCpu(this.#io.readText("/proc/stat") ?? "");
    if (columns === undefined) return [];
    const { iowait, other } = this.#cpu.put(columns);
    return [
      ["iowait", iowait],
      ["cpu_other", other],
    ];
  }
}

/** Disks of places first. */
function partsOf({ disks = [], watched, networks = [] }: Readings): ReadonlyMap<string, Numbers> {
  const sampled = [...new Set([...watched, ...wholeDisks(disks)])].slice(0, MOST_OF_A_KIND);
  return new Map([
    ...sampled.map(({ name, numbers }) => [`${DISK}${shortName(name)}`, numbers] as const),
    ...networks.slice(0, MOST_OF_A_KIND).map(({ name, numbers }) => [`${NETWORK}${shortName(name)}`, numbers] as const),
  ]);
}

const STALLS_OFF: Finding = {
  what: "/proc/pressure",
  found: "the kernel keeps no pressure figures unless it is started with psi=1",
  mend: "add psi=1 to the kernel's command line (GRUB_CMDLINE_LINUX in /etc/default/grub, update-grub) and reboot",
};
