import { readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal, readOnly, record, segmentNames, temporaryDirectory, writeSlots } from "./workbench.ts";

function snapshot(directory: string) {
  return segmentNames(directory).map((name) => {
    const path = join(directory, name);
    return { name, bytes: readFileSync(path, "hex"), changed: statSync(path).ctimeMs };
  });
}

test("readJournal reads what is valid and changes nothing on disk", async () => {
  const directory = temporaryDirectory();
  await writeSlots(openJournal({ directory, segmentSlots: 1 }).journal, 1, ["a", "bb", "c"]);
  const torn = join(directory, "ring-00000002.journal");
  truncateSync(torn, statSync(torn).size - 1);
  await writeSlots(openJournal({ directory: temporaryDirectory() }).journal, 1, ["elsewhere"]);
  const before = snapshot(directory);
  const { seen, lines, newest } = readOnly(directory);
  expect(seen.map(({ text }) => text)).toEqual(["a", "c"]);
  expect(newest).toBe(3);
  expect(lines).toEqual([
    expect.stringMatching(/ring-00000002\.journal" is damaged from byte \d+ to its end .*: left out\.$/),
  ]);
  expect(readOnly(directory, 1).lines).toHaveLength(3);
  expect(snapshot(directory)).toEqual(before);
});

test("readJournal works beside the writer", async () => {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory });
  void journal.append([record(4, "fresh")]);
  await journal.settled();
  expect(readOnly(directory).newest).toBe(4);
  await journal.close();
});

test("readJournal of no directory says so and finds nothing", () => {
  const directory = join(temporaryDirectory(), "missing");
  expect(readOnly(directory)).toEqual({
    seen: [],
    lines: [expect.stringMatching(/^Cannot read ".*missing": ENOENT: /)],
    newest: undefined,
  });
});
