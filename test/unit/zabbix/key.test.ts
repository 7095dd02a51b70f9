import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatKey, parseKey, scanKey } from "../../../src/zabbix/key.ts";
import { vectors } from "./vectors.ts";

interface Case {
  readonly key: string;
  readonly valid: boolean;
  readonly name: string;
  readonly hasBrackets: boolean;
  readonly params: readonly string[];
}

const INVALID = { kind: "malformed", reason: "Invalid item key format" };

describe("parseKey: as the real agents", () => {
  for (const { key, valid, name, hasBrackets, params } of vectors<{ cases: readonly Case[] }>("item-key").cases) {
    test(JSON.stringify(key).slice(0, 60), () => {
      expect(parseKey(key)).toEqual(valid ? { kind: "ok", value: { name, hasBrackets, params } } : INVALID);
    });
  }
});

describe("parseKey", () => {
  const name = fc.stringMatching(/^[0-9A-Za-z_.-]{1,10}$/);
  const awkward = fc.string({ unit: fc.constantFrom("a", " ", '"', "[", "]", ",", "\\", "*", "é") });

  test("gives back what formatKey wrote, for all values that can be written", () => {
    const expressible = awkward.filter((value) => !(/^[ "[]|[,\]]/.test(value) && value.endsWith("\\")));
    fc.assert(
      fc.property(name, fc.array(expressible, { minLength: 1, maxLength: 5 }), (written, params) => {
        const value = { name: written, hasBrackets: true, params };
        expect(parseKey(formatKey(written, params))).toEqual({ kind: "ok", value });
      }),
      { numRuns: 1_000 },
    );
  });

  test("a value that cannot be written gives no other key by mistake", () => {
    expect(parseKey(formatKey("k", ["a,\\"]))).toEqual(INVALID);
  });

  test("an array cannot begin with an array", () => expect(parseKey("k[[[a]]")).toEqual(INVALID));

  test("random text never throws", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary-ascii" }), awkward), (text) => {
        const kinds = [text, `k[${text}`, `k[${text}]`].map((key) => parseKey(key).kind);
        expect(kinds.every((kind) => kind === "ok" || kind === "malformed")).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ["spaces", `k[${" ".repeat(300_000)}`],
    ["quotes", `k[${'"'.repeat(300_000)}`],
    ["escaped quotes", `k["${'\\"'.repeat(150_000)}`],
    ["brackets", `k${"[".repeat(300_000)}`],
    ["commas", `k[${",".repeat(300_000)}`],
    ["arrays", `k[${"[a],".repeat(75_000)}`],
    ["letters", "k".repeat(300_000).concat(" ")],
  ])("300 kB of %s are refused in linear time", (_, key) => expect(parseKey(key)).toEqual(INVALID));
});

describe("formatKey", () => {
  const cases: readonly (readonly [readonly string[], string])[] = [
    [[], "k"],
    [[""], "k[]"],
    [["", ""], "k[,]"],
    [["a", "", ""], "k[a,,]"],
    [["a b ", 'x"y', "[", "a[b", "a]", "a,b", " a", '"'], 'k[a b ,x"y,"[",a[b,"a]","a,b"," a","\\""]'],
  ];
  test.each(cases)("writes %j", (params, key) => expect(formatKey("k", params)).toBe(key));
});

describe("scanKey", () => {
  test.each([
    ["a:b", 1],
    ['a[":"]:b', 6],
    ["a[x]y", 4],
    ["a", 1],
  ])("finds the end of the key at the start of %s", (text, end) => expect(scanKey(text)?.end).toBe(end));
  test.each(["", ":b", "[a]", "a[x"])("finds no key in %j", (text) => expect(scanKey(text)).toBeUndefined());
});
