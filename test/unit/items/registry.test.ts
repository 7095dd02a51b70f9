import { describe, expect, test } from "vitest";
import { type Item, momentItem, targetItem } from "../../../src/items/item.ts";
import { window as windowParam, word } from "../../../src/items/params.ts";
import { Registry, type RegistryOptions } from "../../../src/items/registry.ts";
import { none, unknown, value } from "../../../src/ring/answer.ts";
import type { Ring } from "../../../src/ring/ring.ts";
import type { Stamp } from "../../../src/ring/sample.ts";
import { good, newRing, STEP } from "../ring/sampling.ts";

const ABOUT = { name: "X", doc: "X.", units: "", delay: "1m" };

const ITEMS: readonly Item[] = [
  targetItem({
    ...ABOUT,
    key: "cache.items",
    source: "cache",
    params: { window: windowParam("5m"), command: word("command", ["get", "set"], "get") },
    type: "float",
    freshness: "sample",
    standard: () => [["1m"], ["5m", "set"]],
    value: (view, { window, command }) =>
      command === "set" ? none(`no sets in the last ${window.text}`) : value(view.number("items")),
  }),
  targetItem({
    ...ABOUT,
    key: "cache.state",
    source: "cache",
    params: {},
    type: "unsigned",
    freshness: "always",
    standard: () => [[]],
    value: (view) => (view.attempt === undefined ? unknown("x") : value(view.attempt.state)),
  }),
  momentItem({
    ...ABOUT,
    key: "agent.ping",
    params: {},
    type: "unsigned",
    standard: () => [[]],
    value: () => value(1),
  }),
];

function at(slot: number): Stamp {
  return { clock: 1_700_000_000 + slot * STEP, mono: 1_000 + slot * STEP };
}

function asking(ring: Ring, now: Stamp, more: Partial<RegistryOptions> = {}): Registry {
  return new Registry({
    items: ITEMS,
    ring,
    now: () => now,
    alias: (key) => key,
    access: { allows: () => true, warnings: [] },
    defaultTarget: (_source, targets) => [...targets.keys()][0],
    ...more,
  });
}

/** Target "main" with one good sample in slot 10: 7.25 items. */
function sampled(): Ring {
  const ring = newRing();
  ring.roster("cache", value(new Map([["main", {}]])));
  ring.put(10, "cache", good(10, { numbers: { items: 7.25 } }));
  return ring;
}

const cases = [
  { key: "agent.ping", want: { kind: "value", text: "1", clock: at(10).clock } },
  { key: "cache.items[main]", want: { kind: "value", text: "7.25", clock: at(10).clock } },
  { key: "cache.items", want: { kind: "value", text: "7.25" } },
  { key: 'cache.items["main", "1m", "get"]', want: { kind: "value", text: "7.25" } },
  { key: "cache.items[,,]", want: { kind: "value", text: "7.25" } },
  { key: "cache.items[main,10m,set]", want: { kind: "none", reason: "No sets in the last 10m." } },
  {
    key: "cache.items[main,1m,get,x]",
    want: {
      kind: "unknown",
      reason: 'Too many parameters: "cache.items" takes at most 3 (target, window, command), found 4.',
    },
  },
  { key: "agent.ping[x]", want: { kind: "unknown", reason: 'Item "agent.ping" takes no parameters, found 1.' } },
  {
    key: "cache.items[main,soon]",
    want: {
      kind: "unknown",
      reason: 'Parameter "window": expected a length of time such as 30s, 5m or 1h, found "soon".',
    },
  },
  {
    key: "cache.items[main,2h]",
    want: { kind: "unknown", reason: 'Parameter "window": "2h" is longer than the history of 1h.' },
  },
  {
    key: "cache.items[other]",
    want: { kind: "unknown", reason: 'No cache target "other"; there are "main".' },
  },
  {
    key: "cache.itmes",
    want: { kind: "unknown", reason: 'Unsupported item key "cache.itmes"; did you mean "cache.items"?' },
  },
  { key: "vfs.fs.size", want: { kind: "unknown", reason: 'Unsupported item key "vfs.fs.size".' } },
  { key: "cache.items[main", want: { kind: "unknown", reason: "Invalid item key format." } },
];

for (const { key, want } of cases) {
  test(`asked for ${key}`, () => expect(asking(sampled(), at(10)).ask(key)).toMatchObject(want));
}

describe("freshness", () => {
  const failed = { kind: "failed", target: "main", state: 0, reason: "connection refused" } as const;

  test("an old sample is never served, and the reason says why there is no newer one", () => {
    const ring = sampled();
    ring.put(12, "cache", { ...failed, stamp: at(12) });
    expect(asking(ring, at(13)).ask("cache.items[main]")).toMatchObject({ kind: "value", text: "7.25" });
    const late = { clock: 0, mono: at(13).mono + 1 };
    expect(asking(ring, late).ask("cache.items[main]")).toMatchObject({
      kind: "unknown",
      reason: "Last good sample 2023-11-14 22:23:20 UTC: connection refused.",
    });
  });

  test("a remembered answer grows stale too", () => {
    let now = at(10);
    const registry = asking(sampled(), now, { now: () => now });
    expect(registry.ask("cache.items[main]").kind).toBe("value");
    now = at(14);
    expect(registry.ask("cache.items[main]").kind).toBe("unknown");
  });

  test("a failure is the state item's value until nothing is tried any more", () => {
    const ring = sampled();
    ring.put(11, "cache", { ...failed, stamp: at(11) });
    expect(asking(ring, at(14)).ask("cache.state")).toMatchObject({ kind: "value", text: "0", clock: at(11).clock });
    expect(asking(ring, at(15)).ask("cache.state")).toMatchObject({
      kind: "unknown",
      reason: "No attempt has finished since 2023-11-14 22:24:20 UTC.",
    });
  });

  test("without any good sample the reason is the trouble itself", () => {
    const ring = newRing();
    ring.roster("cache", value(new Map([["main", {}]])));
    expect(asking(ring, at(1)).ask("cache.items")).toMatchObject({
      kind: "unknown",
      reason: 'No sample of cache target "main" was taken yet.',
    });
    ring.put(1, "cache", { ...failed, stamp: at(1) });
    expect(asking(ring, at(1)).ask("cache.items")).toMatchObject({
      kind: "unknown",
      reason: "No good sample yet: connection refused.",
    });
  });

  test("a replayed sample of an earlier boot is aged by the wall clock", () => {
    const ring = newRing();
    ring.put(10, "cache", { ...good(10, { numbers: { items: 1 } }), stamp: { clock: at(10).clock, mono: Number.NaN } });
    expect(asking(ring, at(11)).ask("cache.items[main]").kind).toBe("value");
    expect(asking(ring, at(14)).ask("cache.items[main]").kind).toBe("unknown");
  });
});

test("a denied key looks like an unknown one and is not hinted at", () => {
  const registry = asking(sampled(), at(10), {
    access: { allows: ({ name }) => name !== "cache.items", warnings: [] },
  });
  expect(registry.ask("cache.items[main]")).toMatchObject({ reason: 'Unsupported item key "cache.items".' });
  expect(registry.ask("cache.itms")).toMatchObject({ reason: 'Unsupported item key "cache.itms".' });
});

test("an alias is resolved before anything else, also after a reload", () => {
  const registry = asking(sampled(), at(10), { alias: (key) => (key === "old" ? "cache.items[main]" : key) });
  expect(registry.ask("old")).toMatchObject({ kind: "value" });
  const before = registry.generation;
  registry.apply({ alias: (key) => key, access: { allows: () => true, warnings: [] } });
  expect(registry.ask("old")).toMatchObject({ kind: "unknown" });
  expect(registry.generation).not.toBe(before);
});

test("without a target the key names what is missing", () => {
  const ring = newRing();
  expect(asking(ring, at(1)).ask("cache.items")).toMatchObject({ reason: "No tick has finished yet." });
  ring.roster("cache", value(new Map()));
  expect(asking(ring, at(1)).ask("cache.items")).toMatchObject({ reason: "No cache target was found or configured." });
});

test("the standard calls are those of every target, in the order of declaration", () => {
  expect([...asking(sampled(), at(10)).calls()].map(({ key }) => key)).toEqual([
    "cache.items[main,1m]",
    "cache.items[main,5m,set]",
    "cache.state[main]",
    "agent.ping",
  ]);
});

test("a bug in an item costs that item only", () => {
  const broken = momentItem({
    ...ABOUT,
    key: "broken",
    params: {},
    type: "char",
    standard: () => [[]],
    value: () => {
      throw new Error("no such thing");
    },
  });
  expect(asking(sampled(), at(10), { items: [...ITEMS, broken] }).ask("broken")).toMatchObject({
    kind: "unknown",
    reason: "A fault in tidemark, please report it: no such thing.",
  });
});

test("a number that is not known is not supported, never text like NaN", () => {
  const ring = sampled();
  ring.put(11, "cache", good(11, {}));
  expect(asking(ring, at(11)).ask("cache.items[main]")).toMatchObject({
    kind: "unknown",
    reason: '"cache.items" is not known in this sample.',
  });
});
