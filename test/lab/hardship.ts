import { mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll } from "vitest";
import type { Program } from "../real/program.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";
import { mountDisk } from "./mounts.ts";

const MEMORY_GROUPS = "/sys/fs/cgroup/memory";
const READERS = 4;

/** A disk of its own, which readers keep busy: each waits for one block after the other. */
export class BusyDisk {
  readonly path: string;
  /** Its name in /proc/diskstats. */
  readonly name: string;
  readonly #readers: Program[] = [];

  constructor() {
    const { path, device } = mountDisk("256m");
    this.path = path;
    this.name = basename(device);
  }

  async strike(): Promise<void> {
    const file = join(this.path, "file");
    const script = `test -e ${file} || dd if=/dev/zero of=${file} bs=1M count=128 conv=fsync; while :; do dd if=${file} of=/dev/null bs=4k iflag=direct; done`;
    for (let reader = 0; reader < READERS; reader++) {
      this.#readers.push(await start("sh", ["-c", script], { ready: () => true }));
    }
  }

  async mend(): Promise<void> {
    await Promise.all(this.#readers.map((reader) => reader.kill()));
  }
}

/** A program that needs a file of which its memory holds a part: it reads the same pages again and again. */
export class Thrashing {
  readonly #group = join(MEMORY_GROUPS, `tidemark-${process.pid}`);
  readonly #file = join(temporaryDirectory(), "file");
  #program: Program | undefined;

  constructor() {
    afterAll(() => this.mend());
  }

  async strike(): Promise<void> {
    mkdirSync(this.#group);
    writeFileSync(join(this.#group, "memory.limit_in_bytes"), "16M");
    const script = `echo $$ > ${this.#group}/cgroup.procs && head -c 64M /dev/urandom > ${this.#file} && while :; do cat ${this.#file} > /dev/null; done`;
    this.#program = await start("sh", ["-c", script], { ready: () => true });
  }

  async mend(): Promise<void> {
    if (this.#program === undefined) return;
    await this.#program.kill();
    this.#program = undefined;
    await waitFor(() => rmdirSync(this.#group) ?? true, { what: "the end of the memory group" });
  }
}
