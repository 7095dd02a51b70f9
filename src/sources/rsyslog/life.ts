import type { Clock } from "../../ring/sample.ts";
import type { StatsObject, Sweep } from "./feed/sweep.ts";

/**
 * How a sweep goes on from the one before.
 * - same: all counters went on.
 * - cleared: they began at 0 again, since impstats clears them after each sweep (`resetCounters`).
 * - anew: rsyslogd was started, or so it looks: counters began at 0, and what was queued may have changed meanwhile.
 */
export type Continuation = "same" | "cleared" | "anew";

/** By what a new life is told from cleared counters: the resources a process has used are never less than before. */
const RESOURCES = ["utime", "stime", "minflt", "majflt", "nvcsw", "nivcsw", "inblock", "oublock"];
/** Counters of these origins are cleared. */
const CLEARED: ReadonlyMap<string, string> = new Map([
  ["core.queue", "enqueued"],
  ["core.action", "processed"],
]);
const INPUT_COUNTER = "submitted";
/** One sweep with lower counters may be a new life that has used more resources already than the old one. */
const FALLS_OF_CLEARED = 2;

/** Tells rsyslogd's restarts from counters that are cleared after each sweep: the records do not say which it is. */
export class Life {
  #before: ReadonlyMap<string, number | bigint> | undefined;
  #falls = 0;
  /** When the life began that this one saw begin; undefined: it was there before. */
  #began: Clock | undefined;

  /** As `GoodSample.epoch` wants it. */
  get epoch(): string {
    return this.#began === undefined ? "" : String(this.#began);
  }

  /** @param isCleared what the configuration says of `resetCounters`; undefined: it cannot be read */
  put(sweep: Sweep, isCleared: boolean | undefined): Continuation {
    const found = new Map(sweep.objects.flatMap(tellingNumbers));
    const before = this.#before;
    this.#before = found;
    if (before === undefined) return "anew";
    const fell = (isResource: boolean) =>
      [...found].some(([key, now]) => key.startsWith(RESOURCE) === isResource && now < (before.get(key) ?? 0));
    if (fell(true)) return this.#anew(sweep);
    if (isCleared !== undefined) return isCleared ? "cleared" : fell(false) ? this.#anew(sweep) : "same";
    if (!fell(false)) return this.#falls < FALLS_OF_CLEARED ? "same" : "cleared";
    this.#falls++;
    return this.#falls < FALLS_OF_CLEARED ? this.#anewOrCleared(sweep) : "cleared";
  }

  #anew(sweep: Sweep): Continuation {
    this.#falls = 0;
    return this.#anewOrCleared(sweep);
  }

  #anewOrCleared({ clock }: Sweep): Continuation {
    this.#began = clock;
    return "anew";
  }
}

const RESOURCE = "resource ";

function tellingNumbers({ origin, name, numbers }: StatsObject): readonly (readonly [string, number | bigint])[] {
  if (origin === "impstats") {
    return RESOURCES.flatMap((field) => {
      const found = numbers.get(field);
      return found === undefined ? [] : [[`${RESOURCE}${name} ${field}`, found] as const];
    });
  }
  const counter = CLEARED.get(origin) ?? INPUT_COUNTER;
  const found = numbers.get(counter);
  return found === undefined ? [] : [[`${origin} ${name}`, found]];
}
