import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll } from "vitest";
import { makeGroup, removeGroup } from "../real/control-groups.ts";
import type { Program } from "../real/program.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";
import { mountDisk } from "./mounts.ts";

const READERS = 4;
const BLOCKS_PER_SECOND = 10;

const corners: Corner[] = [];
afterAll(() => Promise.all(corners.map((corner) => corner.remove())));

/**
 * A part of the machine for programs that have a hard time: what they wait for the kernel counts apart, so that it does not
 * matter what else runs here. A tidemark that is started by `enter` takes that for the whole machine's.
 */
export class Corner {
  readonly disk: { readonly path: string; readonly name: string };
  readonly #group = makeGroup("corner").path;
  readonly #memory = makeGroup("corner", "memory");
  readonly #rationed = makeGroup("rationed", "io");
  readonly #file = join(temporaryDirectory(), "file");
  #programs: Program[] = [];

  constructor() {
    const { path, device } = mountDisk("256m");
    this.disk = { path, name: basename(device) };
    const { path: memory, isFirst } = this.#memory;
    writeFileSync(join(memory, isFirst ? "memory.limit_in_bytes" : "memory.max"), "16M");
    this.#ration(readFileSync(`/sys/block/${this.disk.name}/dev`, "latin1").trim());
    corners.push(this);
  }

  /** What starts a program that sees what is waited for here only. */
  get enter(): readonly string[] {
    const mounts = ["io", "memory"].map(
      (name) => `mount --bind ${this.#group}/${name}.pressure /proc/pressure/${name}`,
    );
    return ["unshare", "--mount", "sh", "-c", `${mounts.join(" && ")} && exec "$@"`, "sh"];
  }

  /** Readers of a disk that wait for one block after the other. */
  read(): Promise<void> {
    return this.#read(this.#group);
  }

  /** Readers that get a few blocks in a second: they do nothing but wait, and the CPUs are idle. */
  readRationed(): Promise<void> {
    return this.#read(this.#rationed.path);
  }

  /** A program that needs a file of which its memory holds a part: it reads the same pages again and again. */
  async thrash(): Promise<void> {
    const inMemory = `echo $$ > ${this.#memory.path}/cgroup.procs && head -c 64M /dev/urandom > ${this.#file}`;
    await this.#start(this.#group, `${inMemory} && while :; do cat ${this.#file} > /dev/null; done`);
  }

  /** They end, and it is quiet here. */
  async leave(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.kill()));
    this.#programs = [];
  }

  async remove(): Promise<void> {
    await this.leave();
    const groups = [this.#group, this.#memory.path, this.#rationed.path];
    await waitFor(() => groups.every(removeGroup), { what: `the end of ${groups.join(", ")}` });
  }

  async #read(group: string): Promise<void> {
    const file = join(this.disk.path, "file");
    const program = await this.#start(
      this.#group,
      `test -e ${file} || dd if=/dev/zero of=${file} bs=1M count=64 conv=fsync`,
    );
    await program.ended;
    for (let reader = 0; reader < READERS; reader++) {
      await this.#start(group, `while :; do dd if=${file} of=/dev/null bs=4k iflag=direct; done`);
    }
  }

  async #start(group: string, script: string): Promise<Program> {
    const program = await start("sh", ["-c", `echo $$ > ${group}/cgroup.procs && ${script}`], { ready: () => true });
    this.#programs.push(program);
    return program;
  }

  /** @param device "7:0" */
  #ration(device: string): void {
    const { path, isFirst } = this.#rationed;
    if (isFirst) writeFileSync(join(path, "blkio.throttle.read_iops_device"), `${device} ${BLOCKS_PER_SECOND}`);
    else writeFileSync(join(path, "io.max"), `${device} riops=${BLOCKS_PER_SECOND}`);
  }
}

/** Limits of hosts that are one tidemark: each takes one kind of hardship for a problem. I/O wait is what other programs leave of the CPUs. */
export const hardships = (disk: string): Readonly<Record<string, Readonly<Record<string, string>>>> => ({
  still: { "IO.FULL.MAX": "5" },
  waiting: { "IO.SOME.MAX": "10" },
  idling: { "IOWAIT.MAX": "1" },
  thrashing: { "MEMORY.FULL.MAX": "1" },
  disk: { [`DISK.UTIL.MAX:"${disk}"`]: "20" },
});
const NEVER = Object.fromEntries(
  ["IO.FULL.MAX", "IO.SOME.MAX", "IOWAIT.MAX", "MEMORY.FULL.MAX", "DISK.UTIL.MAX"].map((name) => [name, "100"]),
);

/** Macros of a host that takes only these hardships for problems. */
export function limits(own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries({ ...NEVER, ...own }).map(([name, value]) => [`{$PRESSURE.${name}}`, value]),
  );
}
