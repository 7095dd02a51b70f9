import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { drain, NOW, openOutbox, row, rows, temporaryDirectory } from "./workbench.ts";

/** Segments, oldest first. */
function segments(directory: string): readonly string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith("outbox-"))
    .sort()
    .map((name) => join(directory, name));
}

function change(path: string, how: (bytes: Buffer) => unknown): void {
  const bytes = readFileSync(path);
  how(bytes);
  writeFileSync(path, bytes);
}

/** A backlog of slots 1 to 40 with two rows each, "1a" to "40b". */
async function backlog(): Promise<string> {
  const directory = temporaryDirectory();
  const { outbox } = await openOutbox({ directory });
  for (let slot = 1; slot <= 40; slot++) {
    outbox.put(slot, rows(`${slot}a`, `${slot}b`));
    await outbox.settled();
  }
  await outbox.close();
  return directory;
}

test("damage in the middle of a backlog costs what was there; it is counted and said, and the rest goes on", async () => {
  const directory = await backlog();
  const [path = ""] = segments(directory);
  const at = readFileSync(path).indexOf('"20a"');
  change(path, (bytes) => bytes.fill("#", at, at + 3));
  const { outbox, lines } = await openOutbox({ directory });
  expect(lines).toEqual([
    expect.stringMatching(
      /^".*outbox-00000001\.journal" is damaged from byte \d+ on: the rest is used, \d+ bytes are lost\.$/,
    ),
    `Values for "zabbix" are lost, the oldest first: the journal is damaged.`,
  ]);
  expect(outbox.stats).toMatchObject({ rows: 78, dropped: 2 });
  const left = await drain(outbox);
  expect(left).toHaveLength(78);
  expect(left).not.toContain("20a");
  expect(left.slice(36, 40)).toEqual(["19a", "19b", "21a", "21b"]);
  expect(lines.at(-1)).toBe(`No more values wait for "zabbix"; lost before: 2.`);
});

test("a segment that is gone costs what it held", async () => {
  const directory = temporaryDirectory();
  const { outbox } = await openOutbox({ directory });
  const big = (name: string) => row(name.padEnd(300_000, "x"));
  for (let slot = 1; slot <= 12; slot++) outbox.put(slot, [big(`${slot}`)]);
  await outbox.close();
  const paths = segments(directory);
  expect(paths.length).toBeGreaterThan(2);
  rmSync(paths[1] ?? "");
  const again = await openOutbox({ directory });
  const lost = again.outbox.stats.dropped;
  expect(lost).toBeGreaterThan(0);
  expect(await drain(again.outbox)).toHaveLength(12 - lost);
});

test("a segment that goes while its rows wait costs what it held, too", async () => {
  const directory = temporaryDirectory();
  const { outbox, lines } = await openOutbox({ directory });
  for (let slot = 1; slot <= 12; slot++) {
    outbox.put(slot, [row(`${slot}`.padEnd(300_000, "x"))]);
    await outbox.settled();
  }
  for (const path of segments(directory)) truncateSync(path, 0);
  const left = await drain(outbox);
  expect(left.length).toBeLessThan(12);
  expect(outbox.stats.dropped).toBe(12 - left.length);
  expect(lines).toContain(`Values for "zabbix" are lost, the oldest first: the journal is damaged.`);
});

const DAMAGES = {
  truncated: (path: string, at: number) => truncateSync(path, at),
  zeroed: (path: string, at: number) => change(path, (bytes) => bytes.fill(0, at)),
  "filled with garbage": (path: string, at: number) => change(path, (bytes) => bytes.fill("garbage", at)),
  "bit-flipped": (path: string, at: number) =>
    change(path, (bytes) => bytes.length > at && bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << (at % 8)), at)),
} as const;

for (const [name, damage] of Object.entries(DAMAGES)) {
  test(`a journal that was ${name} somewhere gives its readable rows in order, and the queue goes on`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(), fc.nat(20), async (place, taken) => {
        const directory = temporaryDirectory();
        const before = await openOutbox({ directory });
        for (let slot = 1; slot <= 10; slot++) before.outbox.put(slot, rows(`${slot * 10}`, `${slot * 10 + 1}`));
        const batch = await before.outbox.next(1 + taken);
        if (batch !== undefined && taken % 2 === 0) before.outbox.acknowledge(batch);
        await before.outbox.close();
        const [path = ""] = segments(directory);
        damage(path, place % (statSync(path).size + 1));

        const { outbox } = await openOutbox({ directory });
        outbox.put(11, rows("110"));
        const got = (await drain(outbox)).map(Number);
        expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
        expect(got.at(-1)).toBe(110);
      }),
      { numRuns: 40 },
    );
  }, 30_000);
}

test("a write that a kill has cut short leaves the slots that are whole, and the cursor at the last of them", async () => {
  const directory = temporaryDirectory();
  const before = await openOutbox({ directory });
  for (let slot = 1; slot <= 5; slot++) before.outbox.put(slot, rows(`${slot}a`, `${slot}b`)); // all in one write
  await before.outbox.close();
  const [path = ""] = segments(directory);
  const bytes = readFileSync(path);
  const ends = [1, 2, 3, 4, 5].map((slot) => bytes.indexOf(`"${slot}b"`) + 5);
  for (let at = 150; at <= bytes.length; at += 3) {
    const killed = temporaryDirectory();
    writeFileSync(join(killed, basename(path)), bytes.subarray(0, at));
    const { outbox, lines } = await openOutbox({ directory: killed });
    const whole = ends.filter((end) => end <= at).length;
    expect(outbox.cursor).toBe(whole === 0 ? undefined : whole);
    expect(await drain(outbox)).toHaveLength(2 * whole);
    expect(lines.filter((line) => !line.endsWith("cut there."))).toEqual([]);
  }
});

test("without a writable directory it works in memory, and says so", async () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, "file"), "");
  const { outbox, lines } = await openOutbox({ directory: join(directory, "file", "zabbix") });
  outbox.put(1, rows("a", "b"));
  outbox.put(2, []);
  outbox.put(3, rows("c"));
  expect(outbox.cursor).toBe(3);
  expect(outbox.stats.rows).toBe(3);
  expect(await drain(outbox, 2)).toEqual(["a", "b", "c"]);
  expect(lines).toEqual([
    expect.stringMatching(/^Values for "zabbix" wait in memory only: cannot make ".*": (ENOTDIR|EEXIST)/),
  ]);
});

test("in memory only so many rows wait; the oldest go first", async () => {
  const { outbox, lines } = await openOutbox({ directory: "/proc/self/nowhere" });
  for (let slot = 1; slot <= 20; slot++) outbox.put(slot, [row(`${slot}`.padEnd(2 ** 20, "x"))]);
  expect(outbox.stats.rows).toBe(15);
  expect(outbox.stats.dropped).toBe(5);
  expect((await drain(outbox)).map((name) => Number.parseInt(name, 10))).toEqual([
    6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
  ]);
  expect(lines.slice(1)).toEqual([
    `Values for "zabbix" are lost, the oldest first: the journal cannot be written, and memory holds no more.`,
    `No more values wait for "zabbix"; lost before: 5.`,
  ]);
});

test("while the directory cannot be written rows wait in memory, in order, and go to disk when it can", async () => {
  const directory = join(temporaryDirectory(), "zabbix");
  const { outbox, lines } = await openOutbox({ directory });
  outbox.put(1, rows("a"));
  await outbox.settled();
  rmSync(directory, { recursive: true });
  writeFileSync(directory, "in its place");
  outbox.put(2, rows("b"));
  await outbox.settled();
  const batch = await outbox.next(1);
  rmSync(directory);
  mkdirSync(directory);
  outbox.put(3, rows("c"));
  await outbox.settled();
  expect(lines[0]).toMatch(/^Cannot write the journal in ".*": .*\. New values wait in memory only\.$/);
  expect(lines.at(-1)).toMatch(/^The journal in ".*" is written again; what waited in memory is in it\.$/);
  expect(batch?.rows).toEqual([{ id: 1, clock: NOW, ns: 1, body: `"value":"a"` }]);
  if (batch !== undefined) outbox.acknowledge(batch);
  await outbox.close();
  const again = await openOutbox({ directory });
  expect(await drain(again.outbox)).toEqual(["b", "c"]);
});

test("rows that were dropped from memory, and counted then, are not missed in the journal after a restart", async () => {
  const directory = join(temporaryDirectory(), "zabbix");
  const before = await openOutbox({ directory });
  before.outbox.put(0, rows("on disk"));
  await before.outbox.settled();
  const kept = `${directory}.kept`;
  renameSync(directory, kept);
  writeFileSync(directory, "in its place");
  for (let slot = 1; slot <= 20; slot++) before.outbox.put(slot, [row(`${slot}`.padEnd(2 ** 20, "x"))]);
  await before.outbox.settled();
  expect(before.outbox.stats.dropped).toBe(5);
  rmSync(directory);
  renameSync(kept, directory);
  before.outbox.put(21, rows("last"));
  await before.outbox.settled();
  await before.outbox.close();
  const { outbox, lines } = await openOutbox({ directory });
  const names = (await drain(outbox)).map((name) => name.replace(/x+$/, ""));
  expect(names).toEqual(["on disk", ...Array.from({ length: 15 }, (_, at) => `${at + 6}`), "last"]);
  expect({ dropped: outbox.stats.dropped, lines }).toEqual({ dropped: 0, lines: [] });
});

test("a directory that cannot be locked is said to be so", async () => {
  const directory = temporaryDirectory();
  mkdirSync(join(directory, "lock"));
  const { lines } = await openOutbox({ directory });
  expect(lines).toEqual([expect.stringContaining(`wait in memory only: cannot write "${directory}/lock"`)]);
});
