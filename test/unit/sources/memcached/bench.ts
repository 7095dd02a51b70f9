import { Registry, type Reply } from "../../../../src/items/registry.ts";
import type { Moment, View } from "../../../../src/ring/moment.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import type { GoodSample, Labels, Stamp } from "../../../../src/ring/sample.ts";
import { FIELDS } from "../../../../src/sources/memcached/fields.ts";
import { ITEMS } from "../../../../src/sources/memcached/items.ts";
import { STATES, type State } from "../../../../src/sources/memcached/states.ts";
import { defaultTarget, SOURCE } from "../../../../src/sources/memcached/targets.ts";

type Figures = Readonly<Record<string, number | bigint>>;

export interface Given {
  readonly target?: string;
  readonly state?: State;
  readonly epoch?: string;
  readonly numbers?: Figures;
  readonly texts?: Readonly<Record<string, string>>;
  readonly parts?: Readonly<Record<string, Figures>>;
}

const START = 1_000_000;
export const DEFAULT = "mc";

/** A real ring with the real items; time stands at the slot that was put or moved to last. */
export class Bench {
  readonly ring: Ring;
  readonly registry: Registry;
  readonly step: number;
  #seconds = 0;

  constructor({ step = 60, slots = 61 }: { readonly step?: number; readonly slots?: number } = {}) {
    this.step = step;
    this.ring = new Ring([{ name: SOURCE, fields: FIELDS }], { slots, step });
    this.registry = new Registry({
      items: ITEMS,
      ring: this.ring,
      now: () => this.now,
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (_, targets) => defaultTarget(targets),
    });
    this.roster({ [DEFAULT]: { URI: "tcp://127.0.0.1:11211", POOL: "" } });
  }

  get now(): Stamp {
    return this.#stamp(this.#seconds);
  }

  roster(targets: Readonly<Record<string, Labels>>): void {
    this.ring.roster(SOURCE, { kind: "value", value: new Map(Object.entries(targets)) });
  }

  good(slot: number, given: Given = {}): void {
    this.moveTo(slot);
    this.ring.put(slot, SOURCE, sample(given, this.now));
  }

  failed(slot: number, state: State, reason: string, target = DEFAULT): void {
    this.moveTo(slot);
    this.ring.put(slot, SOURCE, { kind: "failed", target, stamp: this.now, state: STATES.number(state), reason });
  }

  /** Time passes until the slot, and a little more. */
  moveTo(slot: number, more = 0): void {
    this.#seconds = slot * this.step + more;
  }

  ask(key: string): Reply {
    const { until: _, ...reply } = this.registry.ask(key);
    return reply;
  }

  /** The value's text, or the reason in brackets: `(none: ...)`. */
  text(key: string): string {
    const reply = this.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }

  view(target = DEFAULT, moment: Moment = this.ring.now()): View {
    const view = moment.view(SOURCE, target);
    if (view.kind !== "value") throw new Error(view.reason);
    return view.value;
  }

  #stamp(seconds: number): Stamp {
    return { clock: START + seconds, mono: 5000 + seconds };
  }
}

function sample({ target = DEFAULT, state = "up", epoch = "1", ...given }: Given, stamp: Stamp): GoodSample {
  return {
    kind: "good",
    target,
    stamp,
    state: STATES.number(state),
    epoch,
    numbers: figures(given.numbers),
    texts: new Map(Object.entries(given.texts ?? {})),
    parts: new Map(Object.entries(given.parts ?? {}).map(([name, part]) => [name, figures(part)])),
  };
}

function figures(given: Figures = {}): ReadonlyMap<string, number | bigint> {
  return new Map(Object.entries(given));
}
