import type { Io } from "../../../../src/io/io.ts";
import type { FileFacts, LocalFiles, Reached } from "../../../../src/io/local-files.ts";

/** One thing on the disk. Of a directory only what is beside its being there; those of other entries are there too. */
export type Entry =
  | { readonly bytes: Uint8Array | string; readonly modified?: number }
  | { readonly fifo: "read" | "silent" | "denied" }
  | { readonly directory: true; readonly mode?: number; readonly identity?: string }
  | { readonly fails: string };

/** What a reader of status files needs. */
type Looks = Pick<LocalFiles, "names" | "facts" | "read" | "hasReader" | "real">;

/** Files that exist only here, by absolute path. Each look is counted. */
export class Tree implements Looks {
  readonly entries = new Map<string, Entry>();
  looks = 0;

  constructor(entries: Readonly<Record<string, Entry>> = {}) {
    for (const [path, entry] of Object.entries(entries)) this.entries.set(path, entry);
  }

  names(directory: string): Reached<readonly string[]> {
    const failed = this.#failure(directory);
    if (failed !== undefined) return failed;
    const inside = [...this.entries.keys()].filter((path) => path.startsWith(`${directory}/`));
    return {
      kind: "ok",
      value: [...new Set(inside.map((path) => path.slice(directory.length + 1).replace(/\/.*/s, "")))],
    };
  }

  facts(path: string): Reached<FileFacts> {
    const failed = this.#failure(path);
    if (failed !== undefined) return failed;
    const entry = this.entries.get(path);
    const kind = entry === undefined || "directory" in entry ? "directory" : "fifo" in entry ? "fifo" : "file";
    const { mode = 0o755, identity = path } = entry !== undefined && "directory" in entry ? entry : {};
    return { kind: "ok", value: { kind, mode, size: 0, modified: 0, identity, birth: 0 } };
  }

  read(path: string, most: number) {
    const failed = this.#failure(path);
    if (failed !== undefined) return failed;
    const entry = this.entries.get(path);
    if (entry === undefined || !("bytes" in entry)) return failure("EINVAL", "it is no regular file");
    const value = { bytes: Buffer.from(entry.bytes as string).subarray(0, most), modified: entry.modified ?? 0 };
    return { kind: "ok", value } as const;
  }

  hasReader(path: string): Reached<true> {
    const failed = this.#failure(path);
    if (failed !== undefined) return failed;
    const entry = this.entries.get(path);
    if (entry === undefined || !("fifo" in entry)) return failure("EINVAL", "it is no FIFO");
    if (entry.fifo === "denied") return failure("EACCES", "permission denied");
    return entry.fifo === "read" ? { kind: "ok", value: true } : failure("ENXIO", "no such device or address");
  }

  real(path: string): Reached<string> {
    return { kind: "ok", value: path };
  }

  /** A failing directory fails for all that is in it. */
  #failure(path: string): (Reached<never> & { kind: "failed" }) | undefined {
    this.looks++;
    for (const [at, entry] of this.entries) {
      if ("fails" in entry && (path === at || path.startsWith(`${at}/`)))
        return failure(entry.fails, WORDS[entry.fails] ?? "");
    }
    const isThere = [...this.entries.keys()].some((at) => at === path || at.startsWith(`${path}/`));
    return isThere ? undefined : failure("ENOENT", "no such file or directory");
  }
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  ELOOP: "too many symbolic links encountered",
  ENOENT: "no such file or directory",
};

function failure(code: string, reason: string): Reached<never> & { kind: "failed" } {
  return { kind: "failed", code, reason };
}

export const NOW = 1_795_303_000;

/** The world of a source that reads files only. Time stands still. */
export function ioOver(files: Looks, texts: Readonly<Record<string, string>> = {}): Io {
  return {
    now: () => ({ clock: NOW, mono: 5000 }),
    after: (_, callback) => {
      setImmediate(callback);
      return () => undefined;
    },
    connect: () => {
      throw new Error("nothing to connect to");
    },
    listenFifo: () => {
      throw new Error("nothing to listen to");
    },
    listenDatagrams: () => {
      throw new Error("nothing to listen to");
    },
    readText: (path) => texts[path],
    readTextAside: async (path) => texts[path],
    list: (path) =>
      path === "/proc" ? [...new Set(Object.keys(texts).flatMap((text) => text.split("/")[2] ?? []))] : undefined,
    countAside: async () => ({ kind: "failed", code: "ENOENT", reason: "no such file or directory" }),
    addresses: () => [],
    access: () => ({ mode: 0o700, uid: 0, gid: 0 }),
    files: files as LocalFiles,
  };
}

/** An 18-byte record of daemontools. */
export function daemontoolsStatus(given: {
  since: number;
  pid?: number;
  want?: "u" | "d" | "\0";
  paused?: boolean;
}): Buffer {
  const { since, pid = 0, want = "u", paused = false } = given;
  const bytes = Buffer.alloc(18);
  bytes.writeBigUInt64BE(2n ** 62n + BigInt(Math.floor(since) + 10), 0);
  bytes.writeUInt32LE(pid, 12);
  bytes[16] = Number(paused);
  bytes.write(want, 17, "latin1");
  return bytes;
}

/** The files of a supervised service that is up. */
export function upService(path: string, pid = 100): Readonly<Record<string, Entry>> {
  return {
    [`${path}/run`]: { bytes: "" },
    [`${path}/supervise/status`]: { bytes: daemontoolsStatus({ since: NOW - 50, pid }), modified: NOW - 50 },
    [`${path}/supervise/ok`]: { fifo: "read" },
  };
}
