import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { realFiles as files } from "../../../src/io/real-files.ts";

const home = mkdtempSync(join(tmpdir(), "test-"));

afterAll(() => rmSync(home, { recursive: true }));

function place(name: string): string {
  const directory = join(home, name);
  mkdirSync(directory);
  return directory;
}

const text = (path: string, most = 100) => {
  const found = files.tail(path, most);
  return found.kind === "ok" ? Buffer.from(found.value.bytes).toString() : found.code;
};

describe("tail", () => {
  test("answers the end, and the size of the same file", () => {
    const path = join(place("end"), "file");
    writeFileSync(path, "0123456789");
    const found = files.tail(path, 4);
    expect(found).toMatchObject({ kind: "ok", value: { facts: { kind: "file", size: 10 } } });
    expect(text(path, 4)).toBe("6789");
    expect(text(path, 4000)).toBe("0123456789");
  });

  test.each([
    ["a FIFO, at once", "fifo", "EINVAL"],
    ["a directory", "directory", "EINVAL"],
    ["nothing", "missing", "ENOENT"],
    ["a loop of links", "loop", "ELOOP"],
    ["a file as if it were a directory", "file/x", "ENOTDIR"],
  ])("says why it cannot: %s", (_, name, code) => {
    const directory = place(`why-${name.replace("/", "-")}`);
    execFileSync("mkfifo", [join(directory, "fifo")]);
    mkdirSync(join(directory, "directory"));
    symlinkSync("loop", join(directory, "loop"));
    writeFileSync(join(directory, "file"), "");
    expect(text(join(directory, name))).toBe(code);
  });
});

describe("open", () => {
  test("reads on in a file that was renamed, deleted and replaced", () => {
    const path = join(place("kept"), "file");
    writeFileSync(path, "0123");
    const found = files.open(path);
    if (found.kind === "failed") throw new Error(found.reason);
    const file = found.value;
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, "456789");
    writeFileSync(path, "new");
    rmSync(`${path}.1`);
    expect(file.facts()).toMatchObject({ kind: "ok", value: { size: 10 } });
    const read = (offset: number) => {
      const piece = file.readAt(offset, 4);
      return piece.kind === "ok" ? `${piece.value}` : piece.code;
    };
    expect([read(3), read(8), read(12)]).toEqual(["3456", "89", ""]);
    file.close();
    file.close();
    expect(file.readAt(0, 1)).toMatchObject({ kind: "failed", code: "EBADF" });
    expect(file.facts()).toMatchObject({ kind: "failed", code: "EBADF" });
  });

  test("opens regular files alone", () => {
    const directory = place("regular");
    execFileSync("mkfifo", [join(directory, "fifo")]);
    for (const path of [directory, join(directory, "fifo")]) expect(files.open(path)).toMatchObject({ code: "EINVAL" });
    expect(files.open(join(directory, "gone"))).toMatchObject({ code: "ENOENT" });
  });
});

test("names and paths are bytes", () => {
  const directory = place("bytes");
  const name = "m\xfc\nller";
  writeFileSync(Buffer.from(join(directory, name), "latin1"), "here");
  expect(files.names(directory)).toEqual({ kind: "ok", value: [name] });
  expect(text(join(directory, name))).toBe("here");
  expect(files.real(join(directory, name))).toEqual({ kind: "ok", value: join(directory, name) });
});

test("a path with a NUL is refused, not thrown at the caller", () => {
  expect(files.facts("/a\0b").kind).toBe("failed");
});

test("a file keeps its identity when it is renamed and grows", () => {
  const directory = place("identity");
  const identity = (name: string) => {
    const found = files.facts(join(directory, name));
    return found.kind === "ok" ? `${found.value.identity}:${found.value.birth}` : found.code;
  };
  writeFileSync(join(directory, "current"), "one");
  const first = identity("current");
  appendFileSync(join(directory, "current"), "two");
  renameSync(join(directory, "current"), join(directory, "old"));
  expect(identity("old")).toBe(first);
});

test("free bytes are a number; those of nothing are a fault", () => {
  const found = files.freeBytes(home);
  expect(found.kind === "ok" && found.value).toBeGreaterThan(0);
  expect(files.freeBytes(join(home, "missing"))).toMatchObject({ kind: "failed", code: "ENOENT" });
});
