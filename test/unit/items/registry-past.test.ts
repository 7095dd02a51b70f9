import { describe, expect, test } from "vitest";
import { type Item, momentItem, targetItem } from "../../../src/items/item.ts";
import { window as windowParam } from "../../../src/items/params.ts";
import { Registry } from "../../../src/items/registry.ts";
import { unknown, value } from "../../../src/ring/answer.ts";
import { good, newRing, STEP } from "../ring/sampling.ts";

/* What an item said when a slot was closed, however much has happened since. */

const ABOUT = { name: "X", doc: "X.", units: "", delay: "1m", standard: () => [[]] };

const ITEMS: readonly Item[] = [
  targetItem({
    ...ABOUT,
    key: "cache.items",
    source: "cache",
    params: {},
    type: "float",
    freshness: "sample",
    value: (view) => value(view.number("items")),
  }),
  targetItem({
    ...ABOUT,
    key: "cache.delta",
    source: "cache",
    params: { window: windowParam("2m") },
    type: "unsigned",
    freshness: "sample",
    value: (view, { window }) => value(view.steps(window).increase("hits")),
  }),
  targetItem({
    ...ABOUT,
    key: "cache.state",
    source: "cache",
    params: {},
    type: "unsigned",
    freshness: "always",
    value: (view) => (view.attempt === undefined ? unknown("x") : value(view.attempt.state)),
  }),
  targetItem({
    ...ABOUT,
    key: "cache.age",
    source: "cache",
    params: {},
    type: "float",
    freshness: "always",
    value: (view, _args, now) => value(now.mono - (view.good?.mono ?? Number.NaN)),
  }),
  momentItem({ ...ABOUT, key: "own.ping", params: {}, type: "unsigned", value: () => value(1) }),
];

/** The tick of a slot fires at its nominal second, which `good` stamps with, too. */
const tick = (slot: number) => ({ clock: 1_700_000_000 + slot * STEP, mono: 1_000 + slot * STEP });

function history(): Registry {
  const ring = newRing();
  ring.roster("cache", { kind: "value", value: new Map([["main", {}]]) });
  for (const [slot, items] of [
    [10, 5],
    [11, 6],
    [12, 7],
  ] as const) {
    ring.put(slot, "cache", good(slot, { numbers: { items, hits: slot * 100 } }));
    ring.close(slot);
  }
  for (const slot of [13, 14, 15, 16]) {
    ring.put(slot, "cache", { kind: "failed", target: "main", stamp: tick(slot), state: 0, reason: "it is down" });
    ring.close(slot);
  }
  ring.put(17, "cache", good(17, { numbers: { items: 8, hits: 1700 }, seconds: 17 * STEP + 0.25 }));
  ring.close(17);
  return new Registry({
    items: ITEMS,
    ring,
    now: () => tick(17),
    alias: (key) => key.replace(/^nick\b/, "cache.items"),
    access: { allows: ({ name }) => name !== "cache.age", warnings: [] },
    defaultTarget: () => "main",
  });
}

const ask = (key: string, slot: number, since = slot - 1) => history().askAt(key, { slot, since, stamp: tick(slot) });
const found = (text: string, slot: number) => ({ kind: "value", text, clock: tick(slot).clock });
const NO_NEWS = { kind: "none", reason: "No new sample." };

describe("askAt", () => {
  test("a value is that of its slot, with the sample's clock", () => {
    expect(ask("cache.items", 10)).toMatchObject(found("5", 10));
    expect(ask("cache.items", 12)).toMatchObject(found("7", 12));
    expect(ask("cache.items[main]", 17)).toMatchObject({ text: "8", clock: tick(17).clock + 0.25 });
    expect(ask("nick[main]", 11)).toMatchObject(found("6", 11));
  });

  test("a window ends at the slot", () => {
    expect(ask("cache.delta[,1m]", 11)).toMatchObject(found("100", 11));
    expect(ask("cache.delta[,2m]", 12)).toMatchObject(found("200", 12));
  });

  test("no sample, no row: a fresh one is not told twice", () => {
    expect(ask("cache.items", 13)).toMatchObject(NO_NEWS);
    expect(ask("cache.items", 15)).toMatchObject(NO_NEWS);
  });

  test("a sample that was missed when it came is told as long as it is fresh", () => {
    expect(ask("cache.items", 14, 11)).toMatchObject(found("7", 12));
    expect(ask("cache.items", 14, 12)).toMatchObject(NO_NEWS);
  });

  test("after three ticks a value is not supported, with the time of the last good sample", () => {
    expect(ask("cache.items", 16)).toMatchObject({
      kind: "unknown",
      reason: "Last good sample 2023-11-14 22:25:20 UTC: no attempt has finished since 2023-11-14 22:29:20 UTC.",
    });
  });

  test("a failure is the value of a state, once for each attempt", () => {
    expect(ask("cache.state", 13)).toMatchObject(found("0", 13));
    expect(ask("cache.state", 12)).toMatchObject(found("1", 12));
    expect(ask("cache.state", 13, 13)).toMatchObject(NO_NEWS);
  });

  test("items about the whole have the clock of the slot", () => {
    expect(ask("own.ping", 14)).toMatchObject(found("1", 14));
  });

  test("a slot before all samples, and a hole", () => {
    expect(ask("cache.items", 9)).toMatchObject({ kind: "unknown" });
    expect(ask("cache.items", 18)).toMatchObject(NO_NEWS);
  });

  test("what is denied or unknown is not supported, as for everybody", () => {
    expect(ask("cache.age", 12)).toMatchObject({
      kind: "unknown",
      reason: expect.stringMatching(/^Unsupported item key "cache.age"/),
    });
    expect(ask("cache.itms", 12)).toMatchObject({ kind: "unknown" });
    expect(ask("cache.items[", 12)).toMatchObject({ kind: "unknown", reason: "Invalid item key format." });
  });
});

test("a slot that was stamped before its samples gives no negative age", () => {
  const ring = newRing();
  ring.roster("cache", { kind: "value", value: new Map([["main", {}]]) });
  ring.put(17, "cache", good(17, { numbers: { items: 8 }, seconds: 17 * STEP + 0.25 }));
  ring.close(17);
  const access = { allows: () => true, warnings: [] };
  const options = { items: ITEMS, ring, now: () => tick(17), alias: (key: string) => key, access };
  const registry = new Registry({ ...options, defaultTarget: () => "main" });
  expect(registry.askAt("cache.age", { slot: 17, since: 16, stamp: tick(17) })).toMatchObject({ text: "0" });
});

describe("isOurs", () => {
  for (const [key, ours] of [
    ["cache.items[x]", true],
    ["cache.nonsense", true],
    ["own.ping", true],
    ["nick", true],
    ["cached.items", false],
    ["vfs.fs.size[/,free]", false],
    ["log[/var/log/syslog,@re]", false],
    ["", false],
    ["[", false],
  ] as const) {
    test(`"${key}" is ${ours ? "" : "not "}one of ours`, () => {
      expect(history().isOurs(key)).toBe(ours);
    });
  }
});
