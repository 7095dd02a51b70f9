import { expect, test } from "vitest";
import type { Item } from "../../../../src/items/item.ts";
import { momentItem } from "../../../../src/items/item.ts";
import type { Call } from "../../../../src/items/registry.ts";
import { value } from "../../../../src/ring/answer.ts";
import { Pace } from "../../../../src/transports/pace.ts";
import { mayMatch, PushedKeys } from "../../../../src/transports/push/keys.ts";
import { MemoryFile } from "../active/bench.ts";

function itemOf(key: string, family?: "native" | "legacy"): Item {
  const about = { key, name: "X", doc: "X.", units: "", delay: "1m", type: "float", params: {} } as const;
  return momentItem({
    ...about,
    standard: () => [],
    value: () => value(1),
    ...(family === undefined ? {} : { family }),
  });
}

const ITEMS = [itemOf("cache.items"), itemOf("cache.hits"), itemOf("cache.ping", "native"), itemOf("own.ping")];

function pushed(...patterns: readonly string[]) {
  const file = new MemoryFile();
  return { ...pushedFrom(file, patterns), file };
}

function pushedFrom(file: MemoryFile, patterns: readonly string[]) {
  const asked: (readonly string[])[] = [];
  const targets = ["a"];
  let now = 0;
  const keys = new PushedKeys({
    patterns,
    items: ITEMS,
    registry: {
      *calls(items = []) {
        asked.push(items.map(({ key }) => key));
        for (const item of items) {
          for (const target of targets) {
            const call: Call = { key: `${item.key}[${target}]`, item };
            yield call;
          }
        }
      },
    },
    file,
    seconds: 10,
    now: () => now,
    pace: new Pace(() => 0),
  });
  const pass = (seconds: number) => {
    now += seconds;
  };
  return { keys, asked, targets, pass };
}

test("keys that are written out are taken as they are, and nothing is searched", async () => {
  const { keys, asked } = pushed("cache.items[x,5m]", "nonsense");
  await keys.refresh();
  expect(keys.all).toEqual(["cache.items[x,5m]", "nonsense"]);
  expect(asked).toEqual([]);
});

test("patterns find standard calls, those of other owners' keys left out, each key once", async () => {
  const { keys } = pushed("cache.items[a]", "cache.*", "*hits*");
  await keys.refresh();
  expect(keys.all).toEqual(["cache.items[a]", "cache.hits[a]"]);
});

test("only items that may match are searched", async () => {
  const { keys, asked } = pushed("own.*", "cache.items[*]");
  await keys.refresh();
  expect(asked).toEqual([["cache.items", "own.ping"]]);
});

test("what was found survives a restart, as far as it is still wanted", async () => {
  const { keys, file } = pushed("*.hits*", "own.*");
  await keys.refresh();
  expect(pushedFrom(file, ["own.*", "cache.items[a]"]).keys.all).toEqual(["cache.items[a]", "own.ping[a]"]);
  expect(pushedFrom(file, ["cache.items[a]"]).keys.all).toEqual(["cache.items[a]"]);
});

for (const text of ["", "{}", "[1]", "garbage"]) {
  test(`a file with ${text || "nothing"} in it is none`, () => {
    const file = new MemoryFile();
    file.text = text;
    expect(pushedFrom(file, ["own.*"]).keys.all).toEqual([]);
  });
}

test("targets that come are found at the next search", async () => {
  const { keys, targets, pass } = pushed("own.*");
  await keys.refresh();
  expect(keys.all).toEqual(["own.ping[a]"]);
  targets.push("b");
  pass(9);
  await keys.refresh();
  expect(keys.all).toEqual(["own.ping[a]"]);
  pass(1);
  await keys.refresh();
  expect(keys.all).toEqual(["own.ping[a]", "own.ping[b]"]);
});

const matches = [
  { pattern: "*", want: true },
  { pattern: "cache.*", want: true },
  { pattern: "cache.items*", want: true },
  { pattern: "cache.items[*]", want: true },
  { pattern: "cache.item[*]", want: false },
  { pattern: "*.items[main]", want: true },
  { pattern: "own.*", want: false },
  { pattern: "cachf*", want: false },
];
for (const { pattern, want } of matches) {
  test(`"${pattern}" ${want ? "may match" : "cannot match"} cache.items`, () => {
    expect(mayMatch(itemOf("cache.items"), pattern)).toBe(want);
  });
}

test("a pattern never means a key of another owner", () => {
  expect(mayMatch(itemOf("cache.ping", "native"), "*")).toBe(false);
});
