import type { Io, Listener } from "../../../io/io.ts";
import type { Log } from "../../../io/log.ts";
import type { Slices } from "../../../io/slices.ts";
import type { Stamp } from "../../../ring/sample.ts";
import type { Inlet } from "./inlet.ts";
import { StatsReader } from "./stats-reader.ts";
import { QUIET_SECONDS } from "./sweep.ts";
import type { Trouble } from "./trouble.ts";

/** What may wait for the next look. */
const MOST_BYTES = 2 ** 24;
/** What a waiting piece costs beside its bytes. */
const PIECE_BYTES = 256;

/** What a door lets in, and how it ends. */
export interface Visitors {
  came(bytes: Buffer): void;
  refused(from: string): void;
  failed(trouble: Trouble): void;
}

/** Where statistics arrive by themselves. */
export interface Door {
  /** Each piece is whole lines, even without a line feed at its end. */
  readonly isWholeLines: boolean;
  /** Opens it. `failed` comes later, if ever. */
  open(visitors: Visitors): Listener & { stands(): boolean };
}

interface Waiting {
  readonly bytes: Buffer;
  readonly stamp: Stamp;
  /** Something that came before it was left out. */
  readonly isAfterLoss: boolean;
}

/** Statistics that arrive by themselves. They wait, as far as there is room, for the next look. */
export class ArrivalInlet implements Inlet {
  readonly #door: Door;
  readonly #io: Io;
  readonly #log: Log;
  readonly reader = new StatsReader();
  #listener: (Listener & { stands(): boolean }) | undefined;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #isAfterLoss = false;
  /** When the piece came that was read last; the opening of the door, before there was one. Monotonic. */
  #lastAt = 0;
  #trouble: Trouble | undefined;
  #isClosed = false;

  constructor(door: Door, io: Io, log: Log) {
    this.#door = door;
    this.#io = io;
    this.#log = log;
  }

  async look(slices: Slices): Promise<void> {
    this.#keepOpen();
    await this.#readWaiting(slices);
    if (this.#isQuiet(this.#io.now())) this.reader.quiet();
  }

  get trouble(): Trouble | undefined {
    return this.#trouble;
  }

  close(): void {
    this.#isClosed = true;
    this.#listener?.close();
    this.#waiting = [];
  }

  #keepOpen(): void {
    if (this.#listener?.stands()) {
      this.#trouble = undefined;
      return;
    }
    this.#listener?.close();
    this.#lastAt = this.#io.now().mono;
    this.#listener = this.#door.open({
      came: (bytes) => this.#came(bytes),
      refused: (from) => this.#refused(from),
      failed: (trouble) => {
        this.#trouble = trouble;
        this.#listener = undefined;
      },
    });
  }

  #came(bytes: Buffer): void {
    const cost = bytes.length + PIECE_BYTES;
    if (this.#waitingBytes + cost > MOST_BYTES) {
      this.reader.count("lostBytes", bytes.length);
      this.#isAfterLoss = true;
      return;
    }
    this.#waitingBytes += cost;
    this.#waiting.push({ bytes, stamp: this.#io.now(), isAfterLoss: this.#isAfterLoss });
    this.#isAfterLoss = false;
  }

  #refused(from: string): void {
    if (this.reader.counts.strangers === 0)
      this.#log.warning(`Refused statistics from ${from}: only this host may send them.`);
    this.reader.count("strangers", 1);
  }

  async #readWaiting(slices: Slices): Promise<void> {
    const pieces = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    for (const piece of pieces) {
      if (this.#isClosed) return;
      await this.#read(piece, slices);
      await slices.pause();
    }
  }

  /** What comes after some silence begins a sweep. */
  async #read({ bytes, stamp, isAfterLoss }: Waiting, slices: Slices): Promise<void> {
    if (isAfterLoss) this.reader.cut();
    if (this.#isQuiet(stamp)) this.reader.begin();
    this.#lastAt = stamp.mono;
    const arrival = { stamp, written: stamp.clock, delay: 0 };
    await this.reader.read(bytes, arrival, slices);
    if (this.#door.isWholeLines) await this.reader.endLine(arrival, slices);
  }

  #isQuiet({ mono }: Stamp): boolean {
    return mono - this.#lastAt >= QUIET_SECONDS;
  }
}
