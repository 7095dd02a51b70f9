import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { makeDirectory } from "../../../src/io/make-directory.ts";

const base = mkdtempSync(join(tmpdir(), "tidemark-directories-"));
afterAll(() => rmSync(base, { recursive: true }));

test("makes all that is missing, and again is harmless", () => {
  const path = join(base, "a", "b", "c");
  makeDirectory(path, 0o750);
  makeDirectory(path, 0o750);
  expect(statSync(path).mode & 0o777).toBe(0o750);
});

test("throws where a file is in the way", () => {
  writeFileSync(join(base, "file"), "");
  expect(() => makeDirectory(join(base, "file"), 0o755)).toThrow(/EEXIST/);
  expect(() => makeDirectory(join(base, "file", "x"), 0o755)).toThrow(/EEXIST|ENOTDIR/);
});

test("returns at once where nothing can be made, which node's recursive mkdir does not", () => {
  expect(() => makeDirectory("/proc/nowhere/x", 0o755)).toThrow(/ENOENT/);
});
