import { appendFileSync, existsSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Program } from "./program.ts";
import { start } from "./start.ts";
import { waitFor } from "./wait.ts";

/** Directories of one split part, as qmail is usually built. */
const SPLIT = 23;

/**
 * A qmail queue in the layout that qmail's installation makes (qmail itself is not in Debian), with something that locks
 * it as qmail-send does, and a real multilog that writes what the test says.
 */
export class QmailHome {
  readonly queue: string;
  readonly log: string;
  readonly #home: string;
  readonly #lines: string;
  #inode = 100_000;

  constructor(home: string) {
    this.#home = home;
    this.queue = join(home, "queue");
    this.log = join(home, "log");
    this.#lines = join(home, "lines");
    for (const part of ["mess", "info", "local", "remote"]) {
      for (let each = 0; each < SPLIT; each++) mkdirSync(join(this.queue, part, String(each)), { recursive: true });
    }
    for (const part of ["todo", "intd", "bounce", "pid", "lock"]) mkdirSync(join(this.queue, part));
    writeFileSync(join(this.queue, "lock/sendmutex"), "");
    writeFileSync(this.#lines, "");
  }

  /** Messages to remote recipients; not preprocessed yet where `isTodo`. Their files. */
  add(count: number, isTodo = false): readonly string[] {
    return Array.from({ length: count }, () => this.#message(isTodo));
  }

  /** qmail-send looks at all that is new. */
  preprocess(): void {
    for (const inode of readdirSync(join(this.queue, "todo"))) {
      renameSync(join(this.queue, "todo", inode), join(this.queue, "remote", String(Number(inode) % SPLIT), inode));
    }
  }

  #message(isTodo: boolean): string {
    const inode = this.#inode++;
    const at = (part: string) => join(this.queue, part, String(inode % SPLIT), String(inode));
    writeFileSync(at("mess"), "");
    writeFileSync(isTodo ? join(this.queue, "todo", String(inode)) : at("remote"), "");
    return at("mess");
  }

  /** A program of this name that holds the lock until it ends. */
  async sender(): Promise<Program> {
    const program = join(this.#home, "qmail-send");
    if (!existsSync(program)) symlinkSync("/bin/sleep", program);
    const mutex = join(this.queue, "lock/sendmutex");
    const locked = `flock -F ${mutex} ${program} 3600`; // waits, should a look below have the lock just then
    const sender = await start("sh", ["-c", `exec ${locked}`], { ready: () => true });
    await waitFor(
      async () =>
        (await start("flock", ["-n", mutex, "true"], { ready: () => true })).ended.then((exit) => exit.status === 1),
      {
        what: "the lock",
      },
    );
    return sender;
  }

  logger(): Promise<Program> {
    mkdirSync(this.log);
    const pipe = 'tail -n +1 -s 0.02 -f "$1" | exec multilog t "$2"';
    return start("sh", ["-c", pipe, "sh", this.#lines, this.log], { ready: { path: join(this.log, "current") } });
  }

  say(line: string): void {
    appendFileSync(this.#lines, `${line}\n`);
  }
}
