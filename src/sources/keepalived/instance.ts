import type { Stamp } from "../../ring/sample.ts";
import { type Held, parseVirtualAddress, presentOf, type VirtualAddress } from "./addresses.ts";
import type { Dumped } from "./data-file.ts";
import { type Addresses, type Evidence, Judge, type Verdict } from "./evidence.ts";
import type { Heard } from "./notify-fifo.ts";
import { Transitions } from "./transitions.ts";

/** What one look brings to an instance. */
export interface Brought {
  readonly stamp: Stamp;
  /** When the VRRP child began: what was said before it is of another life. */
  readonly begun: number;
  /** What a fresh data file says, and seconds since it was written. */
  readonly dumped: Dumped | undefined;
  readonly dumpAge: number;
  /** Undefined: they cannot be seen. */
  readonly held: Held | undefined;
}

/** Clocks of /proc count hundredths of seconds. */
const ROUNDING_SECONDS = 0.05;

/** One VRRP instance, followed from look to look. */
export class Instance {
  /** Short name. */
  readonly target: string;
  /** As keepalived has it. */
  readonly name: string;
  readonly isConfigured: boolean;
  readonly #judge = new Judge();
  readonly #transitions = new Transitions();
  /** Of tidemark's own configuration. */
  readonly #addresses: readonly VirtualAddress[];
  #heard: Evidence | undefined;
  #dumped: Dumped | undefined;
  /** As keepalived's configuration or data file has them. */
  #learned: readonly VirtualAddress[] = [];
  #here: number | undefined;
  interface = "";

  constructor(names: { readonly target: string; readonly name: string }, addresses?: readonly VirtualAddress[]) {
    this.target = names.target;
    this.name = names.name;
    this.isConfigured = addresses !== undefined;
    this.#addresses = addresses ?? [];
  }

  get addresses(): readonly VirtualAddress[] {
    return this.#addresses.length > 0 ? this.#addresses : this.#learned;
  }

  learn(addresses: readonly VirtualAddress[]): void {
    this.#learned = addresses;
  }

  /** How many of its addresses are here; undefined: that cannot be seen. */
  get here(): number | undefined {
    return this.#here;
  }

  get transitions(): Transitions {
    return this.#transitions;
  }

  /** Whether keepalived itself has said anything of it in its present life. */
  get isTold(): boolean {
    return this.#heard !== undefined || this.#dumped !== undefined;
  }

  hear({ notice, stamp, hasWaited }: Heard): void {
    const { state, priority } = notice;
    if (state === "gone") {
      this.#heard = undefined;
      return;
    }
    const isSame = this.#heard?.state === state;
    const since = hasWaited ? undefined : stamp.clock;
    this.#transitions.see(state, isSame ? undefined : since, since);
    this.#heard = {
      way: "notify FIFO",
      state,
      at: stamp.mono,
      since: isSame ? this.#heard?.since : since,
      priority,
    };
  }

  /** Nothing that was said holds any more: keepalived does not run. */
  silence(): void {
    this.#heard = undefined;
    this.#dumped = undefined;
    this.#here = undefined;
  }

  /** Undefined: nothing says anything. */
  look(brought: Brought): Verdict | undefined {
    if (this.#heard !== undefined && this.#heard.at < brought.begun - ROUNDING_SECONDS) this.#heard = undefined;
    const dump = this.#dump(brought);
    const said = dump !== undefined && dump.at > (this.#heard?.at ?? 0) ? dump : this.#heard;
    const verdict = this.#judge.weigh(said, this.#lookAround(brought));
    if (verdict !== undefined) this.#transitions.see(verdict.state, verdict.since, brought.stamp.clock);
    return verdict;
  }

  #dump({ stamp, begun, dumped, dumpAge }: Brought): Evidence | undefined {
    const at = stamp.mono - dumpAge;
    const before = this.#dumped;
    this.#dumped = dumped !== undefined && at >= begun - ROUNDING_SECONDS ? dumped : undefined;
    if (this.#dumped === undefined) return undefined;
    const { state, since, priority, addresses } = this.#dumped;
    if (addresses.length > 0) this.learn(addresses.flatMap((text) => parseVirtualAddress(text.split(" ")) ?? []));
    if (this.#heard === undefined) this.#transitions.add(unseenBetween(before, this.#dumped));
    return { way: "data file", state, at, since, priority };
  }

  #lookAround({ held }: Brought): Addresses {
    const all = this.addresses;
    const here = held === undefined ? undefined : presentOf(all, held);
    this.#here = here?.length;
    return { all, here };
  }
}

/** Transitions between two dumps beyond the one that their states show. */
function unseenBetween(before: Dumped | undefined, now: Dumped): number {
  if (before === undefined || before.since === now.since) return 0;
  const shown = Number(before.state !== now.state);
  const turns = (now.turns ?? 0) - (before.turns ?? 0);
  return Math.max(turns, 1) - shown;
}
