import { spawnSync } from "node:child_process";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { textOf } from "./files.ts";

const TIMEOUT_MS = 5000;
const HELD_BY_ANOTHER = 1;

/**
 * Admits one writer to a directory: a kernel lock on its file `lock`, which also holds the writer's pid for people.
 *
 * Node cannot lock by itself, but a flock(2) belongs to the open file, not to a process: the program flock(1) is handed
 * our descriptor, locks it and ends; the lock stays ours. The kernel drops it when we die, however we die, so there is
 * never a stale one, no pid to be reused, no race between two starters, and it holds across pid and network namespaces
 * (an abstract socket does not, and any local user could occupy its name).
 */
export class DirectoryLock {
  readonly #fd: number;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** Takes the lock of an existing directory; malformed when another writer has it or the directory cannot be written. */
  static take(directory: string): Parsed<DirectoryLock> {
    const path = join(directory, "lock");
    try {
      const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o640);
      const refusal = lock(fd, path);
      if (refusal === undefined) return ok(new DirectoryLock(fd));
      closeSync(fd);
      return malformed(refusal);
    } catch (error) {
      return malformed(`cannot write "${path}": ${textOf(error)}`);
    }
  }

  /** True once the lock file was deleted: then another writer may have made, and locked, a new one. */
  get deleted(): boolean {
    return fstatSync(this.#fd).nlink === 0;
  }

  release(): void {
    closeSync(this.#fd);
  }
}

/** @returns why not, or undefined when the lock is ours */
function lock(fd: number, path: string): string | undefined {
  const { status, error } = spawnSync("flock", ["-n", "3"], {
    stdio: ["ignore", "ignore", "ignore", fd],
    timeout: TIMEOUT_MS,
  });
  if (error !== undefined) return `cannot lock "${path}" with the program flock (util-linux): ${textOf(error)}`;
  if (status === HELD_BY_ANOTHER) return `"${path}" is locked by ${holder(path)}`;
  if (status !== 0) return `cannot lock "${path}": flock ended with status ${status}`;
  leavePid(fd);
  return undefined;
}

function holder(path: string): string {
  const pid = readFileSync(path, "latin1").trim();
  return /^\d+$/.test(pid) ? `process ${pid}` : "another process";
}

/** For people only, so a full disk does not matter here. */
function leavePid(fd: number): void {
  try {
    ftruncateSync(fd);
    writeSync(fd, `${process.pid}\n`, 0);
  } catch {
    // The lock holds without it.
  }
}
