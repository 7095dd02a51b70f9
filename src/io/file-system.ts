/**
 * A path as the kernel has it: one char for each byte (latin1), since a file name is bytes and need not be UTF-8.
 * `pathText` makes it readable, `pathBytes` leads back.
 */
export type BytePath = string;

/** A value, or the kernel's word for why there is none: "ENOENT", "EACCES", "ELOOP", "ENOTDIR". */
export type Found<T> = { readonly kind: "ok"; readonly value: T } | { readonly kind: "fault"; readonly code: string };

/** What stands at a path. Times in unix seconds with a fraction. */
export interface Stat {
  readonly type: "file" | "directory" | "link" | "fifo" | "other";
  readonly size: number;
  /** Permission bits: 0o644. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtime: number;
  readonly device: number;
  readonly inode: number;
  /** Differs for a new file that was given the inode number of one that is gone, where the file system keeps births. */
  readonly birth: number;
}

/** A file's end and what the open file itself said of it at that moment. */
export interface Tail {
  readonly stat: Stat;
  readonly bytes: Uint8Array;
}

/**
 * Local files, read synchronously: take few at a time. Nothing blocks: what is no regular file is never opened, and
 * nothing is written.
 */
export interface FileSystem {
  /** Names in a directory, in no order. */
  list(path: BytePath): Found<readonly string[]>;
  /** Follows symbolic links. */
  stat(path: BytePath): Found<Stat>;
  /** Without symbolic links, "." and "..". */
  realPath(path: BytePath): Found<BytePath>;
  /** Where a symbolic link points, or what the kernel says there: "pipe:[4711]". */
  link(path: BytePath): Found<string>;
  /** At most the last `most` bytes of a regular file; those of /proc are read from their beginning. */
  tail(path: BytePath, most: number): Found<Tail>;
  /** Bytes that an ordinary user may still write on the file system of this path. */
  freeBytes(path: BytePath): Found<number>;
}
