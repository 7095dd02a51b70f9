import type { FileFacts, LocalFiles, OpenFile, Reached } from "../../../../../src/io/local-files.ts";

interface Node {
  readonly inode: number;
  kind: FileFacts["kind"];
  mode: number;
  bytes: Buffer;
  modified: number;
}

const ABSENT = { kind: "failed", code: "ENOENT", reason: "no such file or directory" } as const;
const CLOSED = { kind: "failed", code: "EBADF", reason: "it is closed" } as const;

/** Files that a test writes, renames, truncates and replaces. */
export class MemoryDisk {
  readonly #nodes = new Map<string, Node>();
  readonly #clock: () => number;
  #inodes = 0;
  /** Files that are open. */
  open = 0;
  /** Bytes that were read. */
  read = 0;
  /** What reading answers from now on, instead of bytes. */
  fault: string | undefined;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  append(path: string, text: string | Buffer): void {
    const node = this.#nodes.get(path) ?? this.make(path, "file");
    node.bytes = Buffer.concat([node.bytes, Buffer.from(text)]);
    node.modified = this.#clock();
  }

  /** Replaces its content, as another program's `>` does. */
  write(path: string, text: string | Buffer): void {
    const node = this.#nodes.get(path) ?? this.make(path, "file");
    node.bytes = Buffer.from(text);
    node.modified = this.#clock();
  }

  make(path: string, kind: FileFacts["kind"], mode = 0o644): Node {
    this.#inodes += 1;
    const node: Node = { inode: this.#inodes, kind, mode, bytes: Buffer.alloc(0), modified: this.#clock() };
    this.#nodes.set(path, node);
    return node;
  }

  rename(from: string, to: string): void {
    const node = this.#nodes.get(from);
    if (node !== undefined) this.#nodes.set(to, node);
    this.#nodes.delete(from);
  }

  remove(path: string): void {
    this.#nodes.delete(path);
  }

  /** Those that a feed needs. */
  get files(): LocalFiles {
    return { facts: (path) => this.#facts(this.#nodes.get(path)), open: (path) => this.#open(path) } as Pick<
      LocalFiles,
      "facts" | "open"
    > as LocalFiles;
  }

  #facts(node: Node | undefined): Reached<FileFacts> {
    if (node === undefined) return ABSENT;
    const { kind, mode, modified, bytes, inode } = node;
    return { kind: "ok", value: { kind, mode, modified, size: bytes.length, identity: `1:${inode}`, birth: 0 } };
  }

  #open(path: string): Reached<OpenFile> {
    const node = this.#nodes.get(path);
    if (node === undefined) return ABSENT;
    if (node.mode === 0o600) return { kind: "failed", code: "EACCES", reason: "permission denied" };
    this.open += 1;
    return { kind: "ok", value: this.#opened(node) };
  }

  #opened(node: Node): OpenFile {
    let isOpen = true;
    return {
      facts: () => (isOpen ? this.#facts(node) : CLOSED),
      readAt: (offset, most) => {
        if (!isOpen) return CLOSED;
        if (this.fault !== undefined) return { kind: "failed", code: "EIO", reason: this.fault };
        const value = Buffer.from(node.bytes.subarray(offset, offset + most));
        this.read += value.length;
        return { kind: "ok", value };
      },
      close: () => {
        if (isOpen) this.open -= 1;
        isOpen = false;
      },
    };
  }
}
