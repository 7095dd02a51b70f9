import type { BytePath } from "../../../io/local-files.ts";
import type { Slices } from "../../../io/slices.ts";
import type { Clock, Stamp } from "../../../ring/sample.ts";
import type { Finding } from "../../source.ts";

/**
 * One object of rsyslogd's statistics, such as a queue: its numbers as impstats names them (the `!` of
 * json-elasticsearch is a `.` again; what stands in `values` is a number of the object itself).
 * Numbers are whole or fractional, never negative; above 2^53 they are bigint, up to 2^64 - 1. What is none of these is
 * left out: unknown. Objects of the same origin and name in one sweep are one: summed, of `maxqsize` the larger.
 */
export interface StatsObject {
  readonly origin: string;
  readonly name: string;
  readonly numbers: ReadonlyMap<string, number | bigint>;
}

/** What impstats said of all objects at one moment. Whole: nothing of it is missing that was not lost on the way. */
export interface Sweep {
  /** Its identity: rises with each whole sweep that a feed sees. */
  readonly number: number;
  /** When rsyslogd wrote it, as its first record says (whole seconds); when it came, if the records say nothing. */
  readonly clock: Clock;
  /** When its last record was read. */
  readonly arrived: Stamp;
  readonly objects: readonly StatsObject[];
}

/** When nothing has come for so long, a sweep is whole: rsyslogd writes its records one right after the other. */
export const QUIET_SECONDS = 2;

/** Where the statistics come from. */
export type FeedChoice =
  | { readonly kind: "file"; readonly path: BytePath }
  | { readonly kind: "fifo"; readonly path: BytePath }
  | { readonly kind: "udp"; readonly host: string; readonly port: number };

/** What a feed has met since it was opened. */
export interface FeedCounts {
  readonly lines: number;
  /** Understood: one for each object and sweep, in prometheus format for each number. */
  readonly records: number;
  /** Lines of no shape that impstats has. */
  readonly unknown: number;
  /** Lines that begin like a record and cannot be read, half lines for instance. */
  readonly malformed: number;
  /** Lines that were passed over for their length. */
  readonly tooLong: number;
  /** Fields of records that were left out since they are no numbers a counter can have. */
  readonly oddFields: number;
  /** Records of an object that the same sweep had already: added to it. */
  readonly duplicates: number;
  /** Records of a sweep that had been taken for whole: left out. */
  readonly late: number;
  /** Records beyond what one sweep may hold: left out. */
  readonly surplus: number;
  /** Sweeps of which the beginning was not seen, and those that nobody took in time: left out. */
  readonly lostSweeps: number;
  /** Bytes that came faster than they could be read: left out. */
  readonly lostBytes: number;
  /** Datagrams from elsewhere than this host: refused. */
  readonly strangers: number;
}

/**
 * Statistics as they come in. Of a file that was there before, the two newest sweeps are the first ones. No place in it is
 * remembered over a restart of ours: counters are levels, so what grew meanwhile stands in the next sweep.
 */
export interface StatsFeed {
  /** Reads what is new, as much as one tick may. Never throws. */
  look(slices: Slices): Promise<void>;
  /** The whole sweeps in their order since the last call: none is missed, none comes twice. */
  take(): readonly Sweep[];
  readonly newest: Sweep | undefined;
  /** Seconds between sweeps: the median of the last few. Undefined until there were two. */
  readonly interval: number | undefined;
  readonly counts: FeedCounts;
  /** Why nothing can be read (a lower-case fragment), with what mends it where that is known. */
  readonly trouble: string | undefined;
  /** The same for `doctor`, when it is a matter of permission. */
  readonly finding: Finding | undefined;
  close(): void;
}
