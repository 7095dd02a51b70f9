import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Item, momentItem, type Param, targetItem } from "../../../src/items/item.ts";
import type { Reply, Standard } from "../../../src/items/registry.ts";
import { ok, value } from "../../../src/ring/answer.ts";
import { ValueFiles } from "../../../src/transports/value-files.ts";

const declared = { key: "a", type: "float", units: "", name: "Test", doc: "Test.", delay: "1m", params: {} } as const;
const item: Item = momentItem({ ...declared, standard: () => [[]], value: () => value(1) });

let parent: string;
let directory: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "tidemark-value-files-"));
  directory = join(parent, "v");
});
afterEach(() => rmSync(parent, { recursive: true }));

const SILENT = { standard: () => [], value: () => value(1) };
const WHOLE = { target: undefined, isDefault: false } as const;

/** Standard calls of a target item with one parameter. */
function windows(lengths: readonly string[], isDefault = true): Standard {
  const length: Param<string> = { doc: "Any text.", fallback: "5m", parse: ok };
  const rate = targetItem({
    ...declared,
    key: "rate",
    source: "s",
    freshness: "sample",
    ...SILENT,
    params: { length },
  });
  return { item: rate, target: "main", isDefault, params: lengths.map((each) => [each]) };
}

interface State {
  wanted: boolean;
  answers: Record<string, Reply>;
  keys: string[];
  uptime: string | undefined;
  secondsPerLook: number;
  /** Beside one group for each answer. */
  groups: readonly Standard[];
}

/** A daemon's surroundings in one object whose parts a test moves by hand. */
function world(answers: Record<string, Reply>, items: readonly Item[] = [item]) {
  const state: State = { wanted: true, answers, keys: [], uptime: "1000.55 77.1\n", secondsPerLook: 0, groups: [] };
  const lines: string[] = [];
  let mono = 0;
  const answeredItems = () => Object.keys(state.answers).filter((key) => !key.includes("["));
  const files = new ValueFiles({
    directory,
    registry: {
      ask: (key) => state.answers[key] ?? { kind: "unknown", reason: `No ${key}.` },
      standards: () => [
        ...state.groups,
        ...answeredItems().map((key) => ({ item: { ...item, key }, ...WHOLE, params: [[]] })),
      ],
    },
    items,
    wanted: () => state.wanted,
    keys: () => state.keys,
    step: 60,
    io: {
      now: () => {
        mono += state.secondsPerLook;
        return { clock: 0, mono };
      },
      readText: (path) => (path === "/proc/uptime" ? state.uptime : undefined),
    },
    log: { warning: (text) => lines.push(text), error: (text) => lines.push(text) },
  });
  const tick = async () => {
    files.slotClosed();
    await files.settled();
  };
  return { state, lines, files, tick };
}

/** Waits until a generation has written its first file. */
async function begun(): Promise<void> {
  while (!existsSync(directory) || readdirSync(directory).length === 0) await new Promise(setImmediate);
}

const known = (text: string): Reply => ({ kind: "value", text, clock: 1 });
const read = (name: string) => readFileSync(join(directory, name), "utf8");

test("each closed slot leaves one readable file per call, and the promise", async () => {
  const { tick } = world({ a: known("1"), b: { kind: "none", reason: "No requests." } });
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "a", "b"]);
  expect(read("a")).toBe("= 1\n");
  expect(read("b")).toBe("! No requests.\n");
  expect(read(".expiry")).toBe("1180\n"); // 1000.55 and three steps of 60 s
  expect(statSync(directory).mode & 0o777).toBe(0o755);
  expect(statSync(join(directory, "a")).mode & 0o777).toBe(0o644);
});

test("where none are wanted nothing is asked, and what was there goes", async () => {
  const { state, tick } = world({ a: known("1") });
  state.wanted = false;
  await tick();
  expect(readdirSync(directory)).toEqual([]);
  state.wanted = true;
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "a"]);
  state.wanted = false;
  state.uptime = undefined; // without it no generation ends well
  await tick();
  expect(readdirSync(directory)).toEqual([]);
});

test("all calls of an item and target are lines of one file, which the default target's other name follows", async () => {
  const { state, tick } = world({ "rate[main,1m]": known("1"), "rate[main,5m]": { kind: "none", reason: "Nothing." } });
  state.groups = [windows(["1m", "5m"])];
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "rate,", "rate,main"]);
  expect(read("rate,main")).toBe("1m= 1\n5m! Nothing.\n");
  expect(read("rate,")).toBe(read("rate,main"));
  state.groups = [windows(["1m"], false)];
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "rate,main"]);
  expect(read("rate,main")).toBe("1m= 1\n");
});

test("a value that does not fit into a line has a file of its own, under both names", async () => {
  const { state, tick } = world({ "rate[main,1m]": known("two\nlines"), "rate[main,5m]": known("1") });
  state.groups = [windows(["1m", "5m"])];
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "rate,", "rate,+1m", "rate,main", "rate,main+1m"]);
  expect([read("rate,main"), read("rate,+1m")]).toEqual(["1m+\n5m= 1\n", "two\nlines"]);
  state.answers["rate[main,1m]"] = known("short");
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "rate,", "rate,main"]);
});

test("configured calls are lines of their group, once, whichever way they name the default target", async () => {
  const { state, tick } = world({}, [windows([]).item]);
  state.keys = ["rate[main,30m]", "rate[,2h]", "rate[main,1m]", "rate[other]", "alias[x]"];
  state.answers = Object.fromEntries(
    [...state.keys, "rate[main,5m]"].map((key) => [key, known(key.length.toString())]),
  );
  state.groups = [windows(["1m", "5m"])];
  await tick();
  expect(read("rate,")).toBe("30m= 14\n1m= 13\n2h= 9\n5m= 13\n");
  expect(read("rate,other")).toBe("5m= 11\n");
  expect(read("alias")).toBe("x= 8\n");
  state.groups = [];
  await tick();
  expect([read("rate,main"), read("rate,")]).toEqual(["30m= 14\n1m= 13\n", "2h= 9\n"]);
});

test("only what changed is written again, and the promise is renewed", async () => {
  const { state, tick } = world({ a: known("1"), b: known("2") });
  await tick();
  const before = { a: statSync(join(directory, "a")).ino, b: statSync(join(directory, "b")).ino };
  state.answers = { a: known("1"), b: known("3") };
  state.uptime = "1060.00 80\n";
  await tick();
  expect(statSync(join(directory, "a")).ino).toBe(before.a);
  expect(statSync(join(directory, "b")).ino).not.toBe(before.b);
  expect(read("b")).toBe("= 3\n");
  expect(read(".expiry")).toBe("1240\n");
});

test("a value that went stale while the daemon lives is replaced by its reason", async () => {
  const { state, tick } = world({ a: known("1") });
  await tick();
  state.answers = { a: { kind: "unknown", reason: "Last good sample 2026-11-22 04:22:33 UTC: connect timed out." } };
  await tick();
  expect(read("a")).toBe("! Last good sample 2026-11-22 04:22:33 UTC: connect timed out.\n");
});

test("files of calls that are gone, and of an earlier life, are removed", async () => {
  mkdirSync(directory);
  for (const name of ["old", ".draft", ".expiry"]) writeFileSync(join(directory, name), "= 7\n");
  const { state, tick } = world({ a: known("1"), b: known("2") });
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "a", "b"]);
  state.answers = { b: known("2") };
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "b"]);
});

test("configured keys come first; one that no shim can ask for is named once", async () => {
  const { state, lines, tick } = world({ a: known("1") });
  state.keys = ["extra", "bad[a/b]"];
  state.answers["extra"] = known("5");
  await tick();
  await tick();
  expect(read("extra")).toBe("= 5\n");
  expect(lines).toEqual([expect.stringContaining("bad[a/b]")]);
});

test("no more than 2,000 values: the first call left out is named once", async () => {
  const answers = Object.fromEntries(Array.from({ length: 2005 }, (_, index) => [`k${index}`, known("1")]));
  const { lines, tick } = world(answers);
  await tick();
  await tick();
  expect(readdirSync(directory)).toHaveLength(2001);
  expect(existsSync(join(directory, "k1999"))).toBe(true);
  expect(lines).toEqual([expect.stringMatching(/2000 .* k2000 /)]);
});

test("items about the whole come before those about targets", async () => {
  const asked: string[] = [];
  const about = (key: string): Item =>
    targetItem({ ...declared, key, source: "s", freshness: "sample", standard: () => [], value: () => value(1) });
  const files = new ValueFiles({
    directory,
    registry: {
      ask: () => known("1"),
      standards: (items) => {
        asked.push(...items.map(({ key }) => key));
        return [];
      },
    },
    items: [about("t1"), { ...item, key: "m1" }, about("t2"), { ...item, key: "m2" }],
    wanted: () => true,
    keys: () => [],
    step: 60,
    io: { now: () => ({ clock: 0, mono: 0 }), readText: () => "1 1" },
    log: { warning: () => undefined, error: () => undefined },
  });
  files.slotClosed();
  await files.settled();
  expect(asked).toEqual(["m1", "m2", "t1", "t2"]);
});

test("a generation yields to the event loop between slices", async () => {
  const { state, files } = world(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, known("1")])));
  state.secondsPerLook = 0.003;
  files.slotClosed();
  await begun();
  let turns = 0;
  for (; !existsSync(join(directory, ".expiry")); turns++) await new Promise(setImmediate);
  await files.settled();
  expect(turns).toBeGreaterThanOrEqual(9);
});

test("slots that close meanwhile make one more generation", async () => {
  const { state, files } = world({ a: known("1"), b: known("1") });
  state.secondsPerLook = 0.003;
  files.slotClosed();
  await begun();
  state.answers = { a: known("2"), b: known("2") };
  files.slotClosed();
  files.slotClosed();
  await files.settled();
  expect([read("a"), read("b")]).toEqual(["= 2\n", "= 2\n"]);
});

test("a failed write renews no promise, is said once, and mends itself", async () => {
  const { state, lines, tick } = world({ a: known("1") });
  await tick();
  rmSync(directory, { recursive: true });
  writeFileSync(directory, "a file in the way");
  state.answers = { a: known("2") };
  await tick();
  await tick();
  await tick();
  expect(lines).toHaveLength(2); // what failed first was a write, then making the directory
  expect(lines[1]).toMatch(/^Cannot write the value files of UserParameters: .*EEXIST.*\.$/);
  rmSync(directory);
  await tick();
  expect(readdirSync(directory).sort()).toEqual([".expiry", "a"]);
});

test("a write that fails halfway leaves the old promise", async () => {
  const { state, tick } = world({ a: known("1") });
  await tick();
  mkdirSync(join(directory, "b"));
  state.answers = { a: known("1"), b: known("2") };
  state.uptime = "1060.00 80\n";
  await tick();
  expect(read(".expiry")).toBe("1180\n");
});

test("without /proc/uptime nothing is promised", async () => {
  const { state, lines, tick } = world({ a: known("1") });
  state.uptime = undefined;
  await tick();
  expect(existsSync(join(directory, ".expiry"))).toBe(false);
  expect(lines).toEqual([expect.stringContaining("/proc/uptime")]);
});

test("close removes all files", async () => {
  const { files, tick } = world({ a: known("1") });
  await tick();
  await files.close();
  expect(readdirSync(directory)).toEqual([]);
  files.slotClosed();
  await files.settled();
  expect(readdirSync(directory)).toEqual([]);
});

test("close in the middle of a generation leaves nothing behind", async () => {
  const { state, files } = world(Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, known("1")])));
  state.secondsPerLook = 0.003;
  files.slotClosed();
  await begun();
  await files.close();
  expect(readdirSync(directory)).toEqual([]);
});
