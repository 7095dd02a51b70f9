import { expect, test } from "vitest";
import type { Io } from "../../../src/io/io.ts";
import { isContained, ProcessList } from "../../../src/io/processes.ts";

/** A /proc with these entries, changed by the tests. */
function fakeProc(names: readonly string[], texts: Readonly<Record<string, string>> = {}) {
  const proc = { names, texts: { "/proc/1/cmdline": "init\0", ...texts } as Record<string, string> };
  const io = { list: () => proc.names, readText: (path: string) => proc.texts[path] } as unknown as Io; // all it needs
  return { proc, io, list: new ProcessList(io) };
}

test("a process is read twice, since a shell may become another program, and then no more", () => {
  const { proc, list } = fakeProc(["1", "7", "self", "net"]);
  expect(list.look()).toEqual(["1", "7"]);
  proc.names = ["1", "7", "8"];
  expect(list.look()).toEqual(["1", "7", "8"]);
  expect(list.look()).toEqual(["8"]);
  expect(list.look()).toEqual([]);
  list.startOver();
  expect(list.look()).toEqual(["1", "7", "8"]);
});

test("one that is gone is forgotten, by its readers too", () => {
  const { proc, list } = fakeProc(["1", "7"]);
  list.look();
  list.look();
  const known = new Map([
    ["1", "init"],
    ["7", "supervise"],
  ]);
  proc.names = ["1"];
  expect(list.look()).toEqual([]);
  list.keepRunning(known);
  expect([...known.keys()]).toEqual(["1"]);
  proc.names = ["1", "7"];
  expect(list.look()).toEqual(["7"]);
});

test("hidden are the processes of others when that of init is", () => {
  const { proc, list } = fakeProc(["1"]);
  list.look();
  expect(list.isHidden).toBe(false);
  proc.texts = {};
  list.look();
  expect(list.isHidden).toBe(true);
});

test("in a container it has a number in each namespace", () => {
  const { io } = fakeProc([], { "/proc/7/status": "Name:\tx\nNSpid:\t7\n", "/proc/8/status": "NSpid:\t8\t1\n" });
  expect(["7", "8", "9"].map((pid) => isContained(io, pid))).toEqual([false, true, false]);
});
