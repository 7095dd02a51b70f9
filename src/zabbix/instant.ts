/** A moment as rows have it: a whole unix second and the nanoseconds behind it. */
export interface Instant {
  readonly clock: number;
  readonly ns: number;
}

/** Samples are stamped to the millisecond; a double keeps microseconds of a unix time. */
export function instantOf(clock: number): Instant {
  const microseconds = Math.round(clock * 1e6);
  return { clock: Math.floor(microseconds / 1e6), ns: (microseconds % 1e6) * 1000 };
}
