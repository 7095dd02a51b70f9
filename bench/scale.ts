/** How long everything takes: medians of `rounds` rounds of `seconds`. */
export interface Scale {
  readonly rounds: number;
  readonly seconds: number;
  readonly calls: number;
  readonly starts: number;
  /** One-minute schedules are measured over real minutes; false: a thousand instances every five seconds, idle for seconds. */
  readonly minutes: boolean;
}

export const FULL: Scale = { rounds: 3, seconds: 1.5, calls: 200, starts: 5, minutes: true };
/** A look in less than a minute. */
export const QUICK: Scale = { rounds: 1, seconds: 0.4, calls: 50, starts: 2, minutes: false };
