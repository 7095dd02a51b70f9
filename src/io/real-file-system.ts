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
import type { BytePath, FileSystem, Found, Stat, Tail } from "./file-system.ts";

/** The files of this machine. */
export const realFileSystem: FileSystem = {
  list: (path) => attempt(() => readdirSync(kernelPath(path), "latin1")),
  stat: (path) => attempt(() => statOf(statSync(kernelPath(path)))),
  realPath: (path) => attempt(() => realpathSync.native(kernelPath(path), "latin1")),
  link: (path) => attempt(() => readlinkSync(kernelPath(path), "latin1")),
  tail: (path, most) => attempt(() => readTail(path, most)),
  freeBytes: (path) =>
    attempt(() => {
      const { bavail, bsize } = statfsSync(kernelPath(path));
      return bavail * bsize;
    }),
};

/** Node encodes strings as UTF-8, which is right for ASCII only. */
function kernelPath(path: BytePath): string | Buffer {
  return /[\x80-\xff]/.test(path) ? Buffer.from(path, "latin1") : path;
}

function attempt<T>(work: () => T): Found<T> {
  try {
    return { kind: "ok", value: work() };
  } catch (error) {
    return { kind: "fault", code: codeOf(error) };
  }
}

/** Node refuses a NUL in a path before it asks the kernel; that code is as good as any. */
function codeOf(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? String(error);
}

/** The file may be replaced by a FIFO between both calls: then O_NONBLOCK keeps the open from waiting for a writer. */
function readTail(path: BytePath, most: number): Tail {
  const before = statOf(statSync(kernelPath(path)));
  if (before.type !== "file") throw notAFile(before.type);
  const descriptor = openSync(kernelPath(path), constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = statOf(fstatSync(descriptor));
    if (stat.type !== "file") throw notAFile(stat.type);
    return { stat, bytes: readFrom(descriptor, Math.max(0, stat.size - most), most) };
  } finally {
    closeSync(descriptor);
  }
}

function notAFile(type: Stat["type"]): Error {
  return Object.assign(new Error(`a ${type}, no regular file`), { code: type === "directory" ? "EISDIR" : "EINVAL" });
}

function readFrom(descriptor: number, position: number, most: number): Uint8Array {
  const buffer = Buffer.allocUnsafe(most);
  let filled = 0;
  while (filled < most) {
    const bytes = readSync(descriptor, buffer, filled, most - filled, position + filled);
    if (bytes === 0) break;
    filled += bytes;
  }
  return buffer.subarray(0, filled);
}

function statOf(stats: Stats): Stat {
  return {
    type: typeOf(stats),
    size: stats.size,
    mode: stats.mode & 0o7777,
    uid: stats.uid,
    gid: stats.gid,
    mtime: stats.mtimeMs / 1000,
    device: stats.dev,
    inode: stats.ino,
    birth: stats.birthtimeMs / 1000,
  };
}

function typeOf(stats: Stats): Stat["type"] {
  if (stats.isFile()) return "file";
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "link";
  return stats.isFIFO() ? "fifo" : "other";
}
