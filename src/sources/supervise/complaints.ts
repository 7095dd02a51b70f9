import type { Io } from "../../io/io.ts";
import { commandOf, type Supervisors, type Watcher } from "./supervisors.ts";
import { linesOf, newLines, windowOf } from "./title.ts";

/** What supervisors complain about now, and what of it was not there at the tick before. */
export interface Complaints {
  readonly present: readonly string[];
  readonly fresh: readonly string[];
}

interface Seen {
  readonly window: string;
  /** How often the process has waited for input. NaN: not known. */
  readonly waits: number;
}

/** A title is no atomic thing: it is read until it is the same twice. */
const MOST_READS = 4;

/** Follows the titles of readproctitle and runsvdir. */
export class Titles {
  readonly #io: Io;
  /** By pid. Undefined before the first look: nothing is new then. */
  #seen: ReadonlyMap<number, Seen> | undefined;

  constructor(io: Io) {
    this.#io = io;
  }

  /** Undefined: no such process runs, so nobody says what is wrong. */
  look(supervisors: Supervisors): Complaints | undefined {
    const before = this.#seen;
    const now = new Map<number, Seen>();
    const fresh: string[] = [];
    for (const watcher of supervisors.found) {
      const seen = this.#read(watcher);
      if (seen === undefined) continue;
      now.set(watcher.pid, seen);
      if (before !== undefined) fresh.push(...entered(before.get(watcher.pid), seen));
    }
    this.#seen = now;
    if (now.size === 0) return undefined;
    return { present: [...now.values()].flatMap(({ window }) => linesOf(window)), fresh };
  }

  #read({ pid, program }: Watcher): Seen | undefined {
    const waits = program === "readproctitle" ? this.#waits(pid) : Number.NaN;
    let window = windowOf(program, commandOf(this.#io, pid));
    for (let reads = 1; window !== undefined && reads < MOST_READS; reads++) {
      const again = windowOf(program, commandOf(this.#io, pid));
      if (again === window) return { window, waits };
      window = again;
    }
    return window === undefined ? undefined : { window, waits };
  }

  /** readproctitle does nothing but read, so each wait that is over was a line; runsvdir looks up every few seconds. */
  #waits(pid: number): number {
    const text = this.#io.readText(`/proc/${pid}/status`) ?? "";
    return Number(/^voluntary_ctxt_switches:\s+(\d+)/m.exec(text)?.[1] ?? Number.NaN);
  }
}

/** A process that was not there at the look before has shown nothing but news. */
function entered(before: Seen | undefined, now: Seen): readonly string[] {
  if (before === undefined) return linesOf(now.window);
  return newLines(before.window, now.window, now.waits > before.waits);
}
