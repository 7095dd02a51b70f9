import type { Labels } from "../../../ring/sample.ts";
import type { StatsObject, Sweep } from "../feed/sweep.ts";
import { INPUTS } from "../sources.ts";
import type { Kind, Reading, Reported, SweepFacts } from "../target.ts";
import { sum, Totals } from "../totals.ts";
import { INPUT_STATES } from "./states.ts";

/** What makes an object an input: imudp's threads, for instance, report other things. */
const SUBMITTED = "submitted";
/** Our counters by the names that the modules have for them: imuxsock's, imjournal's, imudp's and imtcp's. */
const COUNTERS: readonly (readonly [ours: string, theirs: readonly string[]])[] = [
  ["submitted", [SUBMITTED]],
  ["ratelimited", ["ratelimit.discarded", "discarded"]],
  ["disallowed", ["disallowed"]],
];

export const INPUT_KIND: Kind<StatsObject> = {
  source: INPUTS,
  stale: INPUT_STATES.number("stale"),
  missing: INPUT_STATES.number("missing"),
  find: ({ objects }: Sweep) =>
    new Map(objects.filter(({ numbers }) => numbers.has(SUBMITTED)).map((object) => [nativeName(object), object])),
  open: (native) => new Input(native),
};

/** Modules put their own name into those of their inputs, unless the configuration names one. */
function nativeName({ origin, name }: StatsObject): string {
  return name.startsWith(origin) ? name : `${origin}:${name}`;
}

/** One input of rsyslogd. */
class Input implements Reported<StatsObject> {
  readonly #native: string;
  readonly #totals = new Totals();
  #module = "";
  #refusedBefore: number | undefined;
  #isRefusing = false;
  #isRead = false;

  constructor(native: string) {
    this.#native = native;
  }

  put({ origin, numbers }: StatsObject, { continuation }: SweepFacts): boolean {
    this.#module = origin;
    this.#totals.put(countersOf(numbers), continuation);
    const refused = this.#totals.get("ratelimited") + this.#totals.get("disallowed");
    const before = continuation === "anew" ? undefined : this.#refusedBefore;
    this.#isRefusing = (before !== undefined && refused > before) || (!this.#isRead && this.#isRefusing);
    this.#refusedBefore = refused;
    this.#isRead = false;
    return true;
  }

  read(): Reading {
    this.#isRead = true;
    const { numbers } = this.#totals;
    const counted = COUNTERS.flatMap(([name]) => {
      const found = numbers.get(name);
      return found === undefined ? [] : [[name, found] as const];
    });
    return { state: INPUT_STATES.number(this.#state), numbers: counted, texts: new Map([["module", this.#module]]) };
  }

  get #state() {
    return this.#isRefusing ? "refusing" : "well";
  }

  get labels(): Labels {
    return { NAME: this.#native, MODULE: this.#module, STATE: this.#state };
  }
}

function countersOf(numbers: StatsObject["numbers"]): ReadonlyMap<string, number | bigint> {
  return new Map(
    COUNTERS.flatMap(([ours, theirs]) => {
      const found = theirs.flatMap((name) => numbers.get(name) ?? []);
      return found.length === 0 ? [] : [[ours, found.reduce(sum)] as const];
    }),
  );
}
