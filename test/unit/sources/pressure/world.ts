import type { Section } from "../../../../src/config/spec.ts";
import type { LocalFiles, Reached } from "../../../../src/io/local-files.ts";
import { Registry } from "../../../../src/items/registry.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import type { Roster, Sample } from "../../../../src/ring/sample.ts";
import { pressure } from "../../../../src/sources/pressure/pressure.ts";
import type { Named } from "../../../../src/sources/pressure/section.ts";
import type { Collector, Finding, Surroundings } from "../../../../src/sources/source.ts";
import { fakeIo } from "../../schedule/fake-io.ts";
import { sample } from "./samples.ts";

const DENIED = { kind: "failed", code: "EACCES", reason: "permission denied" } as const;
const ABSENT = { kind: "failed", code: "ENOENT", reason: "no such file or directory" } as const;

/** What a file is when it is not a text: the code with which reading it fails. */
export type Entry = string | { readonly fails: string };

interface Process {
  readonly comm: string;
  readonly command?: string;
  readonly start: number;
  /** Undefined: we may not see it, nor its open files. */
  readonly written?: number;
  readonly open?: readonly string[];
}

/** A /proc of texts, a second a tick: the real collector, ring and items over it. */
export class World {
  readonly files = new Map<string, Entry>();
  readonly links = new Map<string, string>();
  /** Paths that are not there; all others are. */
  readonly missing = new Set<string>();
  readonly samples = new Map<string, Sample>();
  readonly findings: Finding[] = [];
  roster: Roster | undefined;
  collector: Collector;
  readonly #io = fakeIo();
  readonly #ring = new Ring([pressure], { slots: 61, step: 1 });
  readonly #registry: Registry;
  readonly #places: Section<Record<never, never>, Named>["named"];
  #slot = 1000;

  /** Each of the captures of one kind: "a" or "b". */
  constructor(places: Readonly<Record<string, { readonly Path?: string; readonly Process?: string }>> = {}) {
    this.#places = new Map(
      Object.entries(places).map(([name, { Path, Process }]) => [name, { Path, Process }] as const),
    );
    this.files.set("/proc/sys/kernel/random/boot_id", "boot-1\n");
    this.files.set("/proc/1/cmdline", "init");
    this.files.set("/proc/self/mountinfo", "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n");
    this.files.set("/proc/net/dev", NETWORK);
    this.capture("a");
    this.collector = this.#open();
    this.#registry = new Registry({
      items: pressure.items,
      ring: this.#ring,
      now: () => this.#io.now(),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (_, targets) => pressure.defaultTarget(targets),
    });
  }

  capture(moment: "a" | "b"): void {
    for (const name of ["stat", "loadavg", "diskstats"]) this.files.set(`/proc/${name}`, sample(`${moment}-${name}`));
    for (const name of ["cpu", "io", "memory"]) {
      this.files.set(`/proc/pressure/${name}`, sample(`${moment}-pressure-${name}`));
    }
  }

  run(pid: number, { comm, command = comm, start, written, open = [] }: Process): void {
    const rest = ["S", ...Array.from({ length: 18 }, () => "0"), start, 0, 0].join(" ");
    this.files.set(`/proc/${pid}/stat`, `${pid} (${comm}) ${rest}\n`);
    this.files.set(`/proc/${pid}/cmdline`, `${command}\0`);
    this.files.set(`/proc/${pid}/status`, `Name:\t${comm}\nNSpid:\t${pid}\n`);
    this.files.set(`/proc/${pid}/io`, written === undefined ? { fails: "EACCES" } : ioText(written));
    for (const [at, path] of open.entries()) this.links.set(`/proc/${pid}/fd/${at + 3}`, path);
  }

  end(pid: number): void {
    for (const known of [this.files, this.links]) {
      for (const path of known.keys()) if (path.startsWith(`/proc/${pid}/`)) known.delete(path);
    }
  }

  /** A new life of the daemon that has the old one's ring from its journal. */
  restart(): void {
    this.collector = this.#open();
  }

  /** @param seconds since the tick before */
  async tick(seconds = 1): Promise<void> {
    await this.#io.pass(seconds);
    this.findings.length = 0;
    this.samples.clear();
    this.#slot += Math.round(seconds);
    const tick = { slot: this.#slot, stamp: this.#io.now(), seconds: 0.9, deadline: new AbortController().signal };
    await this.collector.collect(tick, {
      sample: (taken) => {
        this.samples.set(taken.target, taken);
        this.#ring.put(this.#slot, "pressure", taken);
      },
      roster: (roster) => {
        this.roster = roster;
        this.#ring.roster("pressure", roster);
      },
      remember: () => undefined,
      finding: (finding) => this.findings.push(finding),
    });
    this.#ring.close(this.#slot);
  }

  /** Time goes by without a tick. */
  pass(seconds: number): Promise<void> {
    return this.#io.pass(seconds);
  }

  /** The value of a key, or its reason in parentheses. */
  text(key: string): string {
    const reply = this.#registry.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }

  /** Keys of all standard calls. */
  calls(): readonly string[] {
    return [...this.#registry.calls()].map(({ key }) => key);
  }

  #open(): Collector {
    const readText = (path: string) => {
      const entry = this.files.get(path);
      return typeof entry === "string" ? entry : undefined;
    };
    const list = () => [...new Set([...this.files.keys()].flatMap((path) => /^\/proc\/(\d+)\//.exec(path)?.[1] ?? []))];
    const access = () => ({ mode: 0o400, uid: 0, gid: 0 });
    const io = { ...this.#io, readText, list, access, files: { ...this.#io.files, ...this.#localFiles() } };
    const surroundings = { io, remembered: new Map() } as unknown as Surroundings; // it needs no more
    return pressure.open({ general: {}, named: this.#places }, surroundings);
  }

  #localFiles(): Pick<LocalFiles, "read" | "names" | "link" | "real"> {
    return {
      read: (path, most) => {
        const entry = this.files.get(path);
        if (entry === undefined) return ABSENT;
        if (typeof entry !== "string") return { kind: "failed", code: entry.fails, reason: `said ${entry.fails}` };
        return { kind: "ok", value: { bytes: Buffer.from(entry, "latin1").subarray(0, most), modified: 0 } };
      },
      names: (directory) => this.#descriptors(directory),
      link: (path) => this.#link(path),
      real: (path) => {
        const found = this.#link(path);
        if (this.missing.has(path)) return ABSENT;
        return found.kind === "ok" ? found : { kind: "ok", value: path };
      },
    };
  }

  #descriptors(directory: string): Reached<readonly string[]> {
    const [, pid] = /^\/proc\/(\d+)\/fd$/.exec(directory) ?? [];
    const isHidden = typeof this.files.get(`/proc/${pid}/io`) === "object";
    if (isHidden) return DENIED;
    const names = [...this.links.keys()].filter((path) => path.startsWith(`${directory}/`));
    return { kind: "ok", value: names.map((path) => path.slice(directory.length + 1)) };
  }

  #link(path: string): Reached<string> {
    const found = this.links.get(path);
    return found === undefined ? ABSENT : { kind: "ok", value: found };
  }
}

function ioText(written: number): string {
  return `rchar: 1\nwchar: 2\nread_bytes: 0\nwrite_bytes: ${written}\ncancelled_write_bytes: 0\n`;
}

const NETWORK = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo: 1000 10    0    0    0     0          0         0 1000 10    0    0    0     0       0          0
  ifb0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0
  eth0: 5000   50    0    0    0     0          0         0  700    7    0    0    0     0       0          0
`;
