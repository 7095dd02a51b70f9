import type { Item } from "../../../src/items/item.ts";
import { Registry } from "../../../src/items/registry.ts";
import { value } from "../../../src/ring/answer.ts";
import { Ring } from "../../../src/ring/ring.ts";
import type { GoodSample } from "../../../src/ring/sample.ts";
import { SOURCES } from "../../../src/sources/all.ts";
import { compileAccess } from "../../../src/zabbix/access.ts";

/** The one target of each source. */
export const TARGET = "main";

const SLOTS = 61;
const STEP = 60;

/** A registry of these items, in whose ring every source has one target with all that it can have, as long as the ring is. */
export function fullRegistry(items: readonly Item[]): Registry {
  const ring = new Ring(SOURCES, { slots: SLOTS, step: STEP });
  for (const source of SOURCES) ring.roster(source.name, value(new Map([[TARGET, {}]])));
  for (let slot = 0; slot < SLOTS; slot++) {
    for (const source of SOURCES) ring.put(slot, source.name, fullSample(source, slot));
    ring.close(slot);
  }
  const access = compileAccess([]);
  if (access.kind === "malformed") throw new Error(access.reason);
  const last = (SLOTS - 1) * STEP;
  return new Registry({
    items,
    ring,
    now: () => ({ clock: 1_700_000_001 + last, mono: 1001 + last }),
    alias: (key) => key,
    access: access.value,
    defaultTarget: () => TARGET,
  });
}

/** Every figure and text that a source can have. */
function fullSample(source: (typeof SOURCES)[number], slot: number): GoodSample {
  const numbers = (part: boolean) =>
    new Map(
      source.fields.filter((field) => field.part === part && field.kind !== "text").map(({ name }) => [name, slot]),
    );
  const texts = source.fields.filter(({ kind }) => kind === "text").map(({ name }) => [name, "1"] as const);
  return {
    kind: "good",
    target: TARGET,
    stamp: { clock: 1_700_000_000 + slot * STEP, mono: 1000 + slot * STEP },
    state: 1,
    epoch: "1",
    numbers: numbers(false),
    texts: new Map(texts),
    parts: new Map([["1", numbers(true)]]),
  };
}
