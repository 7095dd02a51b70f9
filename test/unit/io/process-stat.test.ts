import { expect, test } from "vitest";
import type { Io } from "../../../src/io/io.ts";
import { ageOf, processStat } from "../../../src/io/process-stat.ts";
import { fakeIo } from "../schedule/fake-io.ts";

/** As Linux 6 writes it: 52 words, of which the 22nd is the start. */
const REST =
  "1 25175 25175 0 -1 4194624 73 0 0 0 0 0 0 0 20 0 1 0 263239 8192000 1200 18446744073709551615 1 1 0 0 0 0";

function world(files: Readonly<Record<string, string>>): Io {
  return { ...fakeIo(), readText: (path) => files[path] };
}

test.each([
  ["keepalived", `7 (keepalived) S ${REST}\n`],
  ["a) S 1 (b", `7 (a) S 1 (b) S ${REST}\n`],
  ["two\nlines", `7 (two\nlines) S ${REST}\n`],
])("processStat: %j", (name, text) => {
  expect(processStat(world({ "/proc/7/stat": text }), "7")).toEqual({ name, state: "S", parent: "1", start: "263239" });
});

test.each([
  ["nothing", {}],
  ["an empty file", { "/proc/7/stat": "" }],
  ["half of it", { "/proc/7/stat": "7 (keepal" }],
])("processStat: %s", (_, files) => expect(processStat(world(files), "7")).toBeUndefined());

test("ageOf: seconds since the start by the uptime", () => {
  const io = world({ "/proc/7/stat": `7 (a) S ${REST}`, "/proc/uptime": "3000.50 5000.00\n" });
  const stat = processStat(io, "7");
  expect(stat && ageOf(io)(stat)).toBeCloseTo(3000.5 - 2632.39);
  expect(stat && ageOf(world({}))(stat)).toBeNaN();
});
