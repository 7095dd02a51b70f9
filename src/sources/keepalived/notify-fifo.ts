import type { FifoListener, Io } from "../../io/io.ts";
import { type BytePath, pathText } from "../../io/local-files.ts";
import type { Stamp } from "../../ring/sample.ts";
import { type Notice, NoticeReader } from "./notices.ts";

/** Lines that come so soon after the FIFO was opened have waited in it: when they were written is not known. */
const WAITED_SECONDS = 1;

/** One notice as it came. `hasWaited`: it may have been written long before. */
export interface Heard {
  readonly notice: Notice;
  readonly stamp: Stamp;
  readonly hasWaited: boolean;
}

/** Reads the notify FIFO; opens the new one when keepalived has made it anew. */
export class NotifyFifo {
  readonly #io: Io;
  readonly path: BytePath;
  readonly #hear: (heard: Heard) => void;
  #reader = new NoticeReader();
  #listener: FifoListener | undefined;
  #opened = 0;
  #failure: string | undefined;

  constructor(io: Io, path: BytePath, hear: (heard: Heard) => void) {
    this.#io = io;
    this.path = path;
    this.#hear = hear;
  }

  /** Why nothing can be heard; undefined while it listens. */
  get failure(): string | undefined {
    return this.#failure === undefined ? undefined : `cannot read "${pathText(this.path)}": ${this.#failure}`;
  }

  /** Lines since the call before that keepalived does not write. */
  takeStrange(): number {
    return this.#reader.takeStrange();
  }

  /** To be called now and then. What has waited in the FIFO is heard in a later turn of the event loop. */
  keepOpen(): void {
    if (this.#listener?.stands() === true) return;
    this.close();
    const facts = this.#io.files.facts(this.path);
    if (facts.kind === "failed") {
      this.#failure = facts.reason;
      return;
    }
    this.#failure = undefined;
    this.#reader = new NoticeReader();
    this.#opened = this.#io.now().mono;
    this.#listener = this.#io.listenFifo(this.path, {
      chunk: (bytes) => this.#take(bytes),
      failed: (reason) => {
        this.#failure = reason;
        this.#listener = undefined;
      },
    });
  }

  close(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  #take(bytes: Buffer): void {
    const stamp = this.#io.now();
    const hasWaited = stamp.mono - this.#opened < WAITED_SECONDS;
    for (const notice of this.#reader.push(bytes)) this.#hear({ notice, stamp, hasWaited });
  }
}
