import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Registry } from "../../src/items/registry.ts";
import { value } from "../../src/ring/answer.ts";
import { Ring } from "../../src/ring/ring.ts";
import type { GoodSample, Numbers } from "../../src/ring/sample.ts";
import { slabClasses } from "../../src/sources/memcached/contents.ts";
import { FIELDS } from "../../src/sources/memcached/fields.ts";
import { ITEMS } from "../../src/sources/memcached/items.ts";
import { newVocabulary, StatReader } from "../../src/sources/memcached/parse.ts";
import { run, temporaryDirectory } from "./start.ts";

/*
 * The hand-made checks of old, written anew in fixtures/old-scripts, beside the items that took them over: the same
 * readings go to both. Where the texts differ, the difference is one that was mended on purpose.
 */

const MINUTE = 60;
/** Slot and monotonic minute of the newest reading. */
const NEWEST = 200;
const NOW = "2010-06-01 12:34:30";

const script = (name: string) => fileURLToPath(new URL(`fixtures/old-scripts/${name}`, import.meta.url));
const samplePath = (name: string) => fileURLToPath(new URL(`../samples/memcached/${name}`, import.meta.url));
const sampleText = (name: string) => readFileSync(samplePath(name), "utf8");

interface Reading {
  readonly hits: number;
  readonly misses: number;
  readonly epoch?: string;
}

function sampleOf(slot: number, numbers: Numbers, parts: ReadonlyMap<string, Numbers>, epoch = "1"): GoodSample {
  const stamp = { clock: 1_275_395_640 + slot * MINUTE, mono: slot * MINUTE };
  return { kind: "good", target: "main", stamp, state: 1, epoch, numbers, texts: new Map(), parts };
}

/** What tidemark answers when these were the samples of its only instance, the last one seconds ago. */
function ask(key: string, samples: readonly GoodSample[]): string {
  const ring = new Ring([{ name: "memcached", fields: FIELDS }], { slots: 61, step: MINUTE });
  ring.roster("memcached", value(new Map([["main", { URI: "tcp://127.0.0.1:11211" }]])));
  for (const sample of samples) ring.put(sample.stamp.mono / MINUTE, "memcached", sample);
  const registry = new Registry({
    items: ITEMS,
    ring,
    now: () => ({ clock: 1_275_395_640 + NEWEST * MINUTE + 5, mono: NEWEST * MINUTE + 5 }),
    alias: (asked) => asked,
    access: { allows: () => true, warnings: [] },
    defaultTarget: () => "main",
  });
  const reply = registry.ask(key);
  return reply.kind === "value" ? reply.text : `${reply.kind}: ${reply.reason}`;
}

describe("memcache.hit_ratio", () => {
  /** A file as cron left it: real output of memcached-tool with these two counters. */
  const minuteFile = ({ hits, misses }: Reading) =>
    sampleText("1.2.5-loaded-memcached-tool-stats.txt")
      .replace(/(get_hits +)\d+/, `$1${hits}`)
      .replace(/(get_misses +)\d+/, `$1${misses}`);

  /** One file per minute up to NOW; the names of more than 60 come round again. */
  function minuteFiles(history: readonly Reading[]): string {
    const directory = join(temporaryDirectory(), "stats");
    mkdirSync(directory);
    for (const [index, reading] of history.entries()) {
      const minute = (34 - (history.length - 1 - index) + 120) % 60;
      writeFileSync(join(directory, String(minute).padStart(2, "0")), minuteFile(reading));
    }
    return directory;
  }

  async function old(history: readonly Reading[], params: readonly string[]): Promise<string> {
    const env = { STATS_DIR: minuteFiles(history), NOW, TZ: "UTC" };
    return (await run(script("hit-ratio"), params, { env })).stdout.trimEnd();
  }

  function ours(history: readonly Reading[], params: readonly string[]): string {
    const samples = history.map(({ hits, misses, epoch }, index) => {
      const numbers = new Map(Object.entries({ get_hits: hits, get_misses: misses }));
      return sampleOf(NEWEST - (history.length - 1 - index), numbers, new Map(), epoch);
    });
    return ask(params.length === 0 ? "memcache.hit_ratio" : `memcache.hit_ratio[${params.join(",")}]`, samples);
  }

  const grown = (hits: number, misses: number): readonly Reading[] => [
    { hits: 7000, misses: 300 },
    { hits: 7000 + hits, misses: 300 + misses },
  ];
  /** Readings of so many minutes with another share of hits in each. */
  const long = (count: number): readonly Reading[] =>
    Array.from({ length: count + 1 }, (_, index) => ({ hits: 10 * index ** 2, misses: 999 * index }));

  const same = [
    { name: "1000 of 1500", history: grown(1000, 500), params: ["1"], want: "66.66" },
    { name: "1 of 501", history: grown(1, 500), params: ["1"], want: ".19" },
    { name: "all hits", history: grown(250, 0), params: ["1"], want: "100.00" },
    { name: "3 of 400", history: grown(3, 397), params: ["1"], want: ".75" },
    { name: "cut to nothing", history: grown(1, 100_000), params: ["1"], want: "0" },
    { name: "no request", history: grown(0, 0), params: ["1"], want: "-1" },
    { name: "misses only", history: grown(0, 100), params: ["1"], want: "-1" },
    { name: "no parameter", history: grown(1000, 500), params: [], want: "66.66" },
    { name: "an empty parameter", history: grown(1000, 500), params: [""], want: "66.66" },
    { name: "further parameters", history: grown(1000, 500), params: ["1", "7", "x"], want: "66.66" },
    { name: "a word", history: grown(1000, 500), params: ["abc"], want: "-1" },
    { name: "0", history: grown(1000, 500), params: ["0"], want: "-1" },
    { name: "-1", history: grown(1000, 500), params: ["-1"], want: "-1" },
    { name: "nothing to compare with", history: grown(1000, 500), params: ["5"], want: "-1" },
    { name: "5 minutes", history: long(5), params: ["5"], want: "4.76" },
    { name: "59 minutes", history: long(59), params: ["59"], want: "37.13" },
  ];
  for (const { name, history, params, want } of same) {
    test(`${name}: the old text`, async () => {
      expect(await old(history, params)).toBe(want);
      expect(ours(history, params)).toBe(want);
    });
  }

  const restarted: readonly Reading[] = [
    { hits: 1500, misses: 10 },
    { hits: 1000, misses: 500, epoch: "2" },
  ];
  const mended = [
    { name: "60 minutes", history: long(60), params: ["60"], was: "-1", is: "37.52" },
    { name: "more minutes than the history", history: long(60), params: ["61"], was: "54.36", is: "-1" },
    { name: "memcached was restarted", history: restarted, params: ["1"], was: "5000.00", is: "66.66" },
  ];
  for (const { name, history, params, was, is } of mended) {
    test(`${name}: mended`, async () => {
      expect(await old(history, params)).toBe(was);
      expect(ours(history, params)).toBe(is);
    });
  }
});

describe("memcache.check_max_age", () => {
  interface SlabClass {
    readonly chunk: number;
    readonly age: number;
    readonly count: number;
  }

  /** The table of memcached-tool 1.2. */
  const oldTable = (classes: readonly SlabClass[]) =>
    [
      "  #  Item_Size   Max_age  1MB_pages Count   Full?",
      ...classes.map(({ chunk, age, count }, index) => {
        const size = chunk < 1024 ? `${chunk} B ` : `${(chunk / 1024).toFixed(1)} kB`;
        return `${cell(index + 1, 3)}   ${cell(size, 8)} ${cell(age, 7)} s ${cell(1, 7)} ${cell(count, 7)} ${cell("yes", 7)}`;
      }),
      "",
    ].join("\n");
  const cell = (content: number | string, width: number) => String(content).padStart(width);

  async function old(table: string): Promise<string> {
    const path = join(temporaryDirectory(), "table");
    writeFileSync(path, table);
    return (await run(script("max-age"), ["cat", path])).stdout.trimEnd();
  }

  function ours(parts: ReadonlyMap<string, Numbers>): string {
    return ask("memcache.check_max_age", [sampleOf(NEWEST, new Map(), parts)]);
  }

  const partsOf = (classes: readonly SlabClass[]) =>
    new Map(
      classes.map(({ chunk, age, count }) => [String(chunk), new Map(Object.entries({ number: count, age }))] as const),
    );

  function captured(version: string): ReadonlyMap<string, Numbers> {
    const reader = new StatReader(newVocabulary(), ["items", "slabs"]);
    for (const part of ["items", "slabs"]) reader.feed(readFileSync(samplePath(`${version}-loaded-stats-${part}.txt`)));
    if (reader.verdict?.kind !== "read") throw new Error(`cannot read the sample of ${version}`);
    return slabClasses(reader.verdict.reading.classes);
  }

  const incident: readonly SlabClass[] = [
    { chunk: 104, age: 7_698_339, count: 10_080 },
    { chunk: 184, age: 7_173_349, count: 3130 },
    { chunk: 208, age: 39, count: 15_123 },
    { chunk: 232, age: 557_835, count: 8_694_555 },
    { chunk: 256, age: 83, count: 106_496 },
    { chunk: 288, age: 37, count: 105_560 },
    { chunk: 320, age: 64, count: 65_520 },
  ];
  const same = [
    { name: "the cache that lost entries within a minute", classes: incident, want: "37" },
    { name: "kilobytes", classes: [{ chunk: 1536, age: 50, count: 2 }], want: "50" },
    { name: "one item does not count", classes: [...incident, { chunk: 1536, age: 3, count: 1 }], want: "37" },
    { name: "no class with more than one item", classes: [{ chunk: 96, age: 3, count: 1 }], want: "1e+100" },
    { name: "no class", classes: [], want: "1e+100" },
  ];
  for (const { name, classes, want } of same) {
    test(`${name}: the old text`, async () => {
      expect(await old(oldTable(classes))).toBe(want);
      expect(ours(partsOf(classes))).toBe(want);
    });
  }

  for (const version of ["1.2.5", "1.4.15", "1.6.18", "1.6.45"]) {
    test(`${version} with the table of newer tools: mended`, async () => {
      const table = sampleText(`${version}-loaded-memcached-tool-display.txt`);
      const rows = [...table.matchAll(/^ *\d+ +\S+ +(\d+)s +\d+ +(\d+) /gm)];
      const ages = rows.filter(([, , count]) => Number(count) > 1).map(([, age]) => Number(age));
      expect(ages.length).toBeGreaterThan(4);
      expect(await old(table)).toBe("1e+100");
      expect(ours(captured(version))).toBe(String(Math.min(...ages)));
    });
  }

  test("1.2.5 with the table of its own time: the old text", async () => {
    const classes = [...captured("1.2.5")].map(([chunk, numbers]) => ({
      chunk: Number(chunk),
      age: Number(numbers.get("age") ?? 0),
      count: Number(numbers.get("number") ?? 0),
    }));
    const was = await old(oldTable(classes));
    expect(was).toMatch(/^\d+$/);
    expect(ours(captured("1.2.5"))).toBe(was);
  });
});

describe("memcached.curr_conn", () => {
  for (const version of ["1.2.5", "1.4.15", "1.6.18", "1.6.45"]) {
    test(`${version}: the old text`, async () => {
      const path = samplePath(`${version}-loaded-memcached-tool-stats.txt`);
      const was = (await run(script("curr-conn"), ["cat", path])).stdout.trimEnd();
      const [, connections] = /curr_connections +(\d+)/.exec(readFileSync(path, "utf8")) ?? [];
      expect(was).toBe(connections);
      const numbers = new Map([["curr_connections", Number(connections)]]);
      expect(ask("memcached.curr_conn", [sampleOf(NEWEST, numbers, new Map())])).toBe(was);
    });
  }
});
