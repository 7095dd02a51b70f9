import { expect, test } from "vitest";
import { Functions, MOST_FUNCTIONS } from "../../../../src/sources/gearman/functions.ts";

const BUSY = { waiting: 2, running: 1, workers: 1 };
const IDLE = { waiting: 0, running: 0, workers: 0 };

function listed(...names: readonly string[]) {
  return new Map(names.map((name) => [name, BUSY]));
}

function numbered(from: number, count: number): readonly string[] {
  return Array.from({ length: count }, (_, at) => `f${from + at}`);
}

test("names: plain ones stay, others become short ones that do not depend on each other", () => {
  const kept = new Functions().place(listed("plain-1", "a b", "\xc3\xa9", "\xff", "a\tb\n"), 0);
  expect(kept.map(({ short, text }) => [short, text])).toEqual([
    ["plain-1", "plain-1"],
    ["a_b-c8687a", "a b"],
    [expect.stringMatching(/^__-[0-9a-f]{6}$/), "é"],
    [expect.stringMatching(/^_xff-[0-9a-f]{6}$/), "\\xff"],
    [expect.stringMatching(/^a_x09b_x0a-[0-9a-f]{6}$/), "a\\x09b\\x0a"],
  ]);
});

test("one that is listed no more stays for a day, idle", () => {
  const functions = new Functions();
  functions.place(listed("a", "b"), 0);
  expect(functions.place(listed("b"), 60)).toEqual([
    { short: "a", text: "a", isListed: false, ...IDLE },
    { short: "b", text: "b", isListed: true, ...BUSY },
  ]);
  expect(functions.place(listed("b"), 86_400).map(({ short }) => short)).toEqual(["a", "b"]);
  expect(functions.place(listed("b"), 86_401).map(({ short }) => short)).toEqual(["b"]);
});

test("no more are kept than have room, and those that were first stay", () => {
  const functions = new Functions();
  functions.place(listed(...numbered(0, MOST_FUNCTIONS)), 0);
  const kept = functions.place(listed(...numbered(-1000, 5000)), 60);
  expect(kept.map(({ short }) => short)).toEqual(numbered(0, MOST_FUNCTIONS));
});

test("new ones take the places of those that have been gone longest", () => {
  const functions = new Functions();
  functions.place(listed("old", ...numbered(0, MOST_FUNCTIONS - 2), "older"), 0);
  functions.place(listed("old", ...numbered(0, MOST_FUNCTIONS - 2)), 60);
  functions.place(listed(...numbered(0, MOST_FUNCTIONS - 2)), 120);
  const first = functions.place(listed(...numbered(0, MOST_FUNCTIONS - 2), "new1"), 180);
  expect(first.map(({ short }) => short)).toEqual(["old", ...numbered(0, MOST_FUNCTIONS - 2), "new1"]);
  const second = functions.place(listed(...numbered(0, MOST_FUNCTIONS - 2), "new1", "new2", "new3"), 240);
  expect(second.map(({ short }) => short)).toEqual([...numbered(0, MOST_FUNCTIONS - 2), "new1", "new2"]);
});
