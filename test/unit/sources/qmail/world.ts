import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { Io } from "../../../../src/io/io.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { fakeIo } from "../../schedule/fake-io.ts";

const home = mkdtempSync(join(tmpdir(), "test-"));
let made = 0;

afterAll(() => rmSync(home, { recursive: true }));

/** A path below which nothing is yet. */
export function place(): string {
  return join(home, `p${made++}`);
}

/** TAI64N label of a unix time, as daemontools writes it. */
export function tai64n(clock: number): string {
  const seconds = (2n ** 62n + BigInt(Math.floor(clock)) + 10n).toString(16);
  const nanoseconds = Math.round((clock % 1) * 1e9)
    .toString(16)
    .padStart(8, "0");
  return `@${seconds}${nanoseconds}`;
}

/** A machine whose clock begins now, since files are written now; its locks and processes are as the test says. */
export class World {
  readonly io: Io;
  readonly #clock = fakeIo({ clock: Date.now() / 1000, mono: 5000 });
  readonly #locks = new Map<string, number>();
  readonly #processes = new Map<number, { readonly name: string; readonly started: number }>();
  areLocksReadable = true;
  isHidden = false;
  /** Directories that were counted, in order. */
  readonly counted: string[] = [];

  constructor() {
    this.io = {
      ...this.#clock,
      readTextAside: async (path) => (path === "/proc/locks" && this.areLocksReadable ? this.#locksText() : undefined),
      readText: (path) => this.#text(path),
      countAside: (directory, signal) => {
        this.counted.push(directory);
        return this.#clock.countAside(directory, signal);
      },
      files: realFiles,
    };
  }

  pass(seconds: number): Promise<void> {
    return this.#clock.pass(seconds);
  }

  /** A process that holds a file locked since so many seconds. */
  lock(path: string, pid: number, name: string, seconds = 1000): void {
    const { dev, ino } = statSync(path);
    const major = (dev >>> 8) & 0xfff;
    const minor = (dev & 0xff) | ((dev >>> 12) & 0xfff00);
    this.#locks.set(`${major.toString(16).padStart(2, "0")}:${minor.toString(16).padStart(2, "0")}:${ino}`, pid);
    this.#processes.set(pid, { name, started: this.io.now().mono - seconds });
  }

  unlock(pid: number): void {
    for (const [locked, holder] of this.#locks) if (holder === pid) this.#locks.delete(locked);
    this.#processes.delete(pid);
  }

  #locksText(): string {
    return [...this.#locks]
      .map(([file, pid], at) => `${at + 1}: FLOCK  ADVISORY  WRITE ${pid} ${file} 0 EOF\n`)
      .join("");
  }

  #text(path: string): string | undefined {
    if (path === "/proc/uptime") return `${this.io.now().mono.toFixed(2)} 1.00\n`;
    const pid = Number(/^\/proc\/(\d+)\/stat$/.exec(path)?.[1]);
    const found = pid === 1 ? { name: "init", started: 0 } : this.#processes.get(pid);
    if (found === undefined || (pid === 1 && this.isHidden)) return undefined;
    const between = Array.from({ length: 17 }, () => "0").join(" ");
    return `${pid} (${found.name}) S 1 ${between} ${Math.round(found.started * 100)} 0\n`;
  }
}

/** qmail's queue directory as its installation makes it. */
export class FakeQueue {
  readonly path: string;
  readonly #split: number;
  readonly #isTodoSplit: boolean;
  #inode = 1000;

  constructor({ split = 23, isTodoSplit = false } = {}) {
    this.path = place();
    this.#split = split;
    this.#isTodoSplit = isTodoSplit;
    const parts = ["mess", "info", "local", "remote", ...(isTodoSplit ? ["todo", "intd"] : [])];
    for (const part of parts) for (let each = 0; each < split; each++) this.#make(`${part}/${each}`);
    for (const part of ["todo", "intd", "bounce", "pid", "lock"]) this.#make(part);
    writeFileSync(join(this.path, "lock/sendmutex"), "");
  }

  get mutex(): string {
    return join(this.path, "lock/sendmutex");
  }

  /** A message that is queued; preprocessed unless it is in todo. Answers its number. */
  add(where: { readonly todo?: boolean; readonly local?: boolean; readonly remote?: boolean } = {}): number {
    const inode = this.#inode++;
    for (const part of ["mess", ...(where.local ? ["local"] : []), ...(where.remote ? ["remote"] : [])]) {
      writeFileSync(this.file(part, inode), "");
    }
    if (where.todo) writeFileSync(this.#isTodoSplit ? this.file("todo", inode) : join(this.path, `todo/${inode}`), "");
    return inode;
  }

  file(part: string, inode: number): string {
    return join(this.path, `${part}/${inode % this.#split}/${inode}`);
  }

  #make(part: string): void {
    mkdirSync(join(this.path, part), { recursive: true });
  }
}

/** A log directory of multilog with these lines, the newest last. */
export function logOf(...lines: readonly string[]): string {
  const directory = place();
  mkdirSync(directory);
  writeFileSync(join(directory, "lock"), "");
  writeFileSync(join(directory, "current"), lines.map((line) => `${line}\n`).join(""));
  return directory;
}
