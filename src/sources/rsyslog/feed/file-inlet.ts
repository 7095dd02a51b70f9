import type { Io } from "../../../io/io.ts";
import { type BytePath, type FileFacts, pathText, type Reached } from "../../../io/local-files.ts";
import type { Log } from "../../../io/log.ts";
import type { Slices } from "../../../io/slices.ts";
import type { Clock, Stamp } from "../../../ring/sample.ts";
import { type ReadOutcome, readOn, startOffset, type Wanted } from "./file-reading.ts";
import { FollowedFile } from "./followed-file.ts";
import type { Inlet } from "./inlet.ts";
import { StatsReader } from "./stats-reader.ts";
import { QUIET_SECONDS } from "./sweep.ts";
import { pathTrouble, type Trouble } from "./trouble.ts";

/** What one look may read, and what more for each second since the one before. */
const LOOK_BYTES = 2 ** 23;
const SECOND_BYTES = 2 ** 19;
const MOST_BYTES = 2 ** 25;
/** A file that is farther ahead of us is read on near its end: what it says there is newer than all that is left out. */
const MOST_BEHIND = 2 ** 26;
/** How far from its end a file is begun at most, at first and then. */
const START_BYTES = 2 ** 24;
const LEAP_BYTES = 2 ** 20;
/** A file that was not written to for so many sweeps' time is no longer in use. */
const INTERVALS = 3;

interface Current {
  readonly followed: FollowedFile;
  readonly identity: string;
}

/** One look's work. */
interface Look {
  readonly stamp: Stamp;
  readonly slices: Slices;
  /** Bytes that may still be read. */
  left: number;
  /** Bytes that were. */
  bytes: number;
  /** How the last reading went. */
  outcome: ReadOutcome | undefined;
}

/**
 * impstats' own file, read on at each look from where the last one ended. It stays open when its name leads elsewhere
 * (rotated, deleted, replaced at each emission): it is read to its end before the new one is.
 */
export class FileInlet implements Inlet {
  readonly #path: BytePath;
  readonly #io: Io;
  readonly #log: Log;
  readonly reader = new StatsReader();
  #current: Current | undefined;
  #trouble: Trouble | undefined;
  #lookedAt: Stamp | undefined;
  /** When the end was read last. */
  #endAt: Clock | undefined;
  /** Monotonic. */
  #grewAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(path: BytePath, io: Io, log: Log) {
    this.#path = path;
    this.#io = io;
    this.#log = log;
  }

  async look(slices: Slices): Promise<void> {
    const stamp = this.#io.now();
    await this.#look({ stamp, slices, left: this.#allowed(stamp), bytes: 0, outcome: undefined });
    this.#lookedAt = stamp;
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  close(): void {
    this.#isClosed = true;
    this.#current?.followed.close();
  }

  #allowed({ mono }: Stamp): number {
    const seconds = this.#lookedAt === undefined ? 0 : mono - this.#lookedAt.mono;
    return Math.min(MOST_BYTES, LOOK_BYTES + Math.floor(SECOND_BYTES * seconds));
  }

  async #look(look: Look): Promise<void> {
    const there = regular(this.#io.files.facts(this.#path));
    const isAtEnd = await this.#readOn(look);
    if (there.kind === "failed") this.#fail(there, look);
    else if (this.#current?.identity === there.value.identity) this.#trouble = undefined;
    else if (isAtEnd) await this.#change(look);
    this.#settle(look);
  }

  /** The file under the name is another one now, or the first one. */
  async #change(look: Look): Promise<void> {
    const opened = this.#io.files.open(this.#path);
    if (opened.kind === "failed") return this.#fail(opened, look);
    this.#trouble = undefined;
    const facts = opened.value.facts();
    const isEmpty = this.#current !== undefined && facts.kind === "ok" && facts.value.size === 0; // the old one grows on
    if (this.#isClosed || facts.kind === "failed" || isEmpty) return opened.value.close();
    const followed = new FollowedFile(opened.value);
    const isFirst = this.#current === undefined;
    this.#current?.followed.close();
    this.#current = { followed, identity: facts.value.identity };
    this.reader.dropHalfLine();
    if (isFirst) await this.#start(followed, look);
    else await this.#readOn(look);
  }

  async #start(followed: FollowedFile, look: Look): Promise<void> {
    const { sweeps } = this.reader;
    const since = sweeps.newest?.clock;
    sweeps.startAfter(since, look.stamp);
    const offset = await this.#startNearEnd(followed, look, { since, farthest: START_BYTES });
    look.left = Math.max(look.left, followed.size - offset);
    await this.#readOn(look);
    this.#settle(look);
    if (since === undefined) sweeps.keepTwo();
  }

  async #startNearEnd(
    followed: FollowedFile,
    { stamp, slices }: Look,
    { since, farthest }: Omit<Wanted, "stamp">,
  ): Promise<number> {
    const offset = await startOffset(followed, { stamp, since, farthest }, slices);
    this.#current = { identity: this.#current?.identity ?? "", followed: followed.at(offset) };
    this.#endAt = undefined;
    this.reader.cut();
    if (offset === 0) this.reader.begin();
    return offset;
  }

  /** Whether all is read that is there. */
  async #readOn(look: Look): Promise<boolean> {
    if (this.#current === undefined) return true;
    const { size, offset } = this.#current.followed;
    if (size - offset > MOST_BEHIND) await this.#leap(this.#current.followed, look);
    const { stamp, left: most } = look;
    const reading = { file: this.#current.followed, reader: this.reader, stamp, endAt: this.#endAt, most };
    const outcome = await readOn(reading, look.slices);
    look.bytes += outcome.bytes;
    look.left -= outcome.bytes;
    if (outcome.bytes > 0) this.#grewAt = stamp.mono;
    if (outcome.failure !== undefined) this.#drop(outcome.failure);
    look.outcome = outcome;
    return outcome.behind === 0;
  }

  async #leap(followed: FollowedFile, look: Look): Promise<void> {
    const lost =
      (await this.#startNearEnd(followed, look, { since: undefined, farthest: LEAP_BYTES })) - followed.offset;
    this.reader.count("lostBytes", lost);
    this.#log.warning(`Left out ${lost} bytes of "${pathText(this.#path)}": it grows faster than it can be read.`);
  }

  /** When all is read and nothing more has come for a while, the last sweep is whole. */
  #settle({ outcome, stamp: { clock, mono } }: Look): void {
    if (outcome === undefined || outcome.behind > 0) return;
    const { written } = outcome;
    this.#endAt = clock;
    const isOld = written !== undefined && clock - written >= QUIET_SECONDS;
    if (isOld || mono - this.#grewAt >= QUIET_SECONDS) this.reader.quiet();
  }

  /** A disk's fault: it is opened anew next time. */
  #drop(reason: string): void {
    if (this.#isClosed) return;
    this.#trouble = pathTrouble(this.#io, this.#path, { reason, isDenied: false });
    this.#current?.followed.close();
    this.#current = undefined;
  }

  /** A name that is missing may be on its way to the next file: the open one is written to meanwhile. */
  #fail({ code, reason }: Reached<never> & { kind: "failed" }, { stamp, bytes }: Look): void {
    const patience = code === "ENOENT" ? INTERVALS * (this.reader.sweeps.interval ?? 0) : 0;
    const isFed = bytes > 0 || stamp.mono - this.#grewAt < patience;
    this.#trouble = isFed ? undefined : pathTrouble(this.#io, this.#path, { reason, isDenied: code === "EACCES" });
  }
}

function regular(facts: Reached<FileFacts>): Reached<FileFacts> {
  if (facts.kind === "failed" || facts.value.kind === "file") return facts;
  return { kind: "failed", code: "EINVAL", reason: `it is a ${facts.value.kind}, no regular file` };
}
