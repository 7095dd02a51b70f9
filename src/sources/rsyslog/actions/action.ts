import type { Labels } from "../../../ring/sample.ts";
import type { StatsObject, Sweep } from "../feed/sweep.ts";
import { ACTIONS } from "../sources.ts";
import type { Kind, Reading, Reported, SweepFacts } from "../target.ts";
import { Totals } from "../totals.ts";
import { ACTION_STATES } from "./states.ts";

const ORIGIN = "core.action";

/** Counters of an action: our names, and impstats'. */
const COUNTERS: readonly (readonly [ours: string, theirs: string])[] = [
  ["processed", "processed"],
  ["failed", "failed"],
  ["suspended", "suspended"],
  ["suspended_seconds", "suspended.duration"],
  ["resumed", "resumed"],
];
/** impstats' resetCounters leaves it alone. */
const NEVER_CLEARED = ["suspended_seconds"];

export const ACTION_KIND: Kind<StatsObject> = {
  source: ACTIONS,
  stale: ACTION_STATES.number("stale"),
  missing: ACTION_STATES.number("missing"),
  find: ({ objects }: Sweep) =>
    new Map(objects.filter(({ origin }) => origin === ORIGIN).map((object) => [object.name, object])),
  open: (native) => new Action(native),
};

/** One action of rsyslogd. */
class Action implements Reported<StatsObject> {
  readonly #native: string;
  readonly #totals = new Totals(NEVER_CLEARED);
  #before: ReadonlyMap<string, number> | undefined;
  /** By the last suspension or return that was reported; the counts themselves need not match. */
  #isSuspended = false;
  #isFailing: boolean | undefined;
  #isRead = false;

  constructor(native: string) {
    this.#native = native;
  }

  put({ numbers }: StatsObject, { continuation }: SweepFacts): boolean {
    const found = COUNTERS.flatMap(([ours, theirs]) => {
      const count = numbers.get(theirs);
      return count === undefined ? [] : [[ours, count] as const];
    });
    this.#totals.put(new Map(found), continuation);
    const now = new Map(COUNTERS.map(([ours]) => [ours, this.#totals.get(ours)]));
    this.#judge(now, continuation === "anew" ? undefined : this.#before);
    this.#before = now;
    this.#isRead = false;
    return true;
  }

  /** In a new life everything counts from 0. */
  #judge(now: ReadonlyMap<string, number>, before: ReadonlyMap<string, number> | undefined): void {
    const rise = (name: string) => (now.get(name) ?? 0) - (before?.get(name) ?? 0);
    const [suspended, resumed] = [rise("suspended"), rise("resumed")];
    const isProlonged = suspended === 0 && resumed === 0 && rise("suspended_seconds") > 0;
    if (before === undefined) this.#isSuspended = suspended > resumed;
    else if (suspended > resumed || isProlonged) this.#isSuspended = true;
    else if (resumed > suspended) this.#isSuspended = false; // as many of both: it ended as it began
    const earlier = this.#isRead ? undefined : this.#isFailing;
    this.#isFailing = before === undefined ? earlier : rise("failed") > 0 || earlier === true;
  }

  read(): Reading {
    this.#isRead = true;
    const { numbers } = this.#totals;
    const counted = COUNTERS.flatMap(([name]) => {
      const found = numbers.get(name);
      return found === undefined ? [] : [[name, found] as const];
    });
    return {
      state: ACTION_STATES.number(this.#state),
      ...(this.#isSuspended ? { note: "rsyslogd has suspended it: its destination cannot be reached" } : {}),
      numbers: [...counted, ...this.#suspension],
      texts: new Map(),
    };
  }

  /** rsyslog 7 counts no suspensions. */
  get #suspension(): readonly (readonly [string, number])[] {
    const isCounted = this.#totals.numbers.get("suspended") !== undefined;
    return isCounted ? [["is_suspended", Number(this.#isSuspended)]] : [];
  }

  get #state() {
    if (this.#isSuspended) return "suspended";
    return this.#isFailing === true ? "failing" : "well";
  }

  get labels(): Labels {
    return { NAME: this.#native, STATE: this.#state };
  }
}
