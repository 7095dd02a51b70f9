import { existsSync, mkdirSync, rmdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll } from "vitest";
import type { Program } from "../real/program.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";
import { mountDisk } from "./mounts.ts";

/** Where the second version of control groups is, beside the first one or alone. */
const GROUPS =
  ["/sys/fs/cgroup/unified", "/sys/fs/cgroup"].find((path) => existsSync(join(path, "cgroup.procs"))) ?? "";
/** The memory controller is the first version's, or the same group's. */
const MEMORY = existsSync("/sys/fs/cgroup/memory") ? "/sys/fs/cgroup/memory" : GROUPS;
const LIMIT = MEMORY === GROUPS ? "memory.max" : "memory.limit_in_bytes";
const READERS = 4;

/**
 * A part of the machine for programs that have a hard time: what they wait for the kernel counts apart, so that it does not
 * matter what else runs here. A tidemark that is started by `enter` takes that for the whole machine's.
 */
export class Corner {
  readonly disk: { readonly path: string; readonly name: string };
  readonly #group = join(GROUPS, `tidemark-${process.pid}`);
  readonly #memory = join(MEMORY, `tidemark-${process.pid}`);
  readonly #file = join(temporaryDirectory(), "file");
  #programs: Program[] = [];

  constructor() {
    const { path, device } = mountDisk("256m");
    this.disk = { path, name: basename(device) };
    for (const path of new Set([this.#group, this.#memory])) mkdirSync(path);
    writeFileSync(join(this.#memory, LIMIT), "16M");
    afterAll(() => this.#remove());
  }

  /** What starts a program that sees what is waited for here only. */
  get enter(): readonly string[] {
    const mounts = ["io", "memory"].map(
      (name) => `mount --bind ${this.#group}/${name}.pressure /proc/pressure/${name}`,
    );
    return ["unshare", "--mount", "sh", "-c", `${mounts.join(" && ")} && exec "$@"`, "sh"];
  }

  /** Readers of a disk that wait for one block after the other. */
  async read(): Promise<void> {
    const file = join(this.disk.path, "file");
    await this.#start(
      `test -e ${file} || dd if=/dev/zero of=${file} bs=1M count=64 conv=fsync`,
      (reader) => reader.ended,
    );
    for (let reader = 0; reader < READERS; reader++) {
      await this.#start(`while :; do dd if=${file} of=/dev/null bs=4k iflag=direct; done`);
    }
  }

  /** A program that needs a file of which its memory holds a part: it reads the same pages again and again. */
  async thrash(): Promise<void> {
    const inMemory = `echo $$ > ${this.#memory}/cgroup.procs && head -c 64M /dev/urandom > ${this.#file}`;
    await this.#start(`${inMemory} && while :; do cat ${this.#file} > /dev/null; done`);
  }

  /** They end, and it is quiet here. */
  async leave(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()));
    this.#programs = [];
  }

  async #start(script: string, until: (program: Program) => unknown = () => true): Promise<void> {
    const program = await start("sh", ["-c", `echo $$ > ${this.#group}/cgroup.procs && ${script}`], {
      ready: () => true,
    });
    this.#programs.push(program);
    await until(program);
  }

  async #remove(): Promise<void> {
    await this.leave();
    for (const path of new Set([this.#group, this.#memory])) {
      await waitFor(() => rmdirSync(path) ?? true, { what: `the end of ${path}` });
    }
  }
}
