import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Numbers } from "../../../../src/ring/sample.ts";
import { parseNumber } from "../../../../src/sources/memcached/figures.ts";
import {
  newVocabulary,
  type Part,
  type Reading,
  StatReader,
  type Verdict,
} from "../../../../src/sources/memcached/parse.ts";

const SAMPLES = new URL("../../../samples/memcached/", import.meta.url);
const ALL: readonly Part[] = ["stats", "items", "slabs"];

const files = readdirSync(SAMPLES);

function sample(name: string): Buffer {
  return readFileSync(new URL(name, SAMPLES));
}

function read(bytes: string | Uint8Array, parts: readonly Part[] = ["stats"]): Verdict | undefined {
  const reader = new StatReader(newVocabulary(), parts);
  reader.feed(Buffer.from(bytes));
  return reader.verdict;
}

function reading(bytes: string | Uint8Array, parts: readonly Part[], vocabulary = newVocabulary()): Reading {
  const reader = new StatReader(vocabulary, parts);
  reader.feed(Buffer.from(bytes));
  if (reader.verdict?.kind !== "read") throw new Error(JSON.stringify(reader.verdict));
  return reader.verdict.reading;
}

/** Another way to read the same: split into lines and words. */
function plainly(bytes: Uint8Array): ReadonlyMap<string, string> {
  const lines = Buffer.from(bytes).toString("latin1").split("\r\n");
  return new Map(
    lines
      .filter((line) => line.startsWith("STAT "))
      .map((line) => {
        const [, name = "", ...words] = line.split(" ");
        return [name, words.join(" ")] as const;
      }),
  );
}

/** All that a reading holds, under the names of the wire. */
function flat({ general, texts, classes, settings }: Reading, prefix: string): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ...entries(general, ""),
    ...texts,
    ...[...classes].flatMap(([number, row]) => [...entries(row, `${prefix}${number}:`)]),
    ...(settings ?? []),
  ]);
}

function* entries(numbers: Numbers, prefix: string): Iterable<[string, unknown]> {
  for (const name of numbers.keys()) if (name !== "class") yield [prefix + name, numbers.get(name)];
}

function typed(text: string): unknown {
  if (/^\d+$/.test(text) && BigInt(text) > 2n ** 53n) return BigInt(text);
  return text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text;
}

const KINDS = [
  { part: "stats", ending: /-stats\.txt$/, prefix: "" },
  { part: "items", ending: /-stats-items\.txt$/, prefix: "items:" },
  { part: "slabs", ending: /-stats-slabs\.txt$/, prefix: "" },
  { part: "settings", ending: /settings\.txt$/, prefix: "" },
] as const;

test("the samples are of all versions", () => {
  const versions = new Set(files.map((name) => /^[\d.]+\d/.exec(name)?.[0]));
  expect([...versions].sort()).toEqual(["1.2.5", "1.4.15", "1.4.39", "1.4.5", "1.6.18", "1.6.38", "1.6.45"]);
});

for (const { part, ending, prefix } of KINDS) {
  const vocabulary = newVocabulary(); // one for all versions, as one collector has
  for (const name of files.filter((file) => ending.test(file) && !file.includes("memcached-tool"))) {
    test(`StatReader: ${name} gives every value, no other, twice alike`, () => {
      const bytes = sample(name);
      const text = (value: string): unknown => (part === "settings" ? value : typed(value));
      const wanted = new Map([...plainly(bytes)].map(([stat, value]) => [stat, text(value)] as const));
      const sorted = (found: ReadonlyMap<string, unknown>) => [...found].sort(([a], [b]) => (a < b ? -1 : 1));
      expect(sorted(flat(reading(bytes, [part], vocabulary), prefix))).toEqual(sorted(wanted));
      expect(sorted(flat(reading(bytes, [part], vocabulary), prefix))).toEqual(sorted(wanted));
    });
  }
}

test("StatReader: figures read by eye in 1.2.5 and 1.6.45", () => {
  const old = reading(sample("1.2.5-loaded-stats.txt"), ["stats"]);
  expect(old.general.get("evictions")).toBe(644074);
  expect(old.general.get("rusage_user")).toBe(1.086662);
  expect(old.general.get("delete_misses")).toBeUndefined();
  expect(old.texts.get("version")).toBe("1.2.5");
  const items = reading(sample("1.6.45-loaded-stats-items.txt"), ["items"]);
  expect(items.classes.get(2)?.get("evicted")).toBe(355603);
  expect(items.classes.get(2)?.get("mem_requested")).toBe(8965188);
  expect(items.classes.get(2)?.get("class")).toBe(2);
  const slabs = reading(sample("1.6.18-loaded-stats-slabs.txt"), ["slabs"]);
  expect(slabs.classes.get(2)?.get("chunk_size")).toBe(120);
  expect(slabs.general.get("total_malloced")).toBe(68157440);
});

const pipelined = Buffer.concat(
  ["stats", "stats-items", "stats-slabs"].map((command) => sample(`1.6.18-loaded-${command}.txt`)),
);

test("StatReader: mem_requested of a class comes from slabs before 1.5.17", () => {
  const bytes = ["stats", "stats-items", "stats-slabs"].map((command) => sample(`1.4.15-loaded-${command}.txt`));
  const { classes } = reading(Buffer.concat(bytes), ALL);
  const wanted = plainly(bytes[2] ?? Buffer.alloc(0)).get("1:mem_requested");
  expect(String(classes.get(1)?.get("mem_requested"))).toBe(wanted);
  expect(classes.get(1)?.get("number")).toBeDefined();
});

test("StatReader: every split of the pipelined replies reads alike", () => {
  const vocabulary = newVocabulary();
  const wanted = flat(reading(pipelined, ALL, vocabulary), "");
  for (let at = 1; at < pipelined.length; at += 11) {
    const reader = new StatReader(vocabulary, ALL);
    expect(reader.feed(pipelined.subarray(0, at))).toBe(false);
    expect(reader.feed(pipelined.subarray(at))).toBe(true);
    const { verdict } = reader;
    if (verdict?.kind !== "read") throw new Error(`split at ${at}: ${JSON.stringify(verdict)}`);
    if (at % 7 === 0) expect(flat(verdict.reading, "")).toEqual(wanted);
    else expect(verdict.reading.classes.size).toBe(reading(pipelined, ALL, vocabulary).classes.size);
  }
});

test("StatReader: byte by byte reads alike, and only the last byte ends it", () => {
  const reader = new StatReader(newVocabulary(), ALL);
  const lent = Buffer.alloc(1); // one buffer for all chunks: nothing of it may be kept
  const ends = [...pipelined].map((byte) => {
    lent[0] = byte;
    return reader.feed(lent);
  });
  expect(ends.indexOf(true)).toBe(pipelined.length - 1);
  const { verdict } = reader;
  if (verdict?.kind !== "read") throw new Error(JSON.stringify(verdict));
  expect(flat(verdict.reading, "")).toEqual(flat(reading(pipelined, ALL), ""));
});

test("StatReader: a class that comes and goes, and another version, leave no trace", () => {
  const vocabulary = newVocabulary();
  const lines = (classes: readonly number[]) =>
    `${classes.map((n) => `STAT items:${n}:number ${n * 10}\r\nSTAT items:${n}:age 5\r\n`).join("")}END\r\n`;
  for (const classes of [[1, 2, 3], [1, 3], [1, 2, 3], [], [3]]) {
    const found = reading(lines(classes), ["items"], vocabulary).classes;
    expect([...found.keys()]).toEqual(classes);
    for (const n of classes) expect(found.get(n)?.get("number")).toBe(n * 10);
  }
  const old = reading("STAT items:1:number 7\r\nEND\r\n", ["items"], vocabulary);
  expect([...(old.classes.get(1)?.keys() ?? [])]).toEqual(["class", "number"]);
});

const numbers = [
  { text: "0", want: 0 },
  { text: "000", want: 0 },
  { text: "-1", want: -1 },
  { text: "9007199254740991", want: 9007199254740991 },
  { text: "9007199254740993", want: 9007199254740993n },
  { text: "18446744073709551615", want: 18446744073709551615n },
  { text: "0.000001", want: 0.000001 },
  { text: "123456789.123456", want: 123456789.123456 },
  { text: "", want: undefined },
  { text: "1.6.18", want: undefined },
  { text: "1e3", want: undefined },
  { text: "0x10", want: undefined },
  { text: " 1", want: undefined },
  { text: "1:5", want: undefined },
  { text: "999999999999999999999", want: undefined },
];
for (const { text, want } of numbers) {
  test(`a value of "${text}" is ${want ?? "no number"}, by itself and in a line, also where another was guessed`, () => {
    expect(parseNumber(text)).toBe(want);
    const vocabulary = newVocabulary();
    reading("STAT first 1\r\nSTAT name 5\r\nEND\r\n", ["stats"], vocabulary);
    const { general, texts } = reading(`STAT first 1\r\nSTAT name ${text}\r\nEND\r\n`, ["stats"], vocabulary);
    expect(general.get("name")).toBe(want);
    expect(texts.get("name")).toBe(want === undefined ? text : undefined);
  });
}

test("StatReader: values may hold spaces, be empty or be missing", () => {
  const { settings } = reading("STAT auth /a b/c\r\nSTAT inter \r\nSTAT x\r\nEND\r\n", ["settings"]);
  expect([...(settings ?? [])]).toEqual([
    ["auth", "/a b/c"],
    ["inter", ""],
    ["x", ""],
  ]);
});

test("StatReader: a server without stats settings (1.2) is read all the same", () => {
  expect(reading("STAT pid 1\r\nEND\r\nERROR\r\n", ["stats", "settings"]).settings).toBeUndefined();
  expect(reading("STAT pid 1\r\nEND\r\nERROR\r\nEND\r\n", ALL).classes.size).toBe(0);
});

const refusals = [
  { name: "missing login", bytes: "CLIENT_ERROR unauthenticated\r\n", line: "CLIENT_ERROR unauthenticated" },
  { name: "unknown command", bytes: "ERROR\r\n", line: "ERROR" },
  {
    name: "too many connections",
    bytes: "ERROR Too many open connections\r\n",
    line: "ERROR Too many open connections",
  },
  {
    name: "out of memory",
    bytes: "SERVER_ERROR out of memory writing stats\r\n",
    line: "SERVER_ERROR out of memory writing stats",
  },
];
for (const { name, bytes, line } of refusals) {
  test(`StatReader: refused at once by ${name}`, () => {
    expect(read(bytes, ALL)).toEqual({ kind: "refused", line });
  });
}

const foreign = [
  { name: "HTTP", bytes: "HTTP/1.1 400 Bad Request\r\n", found: '"HTTP/1.1 400 Bad Request"' },
  { name: "HTTP without the end of its line", bytes: "HTTP/1.1", found: '"HTTP/1.1"' },
  { name: "one byte", bytes: "\x00", found: '"."' },
  { name: "SSH", bytes: "SSH-2.0-OpenSSH_9.2\r\n", found: '"SSH-2.0-OpenSSH_9.2"' },
  { name: "an empty line", bytes: "\r\n", found: '""' },
  { name: "VERSION", bytes: "VERSION 1.6.18\r\n", found: '"VERSION 1.6.18"' },
  { name: "STATUS", bytes: "STATUS ok\r\n", found: '"STATUS ok"' },
  { name: "a long line", bytes: `STAT ${"x".repeat(70_000)}`, found: "a line of more than 65536 bytes" },
  { name: "a flood", bytes: "STAT a 1\r\n".repeat(110_000), found: "more than 1048576 bytes" },
  { name: "a babbler", bytes: "STAT pid 1\r\nEND\r\nEND\r\n", found: "bytes after the last reply" },
];
for (const { name, bytes, found } of foreign) {
  test(`StatReader: ${name} is not memcached`, () => {
    expect(read(bytes)).toEqual({ kind: "foreign", found });
  });
}

test("StatReader: a flood of ever new names ends, and its table says so", () => {
  const vocabulary = newVocabulary();
  const reader = new StatReader(vocabulary, ["stats"]);
  reader.feed(Buffer.from(Array.from({ length: 5000 }, (_, n) => `STAT n${n} 1\r\n`).join("")));
  expect(reader.verdict).toEqual({ kind: "foreign", found: "too many names of statistics" });
  expect(vocabulary.general.full).toBe(true);
});
