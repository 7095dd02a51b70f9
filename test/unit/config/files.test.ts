import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { diskFiles } from "../../../src/config/files.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "tidemark-files-"));
  writeFileSync(join(directory, "small"), "A=\xe9", "latin1");
  writeFileSync(join(directory, "limit"), Buffer.alloc(2 ** 20));
  writeFileSync(join(directory, "large"), Buffer.alloc(2 ** 20 + 1));
  mkdirSync(join(directory, "empty"));
  symlinkSync("loop", join(directory, "loop"));
  execFileSync("mkfifo", [join(directory, "fifo")]);
});

afterAll(() => rmSync(directory, { recursive: true }));

const unread: readonly (readonly [name: string, reason: string])[] = [
  ["absent", "no such file or directory"],
  ["small/below", "not a directory"],
  ["empty", "not a regular file"],
  ["fifo", "not a regular file"],
  ["loop", "too many symbolic links encountered"],
  ["large", "has 1048577 bytes, expected at most 1048576"],
];

test.each(unread)("reading %s: %s", (name, reason) => {
  expect(diskFiles.read(join(directory, name))).toEqual(malformed(reason));
});

test("a file comes back byte by byte", () => {
  expect(diskFiles.read(join(directory, "small"))).toEqual(ok(Buffer.from("A=\xe9", "latin1")));
});

test("a file of exactly the limit is read", () => {
  expect(diskFiles.read(join(directory, "limit"))).toMatchObject({ value: { length: 2 ** 20 } });
});

test("a path with NUL is an answer, not a throw", () => {
  expect(diskFiles.read("/tmp/a\0b").kind).toBe("malformed");
});

test("listing a directory, an empty one, a file, nothing", () => {
  const names = diskFiles.list(directory);
  expect(names.kind === "ok" && names.value.toSorted()).toEqual(["empty", "fifo", "large", "limit", "loop", "small"]);
  expect(diskFiles.list(join(directory, "empty"))).toEqual(ok([]));
  expect(diskFiles.list(join(directory, "small"))).toEqual(malformed("not a directory"));
  expect(diskFiles.list(join(directory, "absent"))).toEqual(malformed("no such file or directory"));
});
