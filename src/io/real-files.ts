import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statfsSync,
  statSync,
} from "node:fs";
import { getSystemErrorMap } from "node:util";
import type { BytePath, FileFacts, FileTail, LocalFiles, OpenFile, Reached, SmallFile } from "./local-files.ts";

const PERMISSIONS = 0o7777;
const UNBLOCKED = constants.O_NONBLOCK | constants.O_NOCTTY;
const NO_FILE = { kind: "failed", code: "EINVAL", reason: "it is no regular file" } as const;
const ABSENT = { kind: "failed", code: "ENOENT", reason: "no such file or directory" } as const;

/** The disk itself. */
export const realFiles: LocalFiles = {
  names: (directory) => reached(() => readdirSync(bytes(directory), "latin1")),
  facts,
  read,
  tail,
  open,
  link: (path) => reached(() => readlinkSync(bytes(path), "latin1")),
  freeBytes: (path) =>
    reached(() => {
      const { bavail, bsize } = statfsSync(bytes(path));
      return bavail * bsize;
    }),
  hasReader: (fifo) =>
    opened(fifo, constants.O_WRONLY, (descriptor): Reached<true> => {
      if (!fstatSync(descriptor).isFIFO()) return { kind: "failed", code: "EINVAL", reason: "it is no FIFO" };
      return { kind: "ok", value: true };
    }),
  real: (path) => reached(() => realpathSync.native(bytes(path), "latin1")),
};

/** A missing file is an everyday answer, and an exception costs ten times as much as the look. */
function facts(path: BytePath): Reached<FileFacts> {
  const stat = reached(() => statSync(bytes(path), { throwIfNoEntry: false }));
  if (stat.kind === "failed") return stat;
  return stat.value === undefined ? ABSENT : { kind: "ok", value: factsOf(stat.value) };
}

function factsOf(stat: Stats): FileFacts {
  return {
    kind: kindOf(stat),
    mode: stat.mode & PERMISSIONS,
    size: stat.size,
    modified: stat.mtimeMs / 1000,
    identity: `${stat.dev}:${stat.ino}`,
    birth: stat.birthtimeMs / 1000,
  };
}

function kindOf(stat: Stats): FileFacts["kind"] {
  if (stat.isDirectory()) return "directory";
  if (stat.isFile()) return "file";
  return stat.isFIFO() ? "fifo" : "other";
}

function read(path: BytePath, most: number): Reached<SmallFile> {
  return opened(path, constants.O_RDONLY, (descriptor): Reached<SmallFile> => {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return NO_FILE;
    const buffer = Buffer.allocUnsafe(most);
    const count = readSync(descriptor, buffer, 0, most, null);
    return { kind: "ok", value: { bytes: buffer.subarray(0, count), modified: stat.mtimeMs / 1000 } };
  });
}

function tail(path: BytePath, most: number): Reached<FileTail> {
  return opened(path, constants.O_RDONLY, (descriptor): Reached<FileTail> => {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return NO_FILE;
    const buffer = Buffer.allocUnsafe(most);
    const count = readSync(descriptor, buffer, 0, most, Math.max(0, stat.size - most));
    return { kind: "ok", value: { bytes: buffer.subarray(0, count), facts: factsOf(stat) } };
  });
}

function opened<T>(path: BytePath, flags: number, use: (descriptor: number) => Reached<T>): Reached<T> {
  const tried = reached(() => {
    const descriptor = openSync(bytes(path), flags | UNBLOCKED);
    try {
      return use(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
  return tried.kind === "ok" ? tried.value : tried;
}

function open(path: BytePath): Reached<OpenFile> {
  const tried = reached(() => openSync(bytes(path), constants.O_RDONLY | UNBLOCKED));
  if (tried.kind === "failed") return tried;
  const file = new DiskFile(tried.value);
  const facts = file.facts();
  if (facts.kind === "ok" && facts.value.kind === "file") return { kind: "ok", value: file };
  file.close();
  return facts.kind === "failed" ? facts : NO_FILE;
}

/** A descriptor's number may be that of another file once it is closed. */
class DiskFile implements OpenFile {
  #descriptor: number | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  facts(): Reached<FileFacts> {
    return this.#open((descriptor) => factsOf(fstatSync(descriptor)));
  }

  readAt(offset: number, most: number): Reached<Buffer> {
    return this.#open((descriptor) => {
      const buffer = Buffer.allocUnsafe(most);
      return buffer.subarray(0, readSync(descriptor, buffer, 0, most, offset));
    });
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }

  #open<T>(use: (descriptor: number) => T): Reached<T> {
    const descriptor = this.#descriptor;
    if (descriptor === undefined) return { kind: "failed", code: "EBADF", reason: "it is closed" };
    return reached(() => use(descriptor));
  }
}

function bytes(path: BytePath): Buffer {
  return Buffer.from(path, "latin1");
}

function reached<T>(attempt: () => T): Reached<T> {
  try {
    return { kind: "ok", value: attempt() };
  } catch (error) {
    return failedBy(error);
  }
}

/** What node threw, as an answer. */
export function failedBy(error: unknown): Extract<Reached<never>, { kind: "failed" }> {
  return { kind: "failed", code: String((error as NodeJS.ErrnoException).code ?? ""), reason: systemReason(error) };
}

/** Node makes it anew each time it is asked for, and files that are not there are met a hundred times a tick. */
const SYSTEM_ERRORS = getSystemErrorMap();

/** What the system calls an error of node: "permission denied". */
export function systemReason(error: unknown): string {
  const { errno = 0, message } = error as NodeJS.ErrnoException;
  return SYSTEM_ERRORS.get(errno)?.[1] ?? message;
}
