import { expect, test } from "vitest";
import type { OutboxRow } from "../../../src/outbox/row.ts";
import { SlotFeed } from "../../../src/transports/slot-feed.ts";

/**
 * An outbox that only remembers, and a feed into it whose rows name their slot. `unsampled`: slots without a sample; `twice`: slots that have been sampled once more since they were put.
 */
function feeding({
  cursor,
  unsampled = [],
  twice = [],
}: {
  readonly cursor?: number;
  readonly unsampled?: readonly number[];
  readonly twice?: readonly number[];
} = {}) {
  const put: (readonly [slot: number, rows: readonly OutboxRow[]])[] = [];
  const unsettled = { now: 0, most: 0 };
  const outbox = {
    get cursor(): number | undefined {
      return put.at(-1)?.[0] ?? cursor;
    },
    cursorClock: 60 * (cursor ?? 0),
    put: (slot: number, rows: readonly OutboxRow[], clock = 0) => {
      outbox.cursorClock = clock;
      put.push([slot, rows]);
      unsettled.most = Math.max(unsettled.most, ++unsettled.now);
    },
    settled: async () => {
      unsettled.now = 0;
    },
  };
  const feed = new SlotFeed({
    outbox,
    slots: 10,
    stampOf: (slot) => {
      if (unsampled.includes(slot)) return undefined;
      const clock = slot * 60 + (twice.includes(slot) ? 30 : 0);
      return { clock, mono: clock };
    },
    evaluate: async (slot, { clock }) => [{ clock, ns: 0, body: String(slot) }],
  });
  return { feed, slots: () => put.map(([slot]) => slot), rows: () => put.flatMap(([, rows]) => rows), unsettled };
}

test("a destination without a past begins with the slot that was closed", async () => {
  const { feed, rows } = feeding();
  await feed.slotClosed(100);
  expect(rows()).toEqual([{ clock: 6000, ns: 0, body: "100" }]);
});

test("slots behind the cursor are made up for in order, each as of its own time", async () => {
  const { feed, rows } = feeding({ cursor: 97 });
  await feed.slotClosed(100);
  expect(rows().map(({ clock }) => clock)).toEqual([5880, 5940, 6000]);
});

test("slots that were missed are made up for no faster than they are written", async () => {
  const { feed, unsettled } = feeding({ cursor: 91 });
  await feed.slotClosed(100);
  expect(unsettled.most).toBe(1);
});

test("a slot that was not sampled has no rows, and is behind the cursor all the same", async () => {
  const { feed, slots, rows } = feeding({ cursor: 97, unsampled: [99] });
  await feed.slotClosed(100);
  expect(slots()).toEqual([98, 99, 100]);
  expect(rows().map(({ body }) => body)).toEqual(["98", "100"]);
});

test("nothing is asked of slots that have left the ring", async () => {
  const { feed, slots } = feeding({ cursor: 5 });
  await feed.slotClosed(100);
  expect(slots()).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
});

test("a cursor in the future, of a clock that was wrong, counts for nothing", async () => {
  const { feed, slots } = feeding({ cursor: 1000 });
  await feed.slotClosed(100);
  await feed.slotClosed(101);
  expect(slots()).toEqual([100, 101]);
});

test("a slot that is closed once more has nothing new to tell while its sample is the same", async () => {
  const { feed, slots } = feeding({ cursor: 100 });
  await feed.catchUp(100);
  await feed.slotClosed(100);
  await feed.slotClosed(101);
  await feed.slotClosed(101);
  expect(slots()).toEqual([101]);
});

test("what a slot that is sampled once more has that is newer is fed, too", async () => {
  const twice: number[] = [];
  const { feed, rows } = feeding({ cursor: 100, twice });
  await feed.slotClosed(101);
  twice.push(101);
  await feed.slotClosed(101);
  await feed.slotClosed(101);
  expect(rows().map(({ clock }) => clock)).toEqual([101 * 60, 101 * 60 + 30]);
});

test("a slot that is sampled twice before the outbox has taken either is fed twice, as it was each time", async () => {
  const twice: number[] = [];
  const { feed, rows } = feeding({ cursor: 96, twice });
  const first = feed.slotClosed(98);
  twice.push(98);
  await feed.slotClosed(98);
  await first;
  expect(rows().map(({ clock }) => clock)).toEqual([97 * 60, 98 * 60, 98 * 60 + 30]);
});

test("when many slots close before the outbox has taken them, none is left out", async () => {
  const { feed, slots } = feeding({ cursor: 70 });
  for (let slot = 71; slot < 100; slot++) void feed.slotClosed(slot);
  await feed.slotClosed(100);
  expect(slots()).toEqual([...new Set(slots())].sort((a, b) => a - b));
  expect(slots().slice(-10)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
});

test("what was sampled before a kill is taken up before the same slot is sampled once more", async () => {
  const { feed, slots } = feeding({ cursor: 98, unsampled: [101, 102] });
  await feed.catchUp(102);
  expect(slots()).toEqual([99, 100]);
  await feed.slotClosed(103);
  expect(slots()).toEqual([99, 100, 101, 102, 103]);
});

test("a slot that was sampled once more before a kill, and not evaluated then, is taken up", async () => {
  const { feed, rows } = feeding({ cursor: 98, twice: [98], unsampled: [100] });
  await feed.catchUp(100);
  expect(rows().map(({ clock }) => clock)).toEqual([98 * 60 + 30, 99 * 60]);
  await feed.catchUp(100);
  expect(rows()).toHaveLength(2);
});

test("a destination without a past has nothing to take up", async () => {
  const { feed, slots } = feeding();
  await feed.catchUp(102);
  expect(slots()).toEqual([]);
});

test("slots that close while others are evaluated follow them", async () => {
  const { feed, slots } = feeding({ cursor: 98 });
  const first = feed.slotClosed(99);
  await feed.slotClosed(100);
  await first;
  expect(slots()).toEqual([99, 100]);
  await feed.slotClosed(101);
  expect(slots()).toEqual([99, 100, 101]);
});

test("a close ends it behind the slot under way", async () => {
  const { feed, slots } = feeding({ cursor: 97 });
  const fed = feed.slotClosed(100);
  await feed.close();
  await fed;
  expect(slots()).toEqual([]);
});
