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
  /** The same for all paths of one file: device and inode. */
  readonly identity: string;
}

export interface SmallFile {
  /** At most as many bytes as were asked for. */
  readonly bytes: Buffer;
  /** Unix seconds with a fraction. */
  readonly modified: number;
}

/** Small local files, read at once and without ever blocking: a FIFO where a file should be is told, not opened up. */
export interface LocalFiles {
  /** Names in a directory, each byte a character. */
  names(directory: BytePath): Reached<readonly string[]>;
  /** Follows symbolic links. */
  facts(path: BytePath): Reached<FileFacts>;
  /** The first bytes of a regular file. */
  read(path: BytePath, most: number): Reached<SmallFile>;
  /**
   * Whether a process holds the reading end of a FIFO open: it is opened for writing and closed, nothing is written.
   * Fails with ENXIO when nobody reads.
   */
  hasReader(fifo: BytePath): Reached<true>;
  /** The path without symbolic links. */
  real(path: BytePath): Reached<BytePath>;
}

export function bytePath(text: string): BytePath {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** For people: UTF-8 where it is some, else each byte that is no ASCII as `\xff`. */
export function pathText(path: BytePath): string {
  const bytes = Buffer.from(path, "latin1");
  const text = bytes.toString("utf8");
  if (Buffer.from(text, "utf8").equals(bytes)) return text;
  return path.replace(/[\x80-\xff]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16)}`);
}
