import { type FileHandle, open, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * One segment that is being written. Its file is made by the first write, which begins with the header and the records
 * of the preamble, in one piece with the first slot: there is no segment without its definitions.
 *
 * All writes are asynchronous, one after the other: a disk that hangs then holds a thread of the pool, not the daemon.
 * After the first failure its owner gives it up and begins another: what was to be in it may hold definitions.
 */
export class Segment {
  readonly path: string;
  readonly firstSlot: number;
  /** Newest slot and bytes as planned: with what still waits to be written. */
  newest: number;
  bytes: number;
  #head: Buffer | undefined;
  #file: FileHandle | undefined;
  #written = 0;
  #dirty = false;
  /** Whether the directory's entry is on the disk, too. */
  #entered = false;
  #broken = false;

  constructor(path: string, head: Buffer, firstSlot: number) {
    this.path = path;
    this.#head = head;
    this.firstSlot = firstSlot;
    this.newest = firstSlot;
    this.bytes = head.length;
  }

  get broken(): boolean {
    return this.#broken;
  }

  /** Marks it broken: nothing more is to be written to it. */
  giveUp(): void {
    this.#broken = true;
  }

  /** False until the first write has made the file. */
  get exists(): boolean {
    return this.#written > 0;
  }

  /**
   * Appends frames. Throws the system's error, leaving the file as it was before, or that somebody deleted the file:
   * then all that it held is lost.
   * @returns the byte at which they begin
   */
  async write(frames: Buffer): Promise<number> {
    if (this.#head === undefined) await this.#append(frames);
    else await this.#create(Buffer.concat([this.#head, frames]));
    this.#head = undefined;
    await this.#expectLinked();
    return this.#written - frames.length;
  }

  /** Writes through to the disk. Throws; pages that were written before may be lost then. */
  async sync(): Promise<void> {
    if (!this.#dirty || this.#file === undefined) return;
    this.#dirty = false;
    await this.#file.datasync();
    if (!this.#entered) await syncDirectory(dirname(this.path));
    this.#entered = true;
  }

  /** Syncs and closes; waits for what is under way. Throws what the sync or the close throws, closed all the same. */
  async close(): Promise<void> {
    try {
      await this.sync();
    } finally {
      await this.#file?.close();
      this.#file = undefined;
    }
  }

  async #create(bytes: Buffer): Promise<void> {
    this.#file = await open(this.path, "ax", 0o640); // x: never into a file that holds something else
    try {
      await this.#append(bytes);
    } catch (error) {
      await unlink(this.path).catch(() => undefined); // the write's error is the one to tell
      throw error;
    }
  }

  async #append(bytes: Buffer): Promise<void> {
    if (this.#file === undefined) throw new Error(`"${this.path}" is closed`);
    this.#dirty = true;
    try {
      await this.#file.writeFile(bytes);
      this.#written += bytes.length;
    } catch (error) {
      await this.#file.truncate(this.#written).catch(() => undefined); // else replay finds the torn end and cuts it
      throw error;
    }
  }

  async #expectLinked(): Promise<void> {
    if ((await this.#file?.stat())?.nlink === 0) throw new Error(`"${this.path}" was deleted`);
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
