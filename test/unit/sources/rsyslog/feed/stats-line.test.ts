import { describe, expect, test } from "vitest";
import { Exposition } from "../../../../../src/sources/rsyslog/feed/prometheus.ts";
import { parseStatsLine } from "../../../../../src/sources/rsyslog/feed/stats-line.ts";

/** "core.queue|main Q|size=3" or the kind of line it is. */
function parsed(...lines: readonly string[]): string {
  const exposition = new Exposition();
  const found = lines.map((line) => parseStatsLine(line, exposition)).at(-1);
  if (found?.kind !== "record") return found?.kind ?? "none";
  const { origin, name, numbers, oddFields } = found.record;
  const odd = oddFields === 0 ? [] : [`${oddFields} odd`];
  return [origin, name, ...[...numbers].map(([key, value]) => `${key}=${typeof value}:${value}`), ...odd].join("|");
}

const json = (fields: string) => `{ "name": "main Q", "origin": "core.queue", ${fields} }`;

describe("numbers of a record", () => {
  test.each([
    ["0", "size=number:0"],
    ["9007199254740991", "size=number:9007199254740991"],
    ["9007199254740993", "size=bigint:9007199254740993"],
    ["18446744073709551615", "size=bigint:18446744073709551615"],
    ["18446744073709551616", "1 odd"],
    ["-1", "1 odd"],
    ["-18446744073709551615", "1 odd"],
    ["1.5", "size=number:1.5"],
    ["1e400", "1 odd"],
    ["1e18", "1 odd"],
    ['"3"', "1 odd"],
    ['"18446744073709551615"', "1 odd"],
    ['"\\"18446744073709551615"', "1 odd"],
    ["null", "1 odd"],
    ["true", "1 odd"],
    ["[1]", "1 odd"],
    ['{ "size": 1 }', "1 odd"],
    ["1234567890123456.5", "size=number:1234567890123456.5"],
  ])("json: %s", (value, shown) => {
    expect(parsed(json(`"size": ${value}`))).toBe(`core.queue|main Q|${shown}`);
  });

  test.each([
    ["size=0", "size=number:0"],
    ["size=18446744073709551615", "size=bigint:18446744073709551615"],
    ["size=18446744073709551616", "1 odd"],
    ["size=-1", "1 odd"],
    ["size=", "1 odd"],
    ["size=x", "1 odd"],
    ["size", "1 odd"],
    ["=3", "1 odd"],
    ["a=b=3", "a=b=number:3"],
    ["size=1 full=2", "size=number:1|full=number:2"],
  ])("legacy: %s", (fields, shown) => {
    expect(parsed(`main Q: origin=core.queue ${fields} `)).toBe(`core.queue|main Q|${shown}`);
  });

  test("those of dynstats are in an object of their own", () => {
    expect(parsed('{"name":"global","origin":"dynstats","values":{"a!b":1,"c":"x"}}')).toBe(
      "dynstats|global|a.b=number:1|1 odd",
    );
  });

  test.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("a counter may be called %s", (name) => {
    expect(parsed(json(`"${name}": 1`))).toBe(`core.queue|main Q|${name}=number:1`);
  });
});

describe("names", () => {
  const names = ["main Q[DA]", 'say "hi"', "käse 汉字", "a: b/c, d", "back\\slash", "{}[]", "@cee:", "BEGIN", "x=1"];
  test.each(names)("json: %s", (name) => {
    const text = `{ "name": ${JSON.stringify(name)}, "origin": "core.queue", "size": 1 }`;
    expect(parsed(text)).toBe(`core.queue|${name}|size=number:1`);
    expect(parsed(text.replaceAll("/", "\\/"))).toBe(`core.queue|${name}|size=number:1`);
    expect(parsed(`@cee: ${text}`)).toBe(`core.queue|${name}|size=number:1`);
  });

  test.each(names.filter((name) => !/^[{@]/.test(name)))("legacy: %s", (name) => {
    expect(parsed(`${name}: origin=core.queue size=1 `)).toBe(`core.queue|${name}|size=number:1`);
  });

  test.each(names)("prometheus: %s", (name) => {
    const help = `# HELP m rsyslog stats: origin="core.queue" object="${name}", counter="size"`;
    expect(parsed(help, "# TYPE m gauge", "m 1")).toBe(`core.queue|${name}|size=number:1`);
  });

  test.each([1024, 1025])("of %i bytes", (length) => {
    const name = "n".repeat(length);
    const outcome = length > 1024 ? "malformed" : `o|${name}|a=number:1`;
    expect(parsed(`{ "name": "${name}", "origin": "o", "a": 1 }`)).toBe(outcome);
    expect(parsed(`${name}: origin=o a=1 `)).toBe(outcome);
  });
});

describe("lines that are no record", () => {
  test.each([
    ["", "nothing"],
    ["BEGIN", "begin"],
    ["END", "end"],
    ["END ", "end"],
    ["BEGINNING", "unknown"],
    ["hello", "unknown"],
    ["{", "malformed"],
    ["{}", "unknown"],
    ['{ "name": "x" }', "unknown"],
    ['{ "name": 1, "origin": "y" }', "unknown"],
    ['{ "name": "main Q", "origin": "core.queue", "size": 3, "enq', "malformed"],
    ['{ "name": "main Q", "ori{ "name": "x", "origin": "y", "size": 3 }', "malformed"],
    ['"origin": "core.queue", "size": 3 }', "unknown"],
    ["@cee: nonsense", "malformed"],
    ["@other: {}", "unknown"],
    ["main Q: origin=core.queue size=3 enqueued=119", "malformed"],
    ["main Q: origin=core.queue size=1Sat Nov 21 23:36:15 2026: x: origin=y size=3 ", "malformed"],
    [": origin=core.queue size=3 ", "malformed"],
    ["main Q: origin= size=3 ", "malformed"],
    ["# HELP m rsyslog stats: origin=", "malformed"],
    ['# HELP m rsyslog stats: origin="a" object="b", counter="c', "malformed"],
    ['# HELP m rsyslog stats: origin="" object="b", counter="c"', "malformed"],
    ["# TYPE m counter", "nothing"],
    ["# anything", "unknown"],
    ["m 1", "unknown"],
    [`{ "name": "${"x".repeat(300_000)}", "origin": "y" }`, "malformed"],
    [`{ "name": "x", "origin": ${"[".repeat(200_000)}`, "malformed"],
    ["m ".repeat(200_000), "unknown"],
  ])("%#: %.40s", (line, kind) => {
    expect(parsed(line)).toBe(kind);
  });

  test("a metric's number counts once, and only behind what it means", () => {
    const help = '# HELP m rsyslog stats: origin="a" object="b", counter="c"';
    expect(parsed(help, "m 1")).toBe("a|b|c=number:1");
    expect(parsed(help, "m x")).toBe("a|b|1 odd");
    expect(parsed(help, "m 1", "m 1")).toBe("unknown");
    expect(parsed(help, "n 1")).toBe("unknown");
  });
});
