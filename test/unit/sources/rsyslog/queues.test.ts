import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { StatsObject, Sweep } from "../../../../src/sources/rsyslog/feed/sweep.ts";
import { Balance, type Level } from "../../../../src/sources/rsyslog/queues/balance.ts";
import { queuesOf } from "../../../../src/sources/rsyslog/queues/record.ts";
import { limitsOf, roomOf } from "../../../../src/sources/rsyslog/queues/room.ts";

function object(origin: string, name: string, numbers: Readonly<Record<string, number>>): StatsObject {
  return { origin, name, numbers: new Map(Object.entries(numbers)) };
}

function sweep(...objects: readonly StatsObject[]): Sweep {
  return { number: 1, clock: 0, arrived: { clock: 0, mono: 0 }, objects };
}

describe("queuesOf", () => {
  const memory = object("core.queue", "a queue", {
    size: 10,
    enqueued: 100,
    full: 1,
    "discarded.full": 2,
    "discarded.nf": 3,
  });
  const disk = { size: 20, enqueued: 30, full: 4, "discarded.full": 5, "discarded.nf": 6 };

  test("a disk part is added up; what is moved there has not come anew", () => {
    const found = queuesOf(sweep(object("core.queue", "a queue[DA]", disk), memory)).get("a queue");
    expect(found).toMatchObject({ size: 30, disk: 20 });
    expect(Object.fromEntries(found?.counters ?? [])).toEqual({
      enqueued: 100,
      full: 5,
      discarded_full: 7,
      discarded_nf: 9,
      put_back: 0,
    });
  });

  test("a disk part with segments puts back what it refuses: nothing is lost, and the action tells what came", () => {
    const part = object("core.queue", "a queue[DA]", { ...disk, segments: 2, "disk.usage": 777 });
    const action = object("core.action", "a", { processed: 42 });
    const found = queuesOf(sweep(part, memory, action)).get("a queue");
    expect(found?.diskBytes).toBe(777);
    expect(Object.fromEntries(found?.counters ?? [])).toEqual({
      enqueued: 42,
      full: 1,
      discarded_full: 2,
      discarded_nf: 3,
      put_back: 0,
    });
  });

  test("a main queue with segments has no action: that messages are put back is told", () => {
    const part = object("core.queue", "main Q[DA]", { ...disk, segments: 2 });
    const main = object("core.queue", "main Q", { size: 10, enqueued: 100 });
    const found = queuesOf(sweep(part, main)).get("main Q");
    expect(Object.fromEntries(found?.counters ?? [])).toMatchObject({ enqueued: 100, put_back: 5 });
  });

  test("a captured sweep of 8.2610", () => {
    const lines = readFileSync("test/samples/rsyslog/8.2610-json-backlog.log", "utf8").trim().split("\n");
    const objects = lines.map((line) => JSON.parse(line.slice(26)) as Record<string, number | string>);
    const found = queuesOf(
      sweep(
        ...objects.map(({ origin, name, ...numbers }) =>
          object(
            String(origin),
            String(name),
            Object.fromEntries(
              Object.entries(numbers).filter((pair): pair is [string, number] => typeof pair[1] === "number"),
            ),
          ),
        ),
      ),
    );
    expect(found.get("forward queue")).toMatchObject({ size: 2500, disk: 1999, diskBytes: 814_837 });
  });
});

/** Sweeps of a queue, each `[size, enqueued, discarded, full, putBack]`; whether it is stuck after each. */
function stuck(
  levels: readonly (readonly number[])[],
  muted: readonly number[] = [],
): readonly (boolean | undefined)[] {
  const balance = new Balance(0);
  return levels.map(([size = 0, enqueued = 0, discarded = 0, full = 0, putBack = 0], at) => {
    const level: Level = { size, enqueued, discarded, full, putBack };
    balance.put(level, muted.includes(at));
    return balance.isStuck;
  });
}

const cases = [
  {
    name: "empty from the start",
    levels: [
      [0, 0],
      [0, 5],
      [0, 9],
    ],
    want: [false, false, false],
  },
  {
    name: "a backlog from the start is open until three sweeps have passed",
    levels: [
      [9, 9],
      [9, 9],
      [9, 9],
      [9, 9],
    ],
    want: [undefined, undefined, undefined, true],
  },
  {
    name: "it grows and nothing leaves",
    levels: [
      [0, 0],
      [0, 1],
      [5, 6],
      [9, 10],
      [20, 21],
    ],
    want: [false, false, false, false, true],
  },
  {
    name: "one message leaves",
    levels: [
      [0, 0],
      [9, 9],
      [9, 9],
      [8, 9],
      [8, 9],
      [8, 9],
      [8, 9],
    ],
    want: [false, undefined, undefined, false, false, false, true],
  },
  {
    name: "cleared by the first delivery",
    levels: [
      [0, 0],
      [9, 9],
      [9, 9],
      [9, 9],
      [4, 9],
    ],
    want: [false, undefined, undefined, true, false],
  },
  {
    name: "what is discarded has not left for its destination",
    levels: [
      [0, 0],
      [9, 9],
      [5, 9, 4],
      [5, 20, 15],
      [5, 30, 25],
    ],
    want: [false, undefined, undefined, true, true],
  },
  {
    name: "messages held up before a full queue are no deliveries",
    levels: [
      [0, 0],
      [9, 9],
      [9, 10, 0, 1],
      [9, 12, 1, 3],
      [9, 14, 3, 5],
    ],
    want: [false, undefined, undefined, true, true],
  },
  {
    name: "but one each sweep from a full queue is",
    levels: [
      [9, 9],
      [9, 10, 0, 1],
      [9, 11, 0, 2],
      [9, 12, 0, 3],
      [9, 13, 0, 4],
      [9, 14, 0, 5],
      [9, 15, 0, 6],
    ],
    want: [undefined, undefined, undefined, false, false, false, false],
  },
  {
    name: "a batch that is refused by the disk dips and comes back",
    levels: [
      [0, 0],
      [50, 50],
      [50, 60, 30],
      [40, 70, 45],
      [50, 80, 30],
      [50, 80, 30],
    ],
    want: [false, undefined, undefined, true, true, true],
  },
  {
    name: "messages put back and counted anew are no deliveries",
    levels: [
      [0, 0],
      [50, 50],
      [50, 90, 0, 0, 4],
      [50, 900, 0, 0, 85],
      [50, 9000, 0, 0, 895],
    ],
    want: [false, undefined, undefined, true, true],
  },
  {
    name: "while they are put back, a backlog that shrinks is delivered",
    levels: [
      [0, 0],
      [50, 50],
      [45, 90, 0, 0, 4],
      [40, 900, 0, 0, 85],
      [35, 9000, 0, 0, 895],
    ],
    want: [false, undefined, false, false, false],
  },
];
for (const { name, levels, want } of cases) test(`Balance: ${name}`, () => expect(stuck(levels)).toEqual(want));

test("Balance: where it may not deliver it is not stuck, and afterwards begins anew", () => {
  const levels = Array.from({ length: 9 }, () => [9, 9]);
  const want = [undefined, undefined, undefined, true, false, false, undefined, undefined, true];
  expect(stuck(levels, [4, 5])).toEqual(want);
});

test("Balance: one sweep that was read in the middle of a move does not hide what leaves after it", () => {
  const levels = [
    [500, 500],
    [500, 500],
    [400, 500],
    [500, 500],
    [499, 500],
    [498, 500],
    [497, 500],
    [496, 500],
  ];
  expect(stuck(levels).slice(5)).toEqual([false, false, false]);
});

const settings = {
  type: "linkedlist",
  size: 1000,
  maxDiskSpace: 1_000_000,
  filename: "f",
  spoolDirectory: undefined,
  delivers: undefined,
};
const held = { size: 150, disk: 100, diskBytes: 100_000, free: 5_000_000 };

describe("room", () => {
  const rooms = [
    { name: "memory: what its size leaves", settings, held: { ...held, disk: undefined }, want: 850 },
    { name: "disk-assisted: on disk, in messages as long as those there", settings, held, want: 900 },
    { name: "disk-assisted: less where the file system has less", settings, held: { ...held, free: 10_000 }, want: 10 },
    {
      name: "disk-assisted without a limit: the file system",
      settings: { ...settings, maxDiskSpace: 0 },
      held,
      want: 5000,
    },
    {
      name: "disk-assisted, nothing on disk yet: messages of usual length",
      settings,
      held: { ...held, disk: 0, diskBytes: 0 },
      want: 1666,
    },
    {
      name: "disk-assisted without any limit that is known",
      settings: { ...settings, maxDiskSpace: undefined },
      held: { ...held, free: undefined },
      want: undefined,
    },
    {
      name: "disk: the smaller of both limits",
      settings: { ...settings, type: "disk", size: 200 },
      held: { ...held, size: 100, disk: undefined },
      want: 100,
    },
    { name: "full", settings, held: { ...held, disk: undefined, size: 1200 }, want: 0 },
    { name: "nothing is known", settings: undefined, held: { ...held, disk: undefined }, want: undefined },
  ];
  for (const { name, settings: of, held: has, want } of rooms) {
    test(name, () => expect(roomOf(limitsOf(of, undefined, has), has)).toBe(want));
  }

  test("rsyslogd's configuration comes before what was set for tidemark", () => {
    expect(limitsOf(settings, { size: 5, maxDiskSpace: 5 }, held)).toMatchObject({
      capacity: 1000,
      diskCapacity: 1_000_000,
    });
    expect(limitsOf(undefined, { size: 5, maxDiskSpace: 7 }, held)).toMatchObject({ capacity: 5, diskCapacity: 7 });
  });
});
