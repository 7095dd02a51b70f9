import fc from "fast-check";
import { expect, test } from "vitest";
import { distance, nearest } from "../../../src/words/nearest.ts";

const distances: readonly (readonly [string, string, number])[] = [
  ["", "", 0],
  ["", "abc", 3],
  ["abc", "", 3],
  ["Uri", "Uri", 0],
  ["Urii", "Uri", 1],
  ["Ur", "Uri", 1],
  ["Uro", "Uri", 1],
  ["Uir", "Uri", 1],
  ["Timeuot", "Timeout", 1],
  ["kitten", "sitting", 3],
  ["ca", "abc", 3],
];

test.each(distances)("distance of %j and %j", (a, b, mistakes) => expect(distance(a, b)).toBe(mistakes));

test("distance: symmetric, 0 only for equal words, never above the longer word", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const mistakes = distance(a, b);
      expect(mistakes).toBe(distance(b, a));
      expect(mistakes === 0).toBe(a === b);
      expect(mistakes).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

const words = ["Server", "ListenIP", "ListenPort", "Timeout", "Uri"];
const meant: readonly (readonly [string, string | undefined])[] = [
  ["timeout", "Timeout"],
  ["LISTENIP", "ListenIP"],
  ["ListenPrt", "ListenPort"],
  ["Listen", "ListenIP"],
  ["Sevrer", "Server"],
  ["Urii", "Uri"],
  ["Xyz", undefined],
  ["Foo", undefined],
  ["SomethingElse", undefined],
  ["", undefined],
  ["x".repeat(2000), undefined],
];

test.each(meant)("nearest to %j", (word, known) => expect(nearest(word, words)).toBe(known));
