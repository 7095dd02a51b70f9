import { malformed, ok, type Parsed } from "../../ring/answer.ts";

// TAI64N := seconds:u64be nanoseconds:u32be      seconds = 2^62 + TAI seconds; cr.yp.to/libtai/tai64.html

/** Seconds on a TAI clock; what they are in unix seconds depends on who wrote them. */
export type TaiSeconds = number;

const EPOCH = 2n ** 62n;
const NANOSECONDS = 1e9;
const TAI64N_BYTES = 12;

/** Malformed when it is no label of the years 1970 to 2^52 seconds later. */
export function parseTai64n(bytes: Buffer, offset: number): Parsed<TaiSeconds> {
  const label = bytes.readBigUInt64BE(offset);
  const nanoseconds = bytes.readUInt32BE(offset + 8);
  const seconds = Number(label - EPOCH);
  if (seconds < 0 || seconds > 2 ** 52 || nanoseconds >= NANOSECONDS) {
    return malformed(`expected a TAI64N label, found ${bytes.toString("hex", offset, offset + TAI64N_BYTES)}`);
  }
  return ok(seconds + nanoseconds / NANOSECONDS);
}

/** What daemontools and runit add to the unix time, whatever the leap seconds since 1972. */
const WITHOUT_LEAP_SECONDS = 10;
/** What s6 adds where its library knows the 27 leap seconds and the system clock is UTC: the usual build. */
const WITH_LEAP_SECONDS = 37;

/** Clocks and file systems round differently. */
const TOLERANCE_SECONDS = 2;

/** Unix time of a label that daemontools or runit wrote. */
export function plainUnixTime(stamp: TaiSeconds): number {
  return stamp - WITHOUT_LEAP_SECONDS;
}

/**
 * Unix time of labels that s6 wrote. Its build decides on the offset: 37 until a status file was written at its stamp
 * read with 10. One that was written before that is the better witness: a service that is paused 27 s after its start
 * looks like a build without leap seconds, but nothing is written before it happens.
 */
export class LeapSeconds {
  #offset: number | undefined;

  /** @param modified unix time at which the file with this stamp was written: at the stamp or later */
  unixTime(stamp: TaiSeconds, modified: number): number {
    if (this.#offset !== WITH_LEAP_SECONDS) this.#offset = offsetOf(stamp, modified) ?? this.#offset;
    return stamp - (this.#offset ?? WITH_LEAP_SECONDS);
  }
}

/** Undefined when the file was written so long after the stamp that both fit, or before either: the clock was set. */
function offsetOf(stamp: TaiSeconds, modified: number): number | undefined {
  const late = (offset: number): number => modified - (stamp - offset);
  if (late(WITH_LEAP_SECONDS) < -TOLERANCE_SECONDS) return undefined;
  if (late(WITHOUT_LEAP_SECONDS) < -TOLERANCE_SECONDS) return WITH_LEAP_SECONDS;
  return late(WITHOUT_LEAP_SECONDS) <= TOLERANCE_SECONDS ? WITHOUT_LEAP_SECONDS : undefined;
}
