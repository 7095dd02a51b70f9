import type { Clock } from "../../ring/sample.ts";
import type { VirtualAddress } from "./addresses.ts";
import type { State, VrrpState } from "./states.ts";

/** What keepalived itself said of an instance, and when: on the clock of `Stamp.mono`. */
export interface Evidence {
  readonly way: "notify FIFO" | "data file";
  readonly state: VrrpState;
  readonly at: number;
  /** Unix seconds of the transition to this state; undefined: not known. */
  readonly since: Clock | undefined;
  readonly priority: number | undefined;
}

/** Virtual addresses of an instance. */
export interface Addresses {
  readonly all: readonly VirtualAddress[];
  /** Those that this machine has. Undefined: that cannot be seen. */
  readonly here: readonly VirtualAddress[] | undefined;
}

/** Samples running in which addresses must contradict keepalived's words: it sets them a moment after it says so. */
const PATIENCE = 2;

/** What follows from all that is known of an instance. `way`: where the state comes from. */
export interface Verdict {
  readonly state: Extract<State, VrrpState | "not master">;
  readonly way: Evidence["way"] | "addresses" | "";
  readonly since: Clock | undefined;
  readonly priority: number | undefined;
  /** What is wrong although the state is known. */
  readonly note: string | undefined;
}

/**
 * Weighs keepalived's newest words against the addresses. Only a master has virtual addresses, so words that they
 * contradict for long are outdated: another reader took the lines out of the FIFO, or the file is from before.
 */
export class Judge {
  #against = 0;
  #lacking = 0;

  /** Undefined: nothing says anything. */
  weigh(said: Evidence | undefined, addresses: Addresses): Verdict | undefined {
    const byAddress = stateBy(addresses);
    const isLacking = addresses.here !== undefined && addresses.here.length < addresses.all.length;
    this.#lacking = isLacking && byAddress === "master" ? this.#lacking + 1 : 0;
    const words = said === undefined || said.state === "unknown" ? undefined : said;
    this.#against = words !== undefined && isContradiction(words.state, addresses) ? this.#against + 1 : 0;
    if (words === undefined) return byAddress === undefined ? undefined : this.#bare(byAddress, addresses);
    if (byAddress !== undefined && this.#against >= PATIENCE) {
      const verdict = this.#bare(byAddress, addresses);
      return { ...verdict, note: `its ${words.way} says ${words.state}, but ${presence(addresses)}` };
    }
    const { state, way, since, priority } = words;
    return { state, way, since, priority, note: state === "master" ? this.#lack(addresses) : undefined };
  }

  #bare(state: "master" | "not master", addresses: Addresses): Verdict {
    const note = state === "master" ? this.#lack(addresses) : undefined;
    return { state, way: "addresses", since: undefined, priority: undefined, note };
  }

  /** Of a master that has not all of its addresses. */
  #lack(addresses: Addresses): string | undefined {
    return this.#lacking >= PATIENCE ? presence(addresses) : undefined;
  }
}

/** Undefined: the addresses say nothing. */
function stateBy({ all, here }: Addresses): "master" | "not master" | undefined {
  if (here === undefined || all.length === 0) return undefined;
  return here.length > 0 ? "master" : "not master";
}

function isContradiction(state: VrrpState, addresses: Addresses): boolean {
  const byAddress = stateBy(addresses);
  return byAddress !== undefined && (state === "master") !== (byAddress === "master");
}

/** "1 of its 2 virtual addresses is here" */
function presence({ all, here = [] }: Addresses): string {
  const count = here.length === 0 ? "none" : String(here.length);
  return `${count} of its ${all.length} virtual addresses ${here.length < 2 ? "is" : "are"} here`;
}
