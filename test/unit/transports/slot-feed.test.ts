import { expect, test } from "vitest";
import type { OutboxRow } from "../../../src/outbox/row.ts";
import { SlotFeed } from "../../../src/transports/slot-feed.ts";

/** An outbox that only remembers, and a feed into it whose rows name their slot and stamp. */
function feeding({ cursor, backSlots = 0 }: { readonly cursor?: number; readonly backSlots?: number } = {}) {
  const put: (readonly [slot: number, rows: readonly OutboxRow[]])[] = [];
  const asked: string[] = [];
  let clock = 6000;
  const outbox = {
    get cursor(): number | undefined {
      return put.at(-1)?.[0] ?? cursor;
    },
    put: (slot: number, rows: readonly OutboxRow[]) => void put.push([slot, rows]),
  };
  const feed = new SlotFeed({
    outbox,
    step: 60,
    slots: 10,
    backSlots: () => backSlots,
    evaluate: async (slot, stamp) => {
      asked.push(`${slot} at ${stamp.clock}`);
      return [{ clock: stamp.clock, ns: 0, body: String(slot) }];
    },
    io: { now: () => ({ clock, mono: clock }) },
  });
  const pass = (seconds: number) => {
    clock += seconds;
  };
  return { feed, asked, pass, slots: () => put.map(([slot]) => slot) };
}

test("a destination without a past begins with the slot that was closed", async () => {
  const { feed, asked } = feeding();
  await feed.slotClosed(100);
  expect(asked).toEqual(["100 at 6000"]);
});

test("slots behind the cursor are made up for in order, each as of its own time", async () => {
  const { feed, asked } = feeding({ cursor: 97 });
  await feed.slotClosed(100);
  expect(asked).toEqual(["98 at 5880", "99 at 5940", "100 at 6000"]);
});

test("nothing is asked of slots that have left the ring", async () => {
  const { feed, slots } = feeding({ cursor: 5 });
  await feed.slotClosed(100);
  expect(slots()).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
});

test("a new destination gets as much of the past as is wanted", async () => {
  const { feed, slots } = feeding({ backSlots: 2 });
  await feed.slotClosed(100);
  expect(slots()).toEqual([98, 99, 100]);
});

test("a slot that is closed twice, as after a restart within it, is fed once", async () => {
  const { feed, slots } = feeding({ cursor: 100 });
  await feed.slotClosed(100);
  expect(slots()).toEqual([]);
});

test("slots that close while others are evaluated follow them", async () => {
  const { feed, slots, pass } = feeding({ cursor: 98 });
  const first = feed.slotClosed(99);
  pass(60);
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
