import { unlink } from "node:fs/promises";
import { makeDirectory } from "../io/make-directory.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { errorText } from "../words/error-text.ts";
import { codeOf, listSegments, segmentPath } from "./files.ts";
import { encodeFrames, type JournalRecord, NO_SLOT } from "./frame.ts";
import { encodeHeader } from "./header.ts";
import type { JournalKind } from "./kind.ts";
import { DirectoryLock } from "./lock.ts";
import type { Place, Visit } from "./replay.ts";
import { restore, restoreInSlices, type StoredSegment } from "./restore.ts";
import { Segment } from "./segment.ts";

export interface JournalOptions {
  /** Made when it is missing. Holds the segments, `<name>-<number>.journal`, and `lock`. */
  readonly directory: string;
  readonly kind: JournalKind;
  /** Seconds of a slot. A segment with another step is set aside. */
  readonly step: number;
  /** Boot id of the machine now. */
  readonly boot: string;
  /** What every segment must begin with (definitions of its series), asked in `append` when a segment begins. */
  readonly preamble: () => readonly Buffer[];
  /** Told one whole sentence per finding. */
  readonly report: (line: string) => void;
}

/** What may wait for a disk that hangs. */
const PENDING_BYTES = 16 * 2 ** 20;
const MODE = 0o750;

/**
 * Append-only log of what was learned in each slot, in segment files of bounded number and size.
 *
 * Appending never throws and never waits: what cannot be written is given up, said once, and the next append begins a
 * new segment with its preamble, so that no segment ever lacks a definition that its records need.
 */
export class Journal {
  readonly #options: JournalOptions;
  #lock: DirectoryLock;
  #stored: StoredSegment[];
  #nextNumber: number;
  #newest: number;
  #segment: Segment | undefined;
  /** Writes and deletions, one after the other; never rejects. */
  #work: Promise<void> = Promise.resolve();
  #syncing: Promise<void> | undefined;
  readonly #closing = new Set<Promise<void>>();
  #pendingBytes = 0;
  /** Slots given up since writing began to fail; undefined while all is well. */
  #lost: number | undefined;
  #closed = false;

  private constructor(options: JournalOptions, lock: DirectoryLock, stored: StoredSegment[], nextNumber: number) {
    this.#options = options;
    this.#lock = lock;
    this.#stored = stored;
    this.#nextNumber = nextNumber;
    this.#newest = stored.reduce((newest, segment) => Math.max(newest, segment.newest), NO_SLOT);
  }

  /**
   * Takes the lock, visits all valid records, cuts damaged ends and sets unusable segments aside.
   * Malformed: another writer has the lock, or the directory cannot be written. Go on in memory then, after
   * `readJournal` for what can still be read.
   */
  static open(options: JournalOptions, visit: Visit): Parsed<Journal> {
    const begun = begin(options);
    if (begun.kind === "malformed") return begun;
    const { lock, segments, next } = begun.value;
    const stored = segments.flatMap((segment) => restore(segment, options, visit));
    return ok(new Journal(options, lock, stored, next));
  }

  /** The same, with other work in between while `pause` says so. */
  static async openInSlices(
    options: JournalOptions,
    visit: Visit,
    pause: () => Promise<void> | undefined,
  ): Promise<Parsed<Journal>> {
    const begun = await beginAside(options);
    if (begun.kind === "malformed") return begun;
    const { lock, segments, next } = begun.value;
    const stored: StoredSegment[] = [];
    for (const segment of segments) stored.push(...(await restoreInSlices(segment, { ...options, pause }, visit)));
    return ok(new Journal(options, lock, stored, next));
  }

  /** The newest slot that was found or appended. */
  get newestSlot(): number | undefined {
    return this.#newest === NO_SLOT ? undefined : this.#newest;
  }

  /**
   * Appends what one slot brought. The bodies are copied before it returns.
   * @returns never rejects: where the records are once they are with the kernel, undefined when they were given up
   */
  append(records: readonly JournalRecord[]): Promise<Place | undefined> {
    if (this.#closed || records.length === 0) return Promise.resolve(undefined);
    const frames = encodeFrames(records);
    const slot = records.reduce((newest, record) => Math.max(newest, record.slot), NO_SLOT);
    this.#newest = Math.max(this.#newest, slot);
    return this.#pendingBytes + frames.length > PENDING_BYTES ? this.#stall() : this.#queue(slot, frames);
  }

  /** Settles when all that was appended is with the kernel, where it survives the end of this process, or given up. */
  settled(): Promise<void> {
    return this.#work;
  }

  /** Writes through to the disk what was appended, for the sake of a power cut. Never rejects. */
  sync(): Promise<void> {
    this.#syncing ??= this.#syncNow().finally(() => {
      this.#syncing = undefined;
    });
    return this.#syncing;
  }

  /** Writes and syncs the rest and gives the lock back. Never rejects. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#retire();
    await this.#work;
    await Promise.all(this.#closing);
    this.#lock.release();
  }

  #queue(slot: number, frames: Buffer): Promise<Place | undefined> {
    const segment = this.#segmentFor(slot, frames.length);
    segment.newest = Math.max(segment.newest, slot);
    segment.bytes += frames.length;
    this.#pendingBytes += frames.length;
    const written = this.#work.then(() => this.#write(segment, frames));
    this.#work = written.then(() => undefined);
    return written;
  }

  #segmentFor(slot: number, size: number): Segment {
    const current = this.#segment;
    const { segmentBytes, segmentSlots } = this.#options.kind;
    const fits = current !== undefined && !current.broken && current.bytes + size <= segmentBytes;
    if (fits && slot - current.firstSlot < segmentSlots) return current;
    this.#retire();
    this.#segment = this.#begin(slot);
    return this.#segment;
  }

  /** The preamble is asked here, not when the file is made: series may change while a slow disk keeps us waiting. */
  #begin(slot: number): Segment {
    const { directory, kind, preamble } = this.#options;
    const definitions = preamble().map((body) => ({ slot: NO_SLOT, body }));
    const head = Buffer.concat([encodeHeader(this.#options), encodeFrames(definitions)]);
    return new Segment(segmentPath(directory, kind.name, this.#nextNumber++), head, slot);
  }

  /** Ends the segment after its last write. Its sync is not waited for: it must not delay the next slot's write. */
  #retire(): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    this.#work = this.#work.then(() => {
      if (segment.exists) this.#stored.push(segment);
      const closing = segment
        .close()
        .catch((error: unknown) => this.#fail(error))
        .finally(() => this.#closing.delete(closing));
      this.#closing.add(closing);
    });
  }

  async #write(segment: Segment, frames: Buffer): Promise<Place | undefined> {
    try {
      if (segment.broken) throw new Error(`"${segment.path}" was given up`);
      await this.#drop(segment);
      if (!segment.exists) await this.#secureDirectory();
      const at = await segment.write(frames);
      this.#heal();
      return { path: segment.path, at, end: at + frames.length };
    } catch (error) {
      segment.giveUp();
      this.#lose(error);
      return undefined;
    } finally {
      this.#pendingBytes -= frames.length;
    }
  }

  /** Deletes what is no longer needed. It comes before a write: on a full disk it makes room. */
  async #drop({ exists }: Segment): Promise<void> {
    const { kind } = this.#options;
    const needed = kind.needsNewest && !exists ? this.#stored.at(-1) : undefined;
    const surplus = this.#stored.length - kind.mostSegments;
    const oldest = kind.oldest(this.#newest);
    const isKept = (stored: StoredSegment, at: number) =>
      stored === needed || (at >= surplus && stored.newest >= oldest);
    const dropped = this.#stored.filter((segment, at) => !isKept(segment, at));
    this.#stored = this.#stored.filter(isKept);
    for (const { path } of dropped) await this.#delete(path);
  }

  async #delete(path: string): Promise<void> {
    try {
      await unlink(path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") this.#options.report(`Cannot delete "${path}": ${errorText(error)}.`);
    }
  }

  /** Somebody may have deleted the directory, and with it the lock. Throws when another writer came in between. */
  async #secureDirectory(): Promise<void> {
    const { directory } = this.#options;
    makeDirectory(directory, MODE);
    if (!this.#lock.deleted) return;
    const lock = lockDirectory(directory);
    if (lock.kind === "malformed") throw new Error(lock.reason);
    this.#lock.release();
    this.#lock = lock.value;
  }

  async #syncNow(): Promise<void> {
    await this.#work;
    const segment = this.#segment;
    await segment?.sync().catch((error: unknown) => {
      segment.giveUp();
      this.#fail(error);
    });
  }

  /** The disk hangs: gives this slot up, and the segment, since the slot may hold definitions that later ones need. */
  #stall(): Promise<undefined> {
    this.#lose(new Error(`${this.#pendingBytes} bytes wait for the disk`));
    this.#retire();
    return Promise.resolve(undefined);
  }

  #lose(error: unknown): void {
    this.#fail(error);
    this.#lost = (this.#lost ?? 0) + 1;
  }

  #fail(error: unknown): void {
    if (this.#lost !== undefined) return;
    this.#lost = 0;
    const { directory, kind, report } = this.#options;
    report(`Cannot write the journal in "${directory}": ${errorText(error)}. ${kind.whileFailing}.`);
  }

  #heal(): void {
    if (this.#lost === undefined) return;
    const { directory, kind, report } = this.#options;
    report(`The journal in "${directory}" is written again; ${kind.afterFailing(this.#lost)}.`);
    this.#lost = undefined;
  }
}

/** Takes the lock and lists what is there. */
function begin(options: JournalOptions) {
  return locked(options, lockDirectory(options.directory));
}

/** The same without waiting for another program. */
async function beginAside(options: JournalOptions) {
  const made = madeDirectory(options.directory);
  return locked(options, made.kind === "ok" ? await DirectoryLock.takeAside(options.directory) : made);
}

function locked({ directory, kind }: JournalOptions, lock: Parsed<DirectoryLock>) {
  if (lock.kind === "malformed") return lock;
  const files = listed(directory, kind.name);
  if (files.kind === "ok") return ok({ ...files.value, lock: lock.value });
  lock.value.release();
  return files;
}

function lockDirectory(directory: string): Parsed<DirectoryLock> {
  const made = madeDirectory(directory);
  return made.kind === "ok" ? DirectoryLock.take(directory) : made;
}

function madeDirectory(directory: string): Parsed<undefined> {
  try {
    makeDirectory(directory, MODE);
    return ok(undefined);
  } catch (error) {
    return malformed(`cannot make "${directory}": ${errorText(error)}`);
  }
}

function listed(directory: string, name: string): Parsed<ReturnType<typeof listSegments>> {
  try {
    return ok(listSegments(directory, name));
  } catch (error) {
    return malformed(`cannot read "${directory}": ${errorText(error)}`);
  }
}
