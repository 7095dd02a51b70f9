import type { Block } from "./block.ts";
import type { Steps, View, Window } from "./moment.ts";
import type { Stamp } from "./sample.ts";
import type { Cells, Span } from "./span.ts";

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
  readonly attempted: number;
  readonly #block: Block;
  readonly #place: Place;

  constructor(block: Block, place: Place, slot: number, attempted: number) {
    this.#block = block;
    this.#place = place;
    this.slot = slot;
    this.attempted = attempted;
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
    return this.#block.attempt(this.attempted);
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
    return new SpanSteps(this.#block.span(this.slot, window.slots), window);
  }

  at(slot: number): View {
    return new BlockView(this.#block, this.#place, slot, slot);
  }

  get cells(): Cells {
    return this.#block;
  }

  once<T>(name: string, make: () => T): T {
    return this.slot === this.#block.newestGood ? this.#block.once(name, make) : make();
  }
}

/** A span as it was asked for. */
class SpanSteps implements Steps {
  readonly window: Window;
  readonly #span: Span;

  constructor(span: Span, window: Window) {
    this.#span = span;
    this.window = window;
  }

  get known(): number {
    return this.#span.extent.slots / this.window.slots;
  }

  get seconds(): number {
    return this.#span.extent.seconds;
  }

  get starts(): number {
    return this.#span.extent.starts;
  }

  get resets(): number {
    return this.#span.extent.resets;
  }

  increase(field: string, part?: string): number {
    return this.#span.total(field, part).increase;
  }

  secondsOf(field: string, part?: string): number {
    return this.#span.total(field, part).seconds;
  }

  levels(field: string, part?: string): readonly number[] {
    return this.#span.levels(field, part);
  }
}
