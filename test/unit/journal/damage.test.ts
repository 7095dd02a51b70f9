import { mkdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { DEFAULTS, openJournal, readOnly, record, segmentNames, temporaryDirectory, writeSlots } from "./workbench.ts";

const HEADER = 28 + DEFAULTS.boot.length;
const FRAME = 14;
const SEGMENT_SLOTS = 4;

const DAMAGES = {
  truncated: (path: string, at: number) => truncateSync(path, at),
  zeroed: (path: string, at: number) => change(path, (bytes) => bytes.fill(0, at)),
  "filled with garbage": (path: string, at: number) => change(path, (bytes) => bytes.fill("garbage", at)),
  "bit-flipped": (path: string, at: number) =>
    change(path, (bytes) => bytes.length > at && bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at)),
} as const;

const texts = fc.array(fc.string({ maxLength: 40 }), { minLength: 1, maxLength: 20 });
const place = fc.record({ segment: fc.nat(), byte: fc.nat() });

for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`a segment that was ${name} keeps what is before the damage, others keep all, and the journal goes on`, async () => {
    await fc.assert(
      fc.asyncProperty(texts, place, async (written, { segment, byte }) => {
        const directory = temporaryDirectory();
        await writeSlots(openJournal({ directory, segmentSlots: SEGMENT_SLOTS }).journal, 0, written);
        const names = segmentNames(directory);
        const index = segment % names.length;
        const path = join(directory, names[index] ?? "");
        const at = byte % (readFileSync(path).length + 1);
        damage(path, at);

        const reopened = openJournal({ directory, segmentSlots: SEGMENT_SLOTS });
        const kept = reopened.seen.map(({ slot, text }) => ({ slot, text }));
        const untouched = written
          .map((text, slot) => ({ slot, text }))
          .filter(({ slot }) => Math.floor(slot / SEGMENT_SLOTS) !== index || endOf(written, slot) <= at);
        expect(kept).toEqual(expect.arrayContaining(untouched));
        for (const { slot, text } of kept) expect(written[slot ?? -1]).toBe(text);
        expect(kept.map(({ slot }) => slot)).toEqual([...new Set(kept.map(({ slot }) => slot ?? -1))].sort(ascending));

        await writeSlots(reopened.journal, 100, ["later", "and later"]);
        const again = readOnly(directory);
        expect(again.seen.map(({ text }) => text)).toEqual([...kept.map(({ text }) => text), "later", "and later"]);
        expect(again.lines).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });
}

/** Where the frame of a slot ends in its segment. */
function endOf(written: readonly string[], slot: number): number {
  const first = slot - (slot % SEGMENT_SLOTS);
  return written.slice(first, slot + 1).reduce((sum, text) => sum + FRAME + Buffer.byteLength(text), HEADER);
}

function ascending(a: number, b: number): number {
  return a - b;
}

function change(path: string, how: (bytes: Buffer) => unknown): void {
  const bytes = readFileSync(path);
  how(bytes);
  writeFileSync(path, bytes);
}

async function threeSegments(): Promise<string> {
  const directory = temporaryDirectory();
  const { journal } = openJournal({ directory, segmentSlots: 2 });
  await writeSlots(journal, 0, ["a", "b", "c", "d", "e"]);
  return directory;
}

test("a torn end is cut and named with file and byte, once", async () => {
  const directory = await threeSegments();
  const path = join(directory, "ring-00000003.journal");
  truncateSync(path, HEADER + FRAME);
  const opened = openJournal({ directory });
  expect(opened.lines).toEqual([
    `"${path}" is damaged from byte ${HEADER} to its end at ${HEADER + FRAME}: cut there.`,
  ]);
  expect(readFileSync(path)).toHaveLength(HEADER);
  await opened.journal.close();
  expect(openJournal({ directory }).lines).toEqual([]);
});

test("damage in a middle segment leaves its beginning and the later segments", async () => {
  const directory = await threeSegments();
  change(join(directory, "ring-00000002.journal"), (bytes) => bytes.fill(0xff, bytes.length - 1));
  expect(openJournal({ directory }).seen.map(({ text }) => text)).toEqual(["a", "b", "c", "e"]);
});

test("an unknown version is set aside and named, and does not stop the others", async () => {
  const directory = await threeSegments();
  const path = join(directory, "ring-00000001.journal");
  change(path, (bytes) => bytes.writeUInt32LE(7, 8));
  const before = readFileSync(path);
  const { seen, lines } = openJournal({ directory });
  expect(seen.map(({ text }) => text)).toEqual(["c", "d", "e"]);
  const aside = `${path}.unknown-version`;
  expect(lines).toEqual([`"${path}" cannot be used, its format has version 7, not 1: set aside as "${aside}".`]);
  expect(readFileSync(aside)).toEqual(before);
});

test("a file that is no segment is set aside as damaged", async () => {
  const directory = await threeSegments();
  const path = join(directory, "ring-00000002.journal");
  writeFileSync(path, "#!/bin/sh\necho this is no journal\n");
  const { seen, lines } = openJournal({ directory });
  expect(seen.map(({ text }) => text)).toEqual(["a", "b", "e"]);
  expect(lines).toEqual([
    `"${path}" cannot be used, expected "tidejrnl" at its beginning: set aside as "${path}.damaged".`,
  ]);
});

test("a segment that cannot be read is set aside as unreadable", async () => {
  const directory = await threeSegments();
  const path = join(directory, "ring-00000004.journal");
  mkdirSync(path);
  const { seen, lines } = openJournal({ directory });
  expect(seen).toHaveLength(5);
  expect(lines).toEqual([expect.stringMatching(/cannot be used, EISDIR: .*: set aside as ".*\.unreadable"\.$/)]);
});

test("an empty segment is deleted without a word", async () => {
  const directory = await threeSegments();
  writeFileSync(join(directory, "ring-00000004.journal"), "");
  expect(openJournal({ directory }).lines).toEqual([]);
  expect(segmentNames(directory)).not.toContain("ring-00000004.journal");
});

test("a file that cannot be mended is told, and the journal goes on beside it", async () => {
  const directory = await threeSegments();
  writeFileSync(join(directory, "ring-00000004.journal"), "garbage");
  mkdirSync(join(directory, "ring-00000004.journal.damaged"));
  const { lines, journal } = openJournal({ directory });
  expect(lines).toEqual([expect.stringMatching(/got 7; it could not be mended: E[A-Z]+: /)]);
  await writeSlots(journal, 9, ["later"]);
  expect(openJournal({ directory }).seen.at(-1)?.text).toBe("later");
});

test("segments of another step are set aside, at most 8 files in all", async () => {
  const directory = temporaryDirectory();
  const hourly = openJournal({ directory, segmentSlots: 1 });
  await writeSlots(hourly.journal, 0, "abcdefghijkl".split(""));
  const { journal, seen, lines } = openJournal({ directory, step: 1 });
  expect(seen).toEqual([]);
  expect(journal.newestSlot).toBeUndefined();
  expect(lines).toHaveLength(12);
  expect(lines[0]).toContain("cannot be used, its slots have 60 s, those of now 1 s: set aside");
  const numbers = Array.from({ length: 8 }, (_, at) => String(at + 5).padStart(8, "0"));
  expect(segmentNames(directory)).toEqual(numbers.map((number) => `ring-${number}.journal.other-step`));
  void journal.append([record(9, "new")]);
  await journal.close();
  expect(segmentNames(directory).at(-1)).toBe("ring-00000013.journal");
});
