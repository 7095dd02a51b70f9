import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { FifoHeard, Io, LocalAddress } from "../../../../src/io/io.ts";
import type { LocalFiles } from "../../../../src/io/local-files.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { fakeIo } from "../../schedule/fake-io.ts";

const START = 1_700_000_000;
const BOOTED = 1_699_000_000;

/** An empty directory for the files of one test file. */
export const home = mkdtempSync(join(tmpdir(), "test-"));

afterAll(() => rmSync(home, { recursive: true }));

interface FakeProcess {
  readonly pid: number;
  readonly parent: number;
  readonly name: string;
  readonly words: readonly string[];
  /** Seconds after boot. */
  readonly started: number;
  state: string;
}

/** A machine with a clock that is moved by hand, whose keepalived, FIFO and addresses are as the test says. */
export class World {
  readonly io: Io;
  readonly #clock = fakeIo({ clock: START, mono: START - BOOTED });
  readonly #processes = new Map<number, FakeProcess>();
  readonly #links = new Map<string, string>();
  #heard: FifoHeard | undefined;
  #stands = true;
  #nextPid = 100;
  /** How often the FIFO was opened. */
  opened = 0;
  isHidden = false;
  /** Why the FIFO cannot be opened. */
  refusal: string | undefined;
  own: readonly LocalAddress[] = [];

  constructor() {
    this.io = {
      ...this.#clock,
      list: (path) => (path === "/proc" ? this.#pids() : undefined),
      readText: (path) => this.#text(path),
      addresses: () => this.own,
      files: { ...realFiles, ...this.#files() },
      listenFifo: (_, heard) => {
        this.#heard = heard;
        this.#stands = true;
        this.opened++;
        const { refusal } = this;
        if (refusal !== undefined) queueMicrotask(() => heard.failed(refusal));
        return { stands: () => this.#stands, close: () => undefined };
      },
    };
  }

  /** Both clocks move on. */
  pass(seconds: number): Promise<void> {
    return this.#clock.pass(seconds);
  }

  /** Starts a keepalived that reads this text as its configuration; answers the pids of parent and VRRP child. */
  keepalived(conf: string, ...options: readonly string[]): { readonly parent: number; readonly vrrp: number } {
    const path = join(home, `keepalived-${this.#nextPid}.conf`);
    writeFileSync(path, conf);
    const parent = this.start(1, ["/usr/sbin/keepalived", "-f", path, ...options]);
    return { parent, vrrp: this.child(parent) };
  }

  start(parent: number, words: readonly string[], name = "keepalived"): number {
    const pid = this.#nextPid++;
    this.#processes.set(pid, { pid, parent, name, words, started: this.io.now().mono, state: "S" });
    return pid;
  }

  child(parent: number, name = "keepalived", pid = this.#nextPid): number {
    this.#nextPid = pid;
    return this.start(parent, this.#processes.get(parent)?.words ?? [], name);
  }

  /** It has ended, and its parent has not noticed yet. */
  zombie(pid: number): void {
    const found = this.#processes.get(pid);
    if (found !== undefined) found.state = "Z";
  }

  kill(...pids: readonly number[]): void {
    for (const pid of pids) this.#processes.delete(pid);
  }

  link(path: string, to: string): void {
    this.#links.set(path, to);
  }

  /** What keepalived writes into the FIFO. */
  notify(text: string): void {
    this.#heard?.chunk(Buffer.from(text));
  }

  /** keepalived has removed its FIFO and made a new one. */
  replaceFifo(): void {
    this.#stands = false;
  }

  #pids(): readonly string[] {
    return ["1", "self", ...[...this.#processes.keys()].map(String)];
  }

  #text(path: string): string | undefined {
    if (path === "/proc/1/cmdline") return this.isHidden ? undefined : "init\0";
    if (path === "/proc/uptime") return `${this.io.now().mono.toFixed(2)} 1.00\n`;
    if (path === "/proc/sys/kernel/hostname") return "here\n";
    const [, pid, file] = /^\/proc\/(\d+)\/(\w+)$/.exec(path) ?? [];
    const found = this.#processes.get(Number(pid));
    if (found === undefined) return undefined;
    if (file === "status") return `NSpid:\t${pid}\n`;
    return file === "stat" ? statOf(found) : undefined;
  }

  #files(): Pick<LocalFiles, "read" | "link" | "facts"> {
    return {
      read: (path, most) => {
        const [, pid] = /^\/proc\/(\d+)\/cmdline$/.exec(path) ?? [];
        const found = this.#processes.get(Number(pid));
        if (found === undefined) return realFiles.read(path, most);
        return {
          kind: "ok",
          value: { bytes: Buffer.from(found.words.map((word) => `${word}\0`).join("")), modified: 0 },
        };
      },
      link: (path) => {
        const to = this.#links.get(path);
        return to === undefined
          ? { kind: "failed", code: "EACCES", reason: "permission denied" }
          : { kind: "ok", value: to };
      },
      facts: (path) => (path === FIFO && this.isFifoThere ? FIFO_FACTS : realFiles.facts(path)),
    };
  }

  isFifoThere = true;
}

export const FIFO = "/run/test-keepalived.fifo";
const FIFO_FACTS = {
  kind: "ok",
  value: { kind: "fifo", mode: 0o600, size: 0, modified: 0, identity: "1:1", birth: 0 },
} as const;

function statOf({ pid, parent, name, started, state }: FakeProcess): string {
  const between = Array.from({ length: 17 }, () => "0").join(" ");
  return `${pid} (${name}) ${state} ${parent} ${between} ${Math.round(started * 100)} 0 0\n`;
}

/** A configuration with such instances. */
export function confOf(instances: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(instances)
    .map(([name, addresses]) =>
      [`vrrp_instance "${name}" {`, " interface eth0", " virtual_ipaddress {", ...addresses, " }", "}", ""].join("\n"),
    )
    .join("");
}

/** A line of the notify FIFO. */
export function line(name: string, word: string, priority = 100): string {
  return `INSTANCE "${name}" ${word} ${priority}\n`;
}
