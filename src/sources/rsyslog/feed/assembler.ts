import { Draft, type RecordTime, type Usual } from "./draft.ts";
import type { StatsRecord } from "./record.ts";

/** Sweeps whose lines come mixed up, as several workers of a queue deliver them. */
const MOST_DRAFTS = 3;

/** Where whole sweeps go, and how often something else happened to a record or to a sweep. */
export interface Assembled {
  whole(draft: Draft): void;
  count(what: "duplicates" | "surplus" | "late" | "lostSweeps"): void;
}

/**
 * Puts records together to sweeps. A sweep ends where the next one begins: by time, or with a record that this one has.
 * Where the writer marks beginnings and ends, or is quiet for a while, it is known at once.
 */
export class Assembler {
  readonly #assembled: Assembled;
  /** From the oldest on. */
  #drafts: Draft[] = [];
  #usual: Usual = new Map();
  /** The one that was closed last. */
  #closed: Draft | undefined;
  /** The next draft's beginning is a sweep's beginning. */
  #isAtStart = false;
  #isOneLine = false;

  constructor(assembled: Assembled) {
    this.#assembled = assembled;
  }

  add(record: StatsRecord, time: RecordTime): void {
    if (!this.#isOneLine && this.#closed?.misses(record, time, this.#usual)) this.#assembled.count("late");
    else this.#put(record, time);
  }

  /** The next record is the first of its sweep. */
  begin(isOneLine = false): void {
    this.quiet();
    this.#isAtStart = true;
    this.#isOneLine = isOneLine;
  }

  /** The record before was the last of its sweep. */
  end(): void {
    this.quiet();
    this.#isAtStart = true;
    this.#isOneLine = false;
  }

  /** Nothing has come for so long that all has come. */
  quiet(): void {
    for (const draft of this.#drafts.splice(0)) this.#close(draft);
  }

  /** Something is missing here: only what has all that it usually has is a sweep. */
  cut(): void {
    for (const draft of this.#drafts.splice(0)) {
      if (draft.covers(this.#usual)) this.#close(draft);
      else this.#assembled.count("lostSweeps");
    }
    this.#isAtStart = false;
    this.#isOneLine = false;
  }

  #put(record: StatsRecord, time: RecordTime): void {
    const draft = this.#drafts.findLast((each) => each.takes(record, time, this.#usual)) ?? this.#begun(time);
    const outcome = draft.add(record, time);
    if (outcome === "duplicate") this.#assembled.count("duplicates");
    if (outcome === "surplus") this.#assembled.count("surplus");
  }

  /** Older sweeps are closed then, up to the first that something is missing of. */
  #begun(first: RecordTime): Draft {
    const draft = new Draft(first, { isOneLine: this.#isOneLine, isFromStart: this.#isAtStart });
    this.#isAtStart = true;
    const waiting = this.#drafts.findIndex((older) => this.#isWaiting(older));
    const surplus = this.#drafts.length - MOST_DRAFTS + 1;
    const done = Math.max(surplus, waiting < 0 ? this.#drafts.length : waiting);
    for (const older of this.#drafts.splice(0, done)) this.#close(older);
    this.#drafts.push(draft);
    return draft;
  }

  /** Whether the rest of a sweep may still come between lines of the next one. */
  #isWaiting(draft: Draft): boolean {
    return draft.isFromStart && this.#usual.size > 0 && !draft.covers(this.#usual);
  }

  #close(draft: Draft): void {
    this.#closed = draft;
    if (draft.isSeveral) {
      this.#assembled.count("lostSweeps");
    } else if (draft.isFromStart || draft.covers(this.#usual)) {
      this.#usual = draft.seen;
      this.#assembled.whole(draft);
    } else {
      this.#assembled.count("lostSweeps");
    }
  }
}
