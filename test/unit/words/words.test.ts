import { describe, expect, test } from "vitest";
import { nearest } from "../../../src/words/nearest.ts";
import { listed, sentence } from "../../../src/words/sentence.ts";

describe("nearest", () => {
  const known = ["memcached.hit_ratio", "memcached.state", "memcached.stat", "agent.ping"];
  const cases = [
    { found: "memcached.hitratio", want: "memcached.hit_ratio" },
    { found: "memcached.sttae", want: "memcached.state" },
    { found: "memcached.stat", want: "memcached.stat" },
    { found: "AGENT.PING", want: "agent.ping" },
    { found: "vfs.fs.size", want: undefined },
    { found: "", want: undefined },
  ];
  for (const { found, want } of cases) test(`of "${found}"`, () => expect(nearest(found, known)).toBe(want));
});

test("a sentence begins large and ends with one full stop", () => {
  expect(["no gets", "Done.", 'why "x"?', ""].map(sentence)).toEqual(["No gets.", "Done.", 'Why "x"?', "."]);
});

test("a list names the first and counts the rest", () => {
  expect(listed(["a", "b"])).toBe('"a", "b"');
  expect(listed(["a", "b", "c"], 2)).toBe('"a", "b" and 1 more');
});
