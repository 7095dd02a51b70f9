import { expect, test } from "vitest";
import { slabClasses, Texts } from "../../../../src/sources/memcached/contents.ts";
import { Epoch } from "../../../../src/sources/memcached/epoch.ts";
import { Names } from "../../../../src/sources/memcached/names.ts";
import type { Reading } from "../../../../src/sources/memcached/parse.ts";
import { Row } from "../../../../src/sources/memcached/row.ts";
import { Slowness } from "../../../../src/sources/memcached/slowness.ts";

const names = new Names();

function row(figures: Readonly<Record<string, number>>): Row {
  const made = new Row(names);
  for (const [name, figure] of Object.entries(figures)) made.set(names.learn(-1, name), figure);
  return made;
}

test("slabClasses: named by chunk size; a class without slabs is left out, of two alike the lower number stays", () => {
  const classes = new Map([
    [1, row({ class: 1, chunk_size: 96, number: 5 })],
    [2, row({ class: 2, number: 7 })],
    [5, row({ class: 5, chunk_size: 96 })],
    [3, row({ class: 3, chunk_size: 120 })],
  ]);
  const parts = slabClasses(classes);
  expect([...parts.keys()]).toEqual(["96", "120"]);
  expect(parts.get("96")?.get("class")).toBe(1);
  expect(
    slabClasses(new Map([...classes].reverse()))
      .get("96")
      ?.get("class"),
  ).toBe(1);
});

test("Row: what was not set is unknown, also for names that were learnt later; large numbers are exact", () => {
  const early = row({ a: 1 });
  const column = names.learn(-1, "learnt later");
  expect(early.get("learnt later")).toBeUndefined();
  expect(early.get("never heard of")).toBeUndefined();
  early.set(column, 2);
  early.setLarge(names.learn(-1, "huge"), 2n ** 64n - 1n);
  expect(early.get("learnt later")).toBe(2);
  expect(early.get("huge")).toBe(2n ** 64n - 1n);
  expect([...early.keys()]).toEqual(["a", "learnt later", "huge"]);
});

function reading(texts: Readonly<Record<string, string>>, settings?: Readonly<Record<string, string>>): Reading {
  return {
    general: row({}),
    classes: new Map(),
    texts: new Map(Object.entries(texts)),
    settings: settings === undefined ? undefined : new Map(Object.entries(settings)),
  };
}

test("Texts: settings stay until they are read anew or forgotten; an unchanged map is the same object", () => {
  const texts = new Texts(new Map([["maxconns", "1024"]]));
  const first = texts.of(reading({ version: "1.6.18" }, { maxconns: "10" }));
  expect(Object.fromEntries(first)).toEqual({
    version: "1.6.18",
    "setting.maxconns": "10",
    "expected.maxconns": "1024",
  });
  expect(texts.of(reading({ version: "1.6.18" }))).toBe(first);
  expect(texts.of(reading({ version: "1.6.19" })).get("setting.maxconns")).toBe("10");
  texts.forgetSettings();
  expect(texts.of(reading({ version: "1.6.19" })).get("setting.maxconns")).toBeUndefined();
});

const lives = [
  { name: "the same", next: { pid: 7, time: 1060, uptime: 60 }, same: true },
  { name: "two seconds of jitter", next: { pid: 7, time: 1062, uptime: 60 }, same: true },
  { name: "two seconds back", next: { pid: 7, time: 1058, uptime: 60 }, same: true },
  { name: "another start", next: { pid: 7, time: 1063, uptime: 60 }, same: false },
  { name: "another pid", next: { pid: 8, time: 1060, uptime: 60 }, same: false },
  { name: "a restart in a container: same pid", next: { pid: 7, time: 1060, uptime: 2 }, same: false },
];
for (const { name, next, same } of lives) {
  test(`Epoch: ${name} is ${same ? "one life" : "a new life"}`, () => {
    const epoch = new Epoch();
    const before = epoch.of(row({ pid: 7, time: 1000, uptime: 0 }));
    expect(epoch.of(row(next)) === before).toBe(same);
  });
}

test("Epoch: jitter does not add up, and another process that begins where it began has the same name", () => {
  const epoch = new Epoch();
  const names = [0, 1, 2, 3, 4].map((drift) => epoch.of(row({ pid: 7, time: 1000 + drift, uptime: 0 })));
  expect(new Set(names).size).toBe(2);
  expect(new Epoch().of(row({ pid: 7, time: 1010, uptime: 10 }))).toBe(names[0]);
});

test("Slowness: two slow answers running make it slow, two quick ones clear it", () => {
  const slowness = new Slowness(100);
  const answers = [101, 5, 101, 101, 5, 101, 5, 5, 100, 500, 501];
  const want = [false, false, false, true, true, true, true, false, false, false, true];
  expect(answers.map((ms) => slowness.after(ms))).toEqual(want);
});
