import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Journal } from "../../../src/journal/journal.ts";
import { DEFAULTS, openJournal, readOnly, record, segmentNames, temporaryDirectory, writeSlots } from "./workbench.ts";

test("records come back in the order in which they were appended", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory });
  void journal.append([record(7, "a"), record(7, "b")]);
  void journal.append([record(8, "c")]);
  await journal.close();
  const { seen, journal: again } = openJournal({ directory });
  expect(seen).toEqual([
    { slot: 7, text: "a", sameBoot: true },
    { slot: 7, text: "b", sameBoot: true },
    { slot: 8, text: "c", sameBoot: true },
  ]);
  expect(again.newestSlot).toBe(8);
});

test("the newest slot is that of what was found, then of what is appended", () => {
  const { journal } = openJournal({ directory: temporaryDirectory() });
  expect(journal.newestSlot).toBeUndefined();
  void journal.append([record(5, "a")]);
  expect(journal.newestSlot).toBe(5);
});

test("records from before a reboot say so", async () => {
  const directory = temporaryDirectory();
  await writeSlots(openJournal({ directory, boot: "boot-0" }).journal, 1, ["before"]);
  await writeSlots(openJournal({ directory }).journal, 2, ["after"]);
  expect(openJournal({ directory }).seen.map(({ text, sameBoot }) => [text, sameBoot])).toEqual([
    ["before", false],
    ["after", true],
  ]);
});

test("every segment begins with the preamble of its time, which belongs to no slot", async () => {
  const directory = temporaryDirectory();
  const series = ["x"];
  const preamble = () => series.map((name) => Buffer.from(name));
  const { journal } = openJournal({ directory, segmentSlots: 2, preamble });
  void journal.append([record(1, "1")]);
  series.push("y");
  void journal.append([record(2, "2")]);
  void journal.append([record(3, "3")]);
  series.push("z"); // after the append that begins the segment, before its write
  await journal.close();
  const { seen } = openJournal({ directory });
  expect(seen.map(({ text }) => text)).toEqual(["x", "1", "2", "x", "y", "3"]);
  expect(seen.map(({ slot }) => slot)).toEqual([undefined, 1, 2, undefined, undefined, 3]);
});

test("no file is made before there is something to write", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory, preamble: () => [Buffer.from("x")] });
  void journal.append([]);
  await journal.close();
  expect(segmentNames(directory)).toEqual([]);
});

test("segments whose slots have left the ring are deleted, so files and bytes stay bounded", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory, keepSlots: 10, segmentSlots: 5 });
  for (let slot = 0; slot < 103; slot++) void journal.append([record(slot, `slot ${slot}`)]);
  await journal.close();
  expect(segmentNames(directory)).toEqual([19, 20, 21].map((number) => `ring-000000${number}.journal`));
  const { seen } = openJournal({ directory });
  expect(seen[0]?.slot).toBeLessThanOrEqual(102 - 10);
  expect(seen.at(-1)?.slot).toBe(102);
});

test("a segment goes with the slot that puts its newest outside of the ring, not before", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory, keepSlots: 10, segmentSlots: 5 });
  for (let slot = 0; slot <= 14; slot++) void journal.append([record(slot, "x")]);
  await journal.settled();
  expect(segmentNames(directory)).toHaveLength(3);
  await writeSlots(journal, 15, ["x"]);
  expect(segmentNames(directory)).toEqual([2, 3, 4].map((number) => `ring-0000000${number}.journal`));
});

test("segments of a long time ago are deleted at the first append", async () => {
  const directory = temporaryDirectory();
  await writeSlots(openJournal({ directory, segmentSlots: 1 }).journal, 1, ["a", "b", "c"]);
  const { journal } = openJournal({ directory });
  await writeSlots(journal, 5000, ["d"]);
  expect(segmentNames(directory)).toEqual(["ring-00000004.journal"]);
});

test("a crash loop leaves a bounded number of segments", async () => {
  const directory = temporaryDirectory();
  await writeSlots(openJournal({ directory }).journal, 1, ["x"]);
  for (let start = 2; start <= 400; start++) {
    const number = String(start).padStart(8, "0");
    copyFileSync(join(directory, "ring-00000001.journal"), join(directory, `ring-${number}.journal`));
  }
  await writeSlots(openJournal({ directory, keepSlots: 1000, segmentSlots: 100 }).journal, 2, ["y"]);
  expect(segmentNames(directory)).toHaveLength(1000 / 100 + 256 + 1);
  expect(readOnly(directory).newest).toBe(2);
});

test("a segment ends early when it has grown large", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory });
  const body = Buffer.alloc(12 * 2 ** 20, 1);
  for (let slot = 0; slot < 6; slot++) {
    void journal.append([{ slot, body }]);
    await journal.settled();
  }
  await journal.close();
  expect(segmentNames(directory).map((name) => statSync(join(directory, name)).size > 64 * 2 ** 20)).toEqual([
    false,
    false,
  ]);
});

test("what the disk does not take up in time is given up, and the journal is whole again after it", async () => {
  const directory = temporaryDirectory();
  const { journal, lines } = openJournal({ directory, preamble: () => [Buffer.from("x")] });
  const body = Buffer.alloc(7 * 2 ** 20);
  for (let slot = 0; slot < 5; slot++) void journal.append([{ slot, body }]);
  await journal.settled();
  void journal.append([record(5, "after")]);
  await journal.close();
  expect(lines[0]).toMatch(/^Cannot write the journal in ".*": \d+ bytes wait for the disk\. New samples are kept/);
  expect(lines[1]).toMatch(/is written again; slots missing in it: 3\.$/);
  expect(readOnly(directory).seen.map(({ slot }) => slot)).toEqual([undefined, 0, 1, undefined, 5]);
});

test("a second writer is refused while the first holds the lock, and admitted after it", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory });
  expect(() => openJournal({ directory })).toThrow(`"${directory}/lock" is locked by process ${process.pid}`);
  await journal.close();
  expect(() => openJournal({ directory })).not.toThrow();
});

test("a missing directory is made, for the owner and the group only", () => {
  const directory = join(temporaryDirectory(), "deep", "down");
  openJournal({ directory });
  expect(statSync(directory).mode & 0o777).toBe(0o750);
});

const unusable = [
  { name: "a file is in its place", path: (base: string) => join(base, "file") },
  { name: "a file is in the way", path: (base: string) => join(base, "file", "state") },
  { name: "a kernel directory", path: () => "/proc/self" },
  { name: "a link that leads nowhere", path: (base: string) => join(base, "link") },
];
for (const { name, path } of unusable) {
  test(`a directory that cannot be written is refused with a reason: ${name}`, () => {
    const base = temporaryDirectory();
    writeFileSync(join(base, "file"), "");
    symlinkSync("gone", join(base, "link"));
    const never = () => expect.fail("nothing is there");
    const opened = Journal.open({ ...DEFAULTS, directory: path(base), report: never }, never);
    expect(opened.kind === "malformed" && opened.reason).toMatch(/^cannot (make|write) ".*": E[A-Z]+: /);
  });
}

test("a deleted segment is told once and costs what it held; the next slot begins a whole new one", async () => {
  const directory = temporaryDirectory();
  const { journal, lines } = openJournal({ directory, preamble: () => [Buffer.from("x")] });
  void journal.append([record(1, "a")]);
  await journal.settled();
  unlinkSync(join(directory, "ring-00000001.journal"));
  for (let slot = 2; slot < 5; slot++) {
    void journal.append([record(slot, "b")]);
    await journal.settled();
  }
  await journal.close();
  expect(lines).toEqual([
    `Cannot write the journal in "${directory}": "${directory}/ring-00000001.journal" was deleted. New samples are kept in memory only.`,
    `The journal in "${directory}" is written again; slots missing in it: 1.`,
  ]);
  expect(readOnly(directory).seen.map(({ slot }) => slot)).toEqual([undefined, 3, 4]);
});

test("a deleted directory is made anew, and locked", async () => {
  const directory = join(temporaryDirectory(), "state");
  const { journal } = openJournal({ directory });
  void journal.append([record(1, "a")]);
  await journal.settled();
  rmSync(directory, { recursive: true });
  void journal.append([record(2, "b")]);
  await journal.settled();
  void journal.append([record(3, "c")]);
  await journal.settled();
  expect(() => openJournal({ directory })).toThrow("is locked by process");
  await journal.close();
  expect(readOnly(directory).seen.map(({ slot }) => slot)).toEqual([3]);
});

test("a writer that came in after the directory was deleted is left alone", async () => {
  const directory = join(temporaryDirectory(), "state");
  const first = openJournal({ directory });
  rmSync(directory, { recursive: true });
  const second = openJournal({ directory });
  void first.journal.append([record(1, "of the first")]);
  await first.journal.settled();
  expect(first.lines).toEqual([expect.stringContaining(`"${directory}/lock" is locked by process ${process.pid}`)]);
  await writeSlots(second.journal, 1, ["of the second"]);
  await first.journal.close();
  expect(readOnly(directory).seen.map(({ text }) => text)).toEqual(["of the second"]);
});

test("sync may be called at any time, also beside appends and after the end", async () => {
  const directory = temporaryDirectory();
  const { journal, lines } = openJournal({ directory, segmentSlots: 2 });
  await journal.sync();
  const syncs: Promise<void>[] = [];
  for (let slot = 0; slot < 20; slot++) {
    void journal.append([record(slot, "x")]);
    syncs.push(journal.sync());
  }
  await Promise.all(syncs);
  await journal.close();
  await journal.sync();
  await journal.close();
  void journal.append([record(99, "too late")]);
  expect(lines).toEqual([]);
  expect(readOnly(directory).seen).toHaveLength(20);
});

test("a numbered file that something else made is never written into", async () => {
  const directory = temporaryDirectory();
  const { journal, lines } = openJournal({ directory });
  const path = join(directory, "ring-00000001.journal");
  writeFileSync(path, "theirs");
  void journal.append([record(1, "a")]);
  await journal.settled();
  await writeSlots(journal, 2, ["b"]);
  expect(readFileSync(path, "utf8")).toBe("theirs");
  expect(lines[0]).toContain("EEXIST");
  expect(lines[1]).toContain("slots missing in it: 1");
});

test("what waits behind a failed write is given up with it, since it may rest on definitions in it", async () => {
  const directory = temporaryDirectory();
  const theirs = join(directory, "ring-00000001.journal");
  const makeRoom = (line: string) => line.startsWith("Cannot write") && rmSync(theirs);
  const { journal } = openJournal({ directory, report: makeRoom });
  writeFileSync(theirs, "theirs");
  void journal.append([record(1, "fails")]);
  void journal.append([record(2, "waits")]);
  await journal.settled();
  await writeSlots(journal, 3, ["anew"]);
  expect(readOnly(directory).seen.map(({ text }) => text)).toEqual(["anew"]);
});

test("failing for long does not cost the older segments", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory, segmentSlots: 1000 });
  void journal.append([record(1, "old")]);
  await journal.settled();
  for (let number = 2; number <= 301; number++) {
    writeFileSync(join(directory, `ring-${String(number).padStart(8, "0")}.journal`), "theirs");
  }
  void journal.append([{ slot: 2, body: Buffer.alloc(17 * 2 ** 20) }]); // more than may wait: ends the segment
  for (let slot = 3; slot <= 302; slot++) {
    void journal.append([record(slot, "refused")]);
    await journal.settled();
  }
  await writeSlots(journal, 303, ["new"]);
  expect(readOnly(directory).seen.map(({ text }) => text)).toEqual(["old", "new"]);
});

test("segments are read in the order of their numbers, however long these are", async () => {
  const directory = temporaryDirectory();
  await writeSlots(openJournal({ directory, segmentSlots: 1 }).journal, 1, ["a", "b"]);
  renameSync(join(directory, "ring-00000002.journal"), join(directory, "ring-100000000.journal"));
  renameSync(join(directory, "ring-00000001.journal"), join(directory, "ring-99999999.journal"));
  const { seen, journal } = openJournal({ directory });
  expect(seen.map(({ text }) => text)).toEqual(["a", "b"]);
  await writeSlots(journal, 3, ["c"]);
  expect(segmentNames(directory)).toContain("ring-100000001.journal");
});

test("files of others in the directory are not touched", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "ring-1.journal.d"));
  writeFileSync(join(directory, "targets.json"), "{}");
  writeFileSync(join(directory, "ring-x.journal"), "?");
  await writeSlots(openJournal({ directory }).journal, 1, ["a"]);
  expect(readFileSync(join(directory, "ring-x.journal"), "utf8")).toBe("?");
  expect(segmentNames(directory)).toContain("targets.json");
  expect(segmentNames(directory)).toContain("ring-1.journal.d");
});
