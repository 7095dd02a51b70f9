import type { Clock } from "../../ring/sample.ts";
import type { Verdict } from "./evidence.ts";

type Seen = Exclude<Verdict["state"], "unknown">;

/** Counts how often an instance went from one state to another, as far as anything shows it. */
export class Transitions {
  #seen: Seen | undefined;
  #since: Clock | undefined;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Unix seconds at which the present state was entered or first seen after another one; undefined: before we looked. */
  get since(): Clock | undefined {
    return this.#since;
  }

  /**
   * @param since when it was entered, where that is known
   * @param now used where it is not, and the state is another one than before; undefined: that was long ago
   */
  see(state: Verdict["state"], since: Clock | undefined, now: Clock | undefined): void {
    if (state === "unknown") return;
    const isOther = this.#seen !== undefined && differs(this.#seen, state);
    if (isOther) this.#count++;
    if (isOther || this.#seen === undefined || since !== undefined) {
      this.#since = since ?? (isOther ? now : undefined);
    }
    const isVaguer = state === "not master" && this.#seen !== undefined && !isOther;
    if (!isVaguer) this.#seen = state;
  }

  /** Some that nothing showed one by one. */
  add(more: number): void {
    this.#count += more;
  }
}

/** "not master" is backup or fault: neither is a change from it. */
function differs(before: Seen, now: Seen): boolean {
  if (before === "not master" || now === "not master") return (before === "master") !== (now === "master");
  return before !== now;
}
