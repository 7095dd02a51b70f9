import { expect, test } from "vitest";
import { wrapped } from "../../../src/catalog/wrapped.ts";

test("wrapped: breaks before the word that would pass 118 characters", () => {
  const words = Array.from({ length: 30 }, () => "12345");
  const lines = wrapped(words.join(" "), "# ").split("\n");
  expect(lines.map((line) => line.length)).toEqual([115, 67]);
  expect(lines.map((line) => line.slice(2)).join(" ")).toBe(words.join(" "));
});

test("wrapped: a word longer than a line stays whole", () => {
  const long = "x".repeat(200);
  expect(wrapped(`a ${long} b`, "# ")).toBe(`# a\n# ${long}\n# b`);
});
