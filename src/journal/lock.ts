import { spawn, spawnSync } from "node:child_process";
import { closeSync, constants, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { errorText } from "../words/error-text.ts";

/** Locks its descriptor 3. */
const FLOCK = "flock";
const ARGUMENTS = ["-n", "3"] as const;
const NO_STREAMS = ["ignore", "ignore", "ignore"] as const;
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
    const opened = openLock(directory);
    if (opened.kind === "malformed") return opened;
    const { fd, path } = opened.value;
    const { status, error } = spawnSync(FLOCK, ARGUMENTS, { stdio: [...NO_STREAMS, fd], timeout: TIMEOUT_MS });
    return DirectoryLock.#judge(opened.value, refusal({ status, error }, path));
  }

  /** The same with other work in between. */
  static async takeAside(directory: string): Promise<Parsed<DirectoryLock>> {
    const opened = openLock(directory);
    if (opened.kind === "malformed") return opened;
    return DirectoryLock.#judge(opened.value, refusal(await flocked(opened.value.fd), opened.value.path));
  }

  static #judge({ fd }: LockFile, why: string | undefined): Parsed<DirectoryLock> {
    if (why !== undefined) {
      closeSync(fd);
      return malformed(why);
    }
    leavePid(fd);
    return ok(new DirectoryLock(fd));
  }

  /** True once the lock file was deleted: then another writer may have made, and locked, a new one. */
  get deleted(): boolean {
    return fstatSync(this.#fd).nlink === 0;
  }

  release(): void {
    closeSync(this.#fd);
  }
}

interface LockFile {
  readonly fd: number;
  readonly path: string;
}

function openLock(directory: string): Parsed<LockFile> {
  const path = join(directory, "lock");
  try {
    return ok({ fd: openSync(path, constants.O_RDWR | constants.O_CREAT, 0o640), path });
  } catch (error) {
    return malformed(`cannot write "${path}": ${errorText(error)}`);
  }
}

/** How the program flock ended. */
interface Flocked {
  readonly status: number | null;
  readonly error?: Error | undefined;
}

function flocked(fd: number): Promise<Flocked> {
  return new Promise((resolve) => {
    const child = spawn(FLOCK, ARGUMENTS, { stdio: [...NO_STREAMS, fd], timeout: TIMEOUT_MS });
    child.once("error", (error) => resolve({ status: null, error }));
    child.once("exit", (status) => resolve({ status }));
  });
}

/** @returns why not, or undefined when the lock is ours */
function refusal({ status, error }: Flocked, path: string): string | undefined {
  if (error !== undefined) return `cannot lock "${path}" with the program flock (util-linux): ${errorText(error)}`;
  if (status === HELD_BY_ANOTHER) return `"${path}" is locked by ${holder(path)}`;
  return status === 0 ? undefined : `cannot lock "${path}": flock ended with status ${status}`;
}

function holder(path: string): string {
  try {
    const pid = readFileSync(path, "latin1").trim();
    if (/^\d+$/.test(pid)) return `process ${pid}`;
  } catch {
    // It was deleted meanwhile.
  }
  return "another process";
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
