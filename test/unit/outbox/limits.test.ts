import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { drain, NOW, namesIn, openOutbox, row, rows, temporaryDirectory } from "./workbench.ts";

const DAY = 86_400;

test("beyond its bytes the oldest rows are dropped, and counted", async () => {
  const { outbox, lines } = await openOutbox({
    directory: temporaryDirectory(),
    limits: { bytes: 1000, seconds: DAY },
  });
  for (let slot = 1; slot <= 10; slot++) {
    outbox.put(slot, [row(`${slot}`.padEnd(150, "x"))]);
    await outbox.settled();
  }
  const { rows: left, dropped, bytes } = outbox.stats;
  expect(bytes).toBeLessThanOrEqual(1000);
  expect(left + dropped).toBe(10);
  expect(left).toBe(5);
  expect((await drain(outbox)).map((name) => Number.parseInt(name, 10))).toEqual([6, 7, 8, 9, 10]);
  expect(lines).toEqual([
    `Values for "zabbix" are lost, the oldest first: more wait than OutboxSize allows.`,
    `No more values wait for "zabbix"; lost before: 5.`,
  ]);
});

test("rows on disk are bounded in the same way, and their files go with them", async () => {
  const directory = temporaryDirectory();
  const { outbox } = await openOutbox({ directory, limits: { bytes: 4 * 2 ** 20, seconds: DAY } });
  for (let slot = 1; slot <= 400; slot++) {
    outbox.put(slot, [row(`${slot}`.padEnd(50_000, "x"))]);
    await outbox.settled();
  }
  const { bytes, rows: left, dropped } = outbox.stats;
  expect(bytes).toBeLessThanOrEqual(4 * 2 ** 20);
  expect(bytes).toBeGreaterThan(3.5 * 2 ** 20);
  expect(left + dropped).toBe(400);
  const onDisk = readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
  expect(onDisk).toBeLessThan(7 * 2 ** 20);
  const names = (await drain(outbox)).map((name) => Number.parseInt(name, 10));
  expect(names).toEqual(Array.from({ length: left }, (_, at) => 400 - left + 1 + at));
});

test("rows older than allowed are dropped, wherever they wait", async () => {
  let clock = NOW;
  const { outbox } = await openOutbox({
    directory: temporaryDirectory(),
    limits: { bytes: 2 ** 30, seconds: 100 },
    now: () => ({ clock, mono: 0 }),
  });
  outbox.put(1, [row("old", NOW), row("young", NOW + 50)]);
  await outbox.settled();
  clock = NOW + 101;
  outbox.put(2, [row("new", NOW + 101)]);
  expect(await drain(outbox)).toEqual(["young", "new"]);
  expect(outbox.stats.dropped).toBe(1);
});

test("dropped rows do not come back after a restart", async () => {
  const directory = temporaryDirectory();
  const limits = { bytes: 300, seconds: DAY };
  const { outbox } = await openOutbox({ directory, limits });
  for (let slot = 1; slot <= 5; slot++) {
    outbox.put(slot, [row(`${slot}`.padEnd(100, "x"))]);
    await outbox.settled();
  }
  await outbox.close();
  const again = await openOutbox({ directory });
  expect((await drain(again.outbox)).map((name) => Number.parseInt(name, 10))).toEqual([4, 5]);
  expect(again.outbox.stats.dropped).toBe(0);
});

test("a batch in flight may be dropped with the oldest: its acknowledgement changes nothing then", async () => {
  const { outbox } = await openOutbox({ directory: temporaryDirectory(), limits: { bytes: 400, seconds: DAY } });
  outbox.put(1, [row("a".padEnd(100, "x"))]);
  const batch = await outbox.next(250);
  outbox.put(2, [row("b".padEnd(350, "x"))]);
  expect(outbox.stats).toMatchObject({ rows: 1, dropped: 1 });
  if (batch !== undefined) outbox.acknowledge(batch);
  expect(outbox.stats).toMatchObject({ rows: 1, dropped: 1 });
  expect(namesIn(await outbox.next(250))).toEqual(["b".padEnd(350, "x")]);
});

test("stricter limits take effect at once", async () => {
  const { outbox } = await openOutbox({ directory: temporaryDirectory() });
  outbox.put(1, rows(...Array.from({ length: 100 }, (_, at) => at)));
  await outbox.settled();
  outbox.apply({ bytes: 500, seconds: DAY });
  expect(outbox.stats.bytes).toBeLessThanOrEqual(500);
});

test("a batch is bounded by bytes, too, but has one row at least", async () => {
  const { outbox } = await openOutbox({ directory: temporaryDirectory() });
  for (let at = 0; at < 3; at++) outbox.put(at, [row(`${at}`.padEnd(1_500_000, "x"))]);
  const batch = await outbox.next(250);
  expect(batch?.rows).toHaveLength(1);
});

test("another length of slots leaves the rows and forgets the cursor", async () => {
  const directory = temporaryDirectory();
  const { outbox } = await openOutbox({ directory });
  outbox.put(7, rows("a"));
  await outbox.close();
  const again = await openOutbox({ directory, step: 1 });
  expect(again.outbox.cursor).toBeUndefined();
  again.outbox.put(1000, rows("b"));
  expect(again.outbox.cursor).toBe(1000);
  expect(await drain(again.outbox)).toEqual(["a", "b"]);
});

test("a slot of many rows is one piece for a kill, and comes in order", async () => {
  const directory = temporaryDirectory();
  const { outbox } = await openOutbox({ directory });
  const many = Array.from({ length: 60_000 }, (_, at) => row(`${at}`.padEnd(120, "x")));
  outbox.put(1, many);
  await outbox.close();
  const again = await openOutbox({ directory });
  expect(again.outbox.cursor).toBe(1);
  const names = await drain(again.outbox, 1000);
  expect(names.map((name) => Number.parseInt(name, 10))).toEqual(many.map((_, at) => at));
});
