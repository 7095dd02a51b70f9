import type { Block } from "./block.ts";
import type { Steps, View, Window } from "./moment.ts";
import type { Stamp } from "./sample.ts";

interface Place {
  readonly source: string;
  readonly target: string;
  readonly step: number;
  readonly slots: number;
  readonly slot: number;
  /** The slot whose attempt is the present one: for `ring.now()` often newer than the good slot. */
  readonly attempted: number;
}

/** One target at one slot, read from its block. It is a look at live memory: use it before the next tick. */
export function viewOf(block: Block, place: Place): View {
  return new BlockView(block, place, place.slot, place.attempted);
}

/** A class, and read on demand, because some values look at each slot of an hour: an object of closures costs 30 us. */
class BlockView implements View {
  readonly slot: number;
  readonly #attempted: number;
  readonly #block: Block;
  readonly #place: Place;

  constructor(block: Block, place: Place, slot: number, attempted: number) {
    this.#block = block;
    this.#place = place;
    this.slot = slot;
    this.#attempted = attempted;
  }

  get source(): string {
    return this.#place.source;
  }

  get target(): string {
    return this.#place.target;
  }

  get step(): number {
    return this.#place.step;
  }

  get slots(): number {
    return this.#place.slots;
  }

  get started(): boolean {
    return this.#block.holds(this.slot) && this.#block.started(this.slot);
  }

  get good(): Stamp | undefined {
    return this.#block.holds(this.slot) ? this.#block.stamp(this.slot) : undefined;
  }

  get attempt(): View["attempt"] {
    return this.#block.attempt(this.#attempted);
  }

  get newest(): View["newest"] {
    return this.slot === this.#block.newestGood ? this.#block.newest : undefined;
  }

  number(field: string, part?: string): number {
    return this.#block.number(this.slot, field, part);
  }

  text(field: string): string | undefined {
    return this.#block.text(this.slot, field);
  }

  parts(): readonly string[] {
    return this.#block.parts(this.slot);
  }

  keeps(field: string): boolean {
    return this.#block.keeps(field);
  }

  steps(window: Window): Steps {
    return stepsOf(this.#block, this.slot, window);
  }

  at(slot: number): View {
    return new BlockView(this.#block, this.#place, slot, slot);
  }
}

/**
 * The pairs wholly inside the window: from each good slot back to the one before it, as long as that lies at or after
 * the window's start, or one slot before it (then the start itself is a hole).
 */
function stepsOf(block: Block, end: number, window: Window): Steps {
  const start = end - window.slots;
  const oldest = Math.max(start - 1, 0);
  const ends: number[] = [];
  for (let slot = end; slot > start && block.holds(slot); slot = block.previous(slot)) {
    if (block.previous(slot) < oldest) break;
    ends.push(slot);
  }
  ends.reverse();
  const sum = (of: (slot: number) => number) => ends.reduce((total, slot) => total + of(slot), 0);
  const knowing = (field: string, part?: string) =>
    ends.filter((slot) => !Number.isNaN(block.number(slot, field, part)));
  return {
    window,
    known: sum((slot) => slot - Math.max(block.previous(slot), start)) / window.slots,
    seconds: sum((slot) => block.elapsed(slot)),
    starts: sum((slot) => Number(block.started(slot))),
    resets: sum((slot) => Number(block.reset(slot))),
    increase: (field, part) => {
      const known = knowing(field, part);
      return known.length === 0
        ? Number.NaN
        : known.reduce((total, slot) => total + block.number(slot, field, part), 0);
    },
    secondsOf: (field, part) => knowing(field, part).reduce((total, slot) => total + block.elapsed(slot), 0),
    levels: (field, part) => levels(block, { start, end, field, part }),
  };
}

interface Span {
  readonly start: number;
  readonly end: number;
  readonly field: string;
  readonly part: string | undefined;
}

function levels(block: Block, { start, end, field, part }: Span): readonly number[] {
  const found: number[] = [];
  for (let slot = Math.max(start + 1, 0); slot <= end; slot++) {
    const level = block.number(slot, field, part);
    if (!Number.isNaN(level)) found.push(level);
  }
  return found;
}
