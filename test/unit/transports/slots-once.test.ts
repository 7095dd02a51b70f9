import fc from "fast-check";
import { expect, test } from "vitest";
import { targetItem } from "../../../src/items/item.ts";
import { Registry } from "../../../src/items/registry.ts";
import { value } from "../../../src/ring/answer.ts";
import { Ring } from "../../../src/ring/ring.ts";
import type { GoodSample, Stamp } from "../../../src/ring/sample.ts";
import { SlotCounter } from "../../../src/schedule/slots.ts";
import { SlotFeed } from "../../../src/transports/slot-feed.ts";
import { instantOf } from "../../../src/zabbix/instant.ts";
import { MemoryFile, MemoryOutbox, Sampled, START } from "./active/bench.ts";
import { item, newItems } from "./active/new-items.ts";

/*
 * Ticks of any timing, a wall clock that is set, and restarts at any moment: a slot may be sampled twice then. Its first
 * sample is the one that counts, for trapper items and active checks alike, and goes out once.
 */

type Step =
  | { readonly kind: "tick"; readonly after: number }
  | { readonly kind: "set"; readonly by: number }
  | { readonly kind: "restart" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant("tick" as const),
      after: fc.constantFrom(1, 1, 1, 1, 0.4, 0.97, 1.03, 1.6, 3.2),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("set" as const), by: fc.constantFrom(-30, -0.5, 0.5, 7) }) },
  { weight: 2, arbitrary: fc.constant({ kind: "restart" as const }) },
);

const FIELD = { name: "items", kind: "gauge", unit: "", doc: "Items.", part: false, ringed: true } as const;
const SLOTS = 400;
const KEY = "cache.items";
const NUMBER = targetItem({
  key: KEY,
  source: "cache",
  type: "unsigned",
  freshness: "sample",
  name: "X",
  doc: "X.",
  units: "",
  delay: "1m",
  params: {},
  standard: () => [[]],
  value: (view) => value(view.number("items")),
});

/** A ring that is sampled; each sample has the number of its tick as its value. */
class World {
  readonly ring = new Ring([{ name: "cache", fields: [FIELD] }], { slots: SLOTS, step: 1 });
  readonly outbox = new MemoryOutbox();
  readonly list = new MemoryFile();
  readonly registry = new Registry({
    items: [NUMBER],
    ring: this.ring,
    now: () => this.#now,
    alias: (key) => key,
    access: { allows: () => true, warnings: [] },
    defaultTarget: () => "main",
  });
  /** By slot: the tick that was its first. */
  readonly first = new Map<number, number>();
  #now: Stamp = { clock: START, mono: 1000 };
  #ticks = 0;
  #counter = new SlotCounter(1, this.#now, undefined);

  readonly stampOf = (slot: number): Stamp | undefined => {
    const view = this.ring.at(slot).view("cache", "main");
    return view.kind === "value" ? view.value.good : undefined;
  };

  get now(): number {
    return Math.floor(this.#now.clock);
  }

  tick(after: number): number {
    this.#now = { clock: this.#now.clock + after, mono: this.#now.mono + after };
    const slot = this.#counter.next(this.#now);
    const tick = ++this.#ticks;
    if (!this.first.has(slot)) this.first.set(slot, tick);
    this.ring.put(slot, "cache", sampleOf(tick, this.#now));
    this.ring.close(slot);
    return slot;
  }

  set(by: number): void {
    this.#now = { ...this.#now, clock: this.#now.clock + by };
  }

  constructor() {
    this.ring.roster("cache", value(new Map([["main", {}]])));
  }

  restart(): void {
    const newest = this.ring.closed < 0 ? undefined : this.ring.closed;
    this.#counter = new SlotCounter(1, this.#now, newest);
  }
}

function sampleOf(tick: number, stamp: Stamp): GoodSample {
  const numbers = new Map([["items", tick]]);
  return { kind: "good", target: "main", stamp, state: 1, epoch: "e", numbers, texts: new Map(), parts: new Map() };
}

/** What a destination makes of closed slots; a restart makes it anew. */
interface Way {
  readonly closed: (slot: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

function pushing({ outbox, ring, registry, stampOf, now }: World): Way {
  const feed = new SlotFeed({
    outbox,
    slots: SLOTS,
    stampOf,
    evaluate: async (slot, stamp) => {
      const reply = registry.askAt(KEY, { slot, since: slot - 1, stamp });
      return reply.kind === "value" ? [{ ...instantOf(reply.clock), body: `"itemid":1,"value":"${reply.text}"` }] : [];
    },
  });
  const caughtUp = feed.catchUp(Math.max(now, ring.closed));
  return { closed: (slot) => caughtUp.then(() => feed.slotClosed(slot)), close: () => feed.close() };
}

function checking({ outbox, ring, registry, stampOf, list }: World): Way {
  const { items } = newItems(new Sampled({ slots: SLOTS }), { outbox, ring, registry, stampOf, listFile: list });
  let restored = false;
  const closed = async () => {
    if (!restored) items.restore();
    restored = true;
    items.replace([item(1, KEY)]);
    await items.evaluate();
  };
  return { closed, close: () => items.close() };
}

async function run(script: readonly Step[], open: (world: World) => Way): Promise<World> {
  const world = new World();
  let way = open(world);
  for (const step of script) {
    if (step.kind === "tick") await way.closed(world.tick(step.after));
    else if (step.kind === "set") world.set(step.by);
    else {
      await way.close();
      world.restart();
      way = open(world);
    }
  }
  await way.closed(world.tick(1));
  await way.close();
  return world;
}

function expectOnce({ outbox, first }: World): void {
  expect(outbox.rows.map(({ value }) => Number(value))).toEqual([...first.values()]);
}

for (const [what, open] of [
  ["trapper items", pushing],
  ["active checks", checking],
] as const) {
  test(`${what}: each slot's sample goes out once and in order, however often the slot is sampled`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { maxLength: 30 }), async (script) => expectOnce(await run(script, open))),
      { numRuns: 200 },
    );
  });
}
