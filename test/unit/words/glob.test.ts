import { expect, test } from "vitest";
import { globMatcher } from "../../../src/words/glob.ts";

const cases: readonly (readonly [pattern: string, matched: readonly string[], others: readonly string[]])[] = [
  ["*.conf", ["a.conf", "a.b.conf"], [".conf", ".a.conf", "a.conf~", "aconf"]],
  ["*", ["a", "ü"], [".a"]],
  [".*", [".a", "."], ["a"]],
  ["a?c", ["abc", "aüc", "a😀c"], ["ac", "abbc"]],
  ["?a", ["ba"], [".a"]],
  ["a*b*c", ["abc", "axbxc", "abbcc", "abcbc"], ["acb", "ab", "abcx"]],
  ["[0-9]*", ["1", "50-x"], ["x1"]],
  ["[!a-c]x", ["dx"], ["bx", "x"]],
  ["[^a-c]x", ["dx"], ["bx"]],
  ["[]a]", ["]", "a"], ["b", "[]a]"]],
  ["[z-a]", [], ["a", "m", "z"]],
  ["a[b", ["a[b"], ["ab"]],
  ["[]", ["[]"], ["]"]],
  ["a.(b)+$", ["a.(b)+$"], ["ax(b)+$"]],
  ["plain", ["plain"], ["plain1", "xplain"]],
  ["", [""], ["a"]],
];

for (const [pattern, matched, others] of cases) {
  test(`"${pattern}"`, () => {
    const isMatched = globMatcher(pattern);
    expect(matched.filter((name) => !isMatched(name))).toEqual([]);
    expect(others.filter(isMatched)).toEqual([]);
  });
}

test("a pattern of nothing but stars takes no longer than it is long", () => {
  const isMatched = globMatcher(`${"a*".repeat(1000)}b`);
  const before = process.cpuUsage();
  expect(isMatched("a".repeat(255))).toBe(false);
  expect(process.cpuUsage(before).user / 1000).toBeLessThan(500);
});
