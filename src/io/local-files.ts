/** What was looked for, or why it could not be had: the system's code ("ENOENT") and its words. */
export type Reached<T> =
  | { readonly kind: "ok"; readonly value: T }
  | { readonly kind: "failed"; readonly code: string; readonly reason: string };

/**
 * A path whose characters are its bytes (latin1), since a name in a directory need not be UTF-8.
 * `bytePath` makes one of a text.
 */
export type BytePath = string;

export interface FileFacts {
  readonly kind: "file" | "directory" | "fifo" | "other";
  /** Permission bits with the sticky bit: 0o1755. */
  readonly mode: number;
  readonly size: number;
  /** Unix seconds with a fraction. */
  readonly modified: number;
  /** The same for all paths of one file: device and inode, "64768:1234". */
  readonly identity: string;
  /** When it was made, as `modified`: another one for a new file with the inode of one that is gone. 0: not kept. */
  readonly birth: number;
}

export interface SmallFile {
  /** At most as many bytes as were asked for. */
  readonly bytes: Buffer;
  /** Unix seconds with a fraction. */
  readonly modified: number;
}

/** A file's end, and what the open file itself said of it. */
export interface FileTail {
  readonly bytes: Buffer;
  readonly facts: FileFacts;
}

/** A regular file that stays open, whatever becomes of its name. */
export interface OpenFile {
  facts(): Reached<FileFacts>;
  /** At most so many bytes from an offset on; none when it lies at or beyond the end. */
  readAt(offset: number, most: number): Reached<Buffer>;
  /** Then it answers nothing but that it is closed. */
  close(): void;
}

/** Small local files, read at once and without ever blocking: a FIFO where a file should be is told, not opened up. */
export interface LocalFiles {
  /** Names in a directory, each byte a character. */
  names(directory: BytePath): Reached<readonly string[]>;
  /** Follows symbolic links. */
  facts(path: BytePath): Reached<FileFacts>;
  /** The first bytes of a regular file. */
  read(path: BytePath, most: number): Reached<SmallFile>;
  /** At most so many of the last bytes of a regular file. */
  tail(path: BytePath, most: number): Reached<FileTail>;
  /** A regular file that grows, to be read on where its name leads elsewhere or nowhere. The caller closes it. */
  open(path: BytePath): Reached<OpenFile>;
  /** What a symbolic link says: a path, or in /proc "pipe:[4711]". */
  link(path: BytePath): Reached<BytePath>;
  /** Bytes that an ordinary user can still write on the file system of this path. */
  freeBytes(path: BytePath): Reached<number>;
  /**
   * Whether a process holds the reading end of a FIFO open: it is opened for writing and closed, nothing is written.
   * Fails with ENXIO when nobody reads.
   */
  hasReader(fifo: BytePath): Reached<true>;
  /** The path without symbolic links. */
  real(path: BytePath): Reached<BytePath>;
}

/** The path of a text as it stands in a configuration. */
export function bytePath(text: string): BytePath {
  return Buffer.from(text, "utf8").toString("latin1");
}

/**
 * A path for people: UTF-8 where it is, `\\` for a backslash, `\xNN` for bytes that
 * are no UTF-8 and for control characters. Two paths never have the same text.
 */
export function pathText(path: BytePath): string {
  const plain = Buffer.from(path, "latin1").toString("utf8");
  const isText = Buffer.from(plain, "utf8").toString("latin1") === path;
  return isText ? plain.replace(MARKED, escaped("utf8")) : path.replace(MARKED_BYTES, escaped("latin1"));
}

/** The path that `pathText` showed. */
export function pathBytes(text: string): BytePath {
  const bytes = Buffer.from(text, "utf8").toString("latin1");
  return bytes.replace(/\\(\\|x([0-9a-f]{2}))/g, (_, __, hex: string | undefined) =>
    hex === undefined ? "\\" : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters that must not reach a terminal.
const MARKED = /[\\\x00-\x1f\x7f-\x9f]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: see above; all bytes beyond ASCII, since some are no UTF-8.
const MARKED_BYTES = /[\\\x00-\x1f\x7f-\xff]/g;

function escaped(encoding: "utf8" | "latin1"): (char: string) => string {
  const hex = (byte: number) => `\\x${byte.toString(16).padStart(2, "0")}`;
  return (char) => (char === "\\" ? "\\\\" : [...Buffer.from(char, encoding)].map(hex).join(""));
}
