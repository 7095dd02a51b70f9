import { cpSync, mkdirSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drain, NOW, namesIn, openOutbox, row, rows, temporaryDirectory } from "./workbench.ts";

test("rows come out in the order in which they were put, in batches with rising ids", async () => {
  const { outbox } = await openOutbox({ directory: temporaryDirectory() });
  outbox.put(1, rows("a", "b"));
  outbox.put(2, rows("c"));
  const first = await outbox.next(2);
  expect(first).toEqual({
    session: expect.stringMatching(/^[0-9a-f]{32}$/),
    rows: [
      { id: 1, clock: NOW, ns: 1, body: `"value":"a"` },
      { id: 2, clock: NOW, ns: 1, body: `"value":"b"` },
    ],
    isRecalled: false,
  });
  if (first !== undefined) outbox.acknowledge(first);
  const second = await outbox.next(2);
  expect(second).toEqual({ ...first, rows: [{ id: 3, clock: NOW, ns: 1, body: `"value":"c"` }] });
});

test("a batch stays the same until it is acknowledged", async () => {
  const { outbox } = await openOutbox({ directory: temporaryDirectory() });
  outbox.put(1, rows("a"));
  const batch = await outbox.next(250);
  outbox.put(2, rows("b"));
  expect(await outbox.next(250)).toBe(batch);
  if (batch !== undefined) outbox.acknowledge(batch);
  expect(namesIn(await outbox.next(250))).toEqual(["b"]);
});

test("after a restart the batch is the same, with what waits and the cursor behind it", async () => {
  const directory = temporaryDirectory();
  const before = await openOutbox({ directory });
  before.outbox.put(7, rows("a", "b", "c"));
  before.outbox.put(8, []);
  const batch = await before.outbox.next(2);
  await before.outbox.close();
  const { outbox, lines } = await openOutbox({ directory });
  expect(outbox.cursor).toBe(8);
  expect(outbox.stats.rows).toBe(3);
  expect(await outbox.next(250)).toEqual({ ...batch, isRecalled: true });
  if (batch !== undefined) outbox.acknowledge(batch); // not the batch of this life
  expect(namesIn(await outbox.next(250))).toEqual(["a", "b"]);
  expect(await drain(outbox)).toEqual(["a", "b", "c"]);
  expect(lines).toEqual([]);
});

test("after a restart slots that were put one by one are sent together, and new ones with them", async () => {
  const directory = temporaryDirectory();
  const before = await openOutbox({ directory });
  for (let slot = 1; slot <= 4; slot++) {
    before.outbox.put(slot, rows(`${slot}a`, `${slot}b`));
    await before.outbox.next(1); // its record lies between those of the slots
    await before.outbox.settled();
  }
  await before.outbox.close();
  const { outbox } = await openOutbox({ directory });
  const recalled = await outbox.next(250);
  expect(namesIn(recalled)).toEqual(["1a"]);
  if (recalled !== undefined) outbox.acknowledge(recalled);
  outbox.put(5, rows("5a"));
  const batch = await outbox.next(6);
  expect(namesIn(batch)).toEqual(["1b", "2a", "2b", "3a", "3b", "4a"]);
  if (batch !== undefined) outbox.acknowledge(batch);
  expect(namesIn(await outbox.next(250))).toEqual(["4b", "5a"]);
});

test("rows that do not fit into memory come back from disk", async () => {
  const { outbox } = await openOutbox({ directory: temporaryDirectory() });
  const names = Array.from({ length: 30_000 }, (_, at) => `${at}`.padStart(100, "x"));
  for (let at = 0; at < names.length; at += 50)
    outbox.put(
      at,
      names.slice(at, at + 50).map((name) => row(name)),
    );
  expect(outbox.stats.rows).toBe(30_000);
  expect(await drain(outbox)).toEqual(names);
  expect(outbox.stats).toEqual({ rows: 0, bytes: 0, oldest: undefined, dropped: 0, failed: 0 });
});

test("the cursor of an empty queue survives until a later segment has been written", async () => {
  const directory = temporaryDirectory();
  const first = await openOutbox({ directory });
  first.outbox.put(7, rows("a"));
  await drain(first.outbox);
  await first.outbox.close();
  const second = await openOutbox({ directory });
  mkdirSync(join(directory, "outbox-00000002.journal"));
  second.outbox.put(8, []); // cannot be written: something is in its place
  await second.outbox.settled();
  const killed = temporaryDirectory();
  cpSync(directory, killed, { recursive: true });
  rmdirSync(join(killed, "outbox-00000002.journal"));
  expect((await openOutbox({ directory: killed })).outbox.cursor).toBe(7);
});

test("a queue of small records is read in slices, before it is open and while it is drained", async () => {
  const directory = temporaryDirectory();
  const before = await openOutbox({ directory });
  for (let slot = 0; slot < 20_000; slot++) before.outbox.put(slot, rows(slot));
  await before.outbox.close();
  let pauses = 0;
  const pause = () => {
    pauses++;
    return undefined;
  };
  const { outbox } = await openOutbox({ directory, pause });
  expect(pauses).toBeGreaterThan(20_000 / 64);
  pauses = 0;
  expect(await drain(outbox)).toHaveLength(20_000);
  expect(pauses).toBeGreaterThan(20_000 / 64);
});
