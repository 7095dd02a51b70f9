import type { OpenFile, Reached } from "../../../io/local-files.ts";
import type { Clock } from "../../../ring/sample.ts";

/** So many bytes before the place are compared: a file may have been truncated and have grown beyond it again. */
const MARK_BYTES = 64;

/** The next bytes of a growing file. */
export interface Piece {
  readonly bytes: Buffer;
  /** The file was truncated: the bytes are the beginning of something new. */
  readonly isAnew: boolean;
  /** When the file was written last. */
  readonly written: Clock;
  /** How many bytes lie behind these. */
  readonly behind: number;
}

/** A place in an open file, which is read on from there. */
export class FollowedFile {
  readonly #file: OpenFile;
  #offset: number;
  #mark = Buffer.alloc(0);

  /** @param file is closed with it */
  constructor(file: OpenFile, offset = 0) {
    this.#file = file;
    this.#offset = offset;
  }

  /** Another place in the same file. */
  at(offset: number): FollowedFile {
    return new FollowedFile(this.#file, offset);
  }

  get offset(): number {
    return this.#offset;
  }

  /** Bytes that the file has; 0 when it cannot be told. */
  get size(): number {
    const facts = this.#file.facts();
    return facts.kind === "ok" ? facts.value.size : 0;
  }

  /** At most so many bytes. None: there are no more. */
  next(most: number): Reached<Piece> {
    const facts = this.#file.facts();
    if (facts.kind === "failed") return facts;
    const { size, modified } = facts.value;
    const read = size < this.#offset ? undefined : this.#read(most);
    if (read?.kind === "failed") return read;
    const isAnew = read === undefined || !read.value.subarray(0, this.#mark.length).equals(this.#mark);
    if (!isAnew) return this.#piece(read.value, { isAnew, size, written: modified });
    this.#offset = 0;
    this.#mark = Buffer.alloc(0);
    const anew = this.#read(most);
    return anew.kind === "failed" ? anew : this.#piece(anew.value, { isAnew, size, written: modified });
  }

  close(): void {
    this.#file.close();
  }

  #read(most: number): Reached<Buffer> {
    return this.#file.readAt(this.#offset - this.#mark.length, this.#mark.length + most);
  }

  #piece(read: Buffer, { isAnew, size, written }: { isAnew: boolean; size: number; written: Clock }): Reached<Piece> {
    const bytes = read.subarray(this.#mark.length);
    this.#offset += bytes.length;
    this.#mark = Buffer.from(read.subarray(-MARK_BYTES));
    return { kind: "ok", value: { bytes, isAnew, written, behind: Math.max(0, size - this.#offset) } };
  }
}
