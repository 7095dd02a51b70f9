import { describe, expect, test } from "vitest";
import { MemoryOutbox, Sampled } from "./bench.ts";
import { item, newItems, slotsOf } from "./new-items.ts";

describe("lists that change", () => {
  test("an item that comes later begins where it comes; one that goes ends there", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick(3);
    items.replace([item(1)]);
    await items.evaluate();
    sampled.tick(2);
    items.replace([item(1), item(2)]);
    await items.evaluate();
    sampled.tick(2);
    items.replace([item(2)]);
    await items.evaluate();
    sampled.tick();
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([2, 3, 4]);
    expect(slotsOf(outbox.valuesOf(2))).toEqual([4, 5, 6, 7]);
  });

  test("another itemid is another item; another key is looked at anew", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick(3);
    items.replace([item(1), item(2)]);
    await items.evaluate();
    items.replace([item(11), item(2, "cache.state")]);
    await items.evaluate();
    sampled.tick();
    await items.evaluate();
    expect(outbox.valuesOf(11)).toEqual(["2: 2", "3: 3"]);
    expect(outbox.valuesOf(2)).toEqual(["2: 2", "3: 1"]);
  });

  test("a changed delay counts from the next slot on, and sends nothing twice", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(0, "cache.items", "1h")]);
    await items.evaluate();
    sampled.tick(9);
    await items.evaluate();
    items.replace([item(0, "cache.items", "5s")]);
    await items.evaluate();
    sampled.tick(11);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(0))).toEqual([0, 10, 15, 20]);
  });

  test("an item that leaves and comes back does not repeat itself", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick(3);
    items.replace([item(1)]);
    await items.evaluate();
    items.replace([]);
    await items.evaluate();
    items.replace([item(1)]);
    await items.evaluate();
    sampled.tick();
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([2, 3]);
  });

  test("the same item twice in a list counts once", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1), item(1)]);
    await items.evaluate();
    expect(outbox.rows.length).toBe(1);
  });
});

describe("slots that nobody could be told of", () => {
  test("a host that has just appeared gets nothing of the past", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick(30);
    items.replace([item(1)]);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([29]);
  });

  test("unless BackfillNewHost says so", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled, { backfill: 5 });
    sampled.tick(30);
    items.replace([item(1), item(2, "cache.state", "3s")]);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([24, 25, 26, 27, 28, 29]);
    expect(slotsOf(outbox.valuesOf(2))).toEqual([24, 27]);
    sampled.tick();
    items.replace([item(1), item(2, "cache.state", "3s"), item(3)]);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(3))).toEqual([30]);
  });

  test("not found: values wait, and are made up for when the same items come back", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1)]);
    await items.evaluate();
    items.suspend(false);
    sampled.tick(5);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([0]);
    items.replace([item(1), item(2)]);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([0, 1, 2, 3, 4, 5]);
    expect(slotsOf(outbox.valuesOf(2))).toEqual([5]);
  });

  test("disabled: what is sampled until it is enabled is not sent", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1)]);
    await items.evaluate();
    items.suspend(true);
    sampled.tick(5);
    await items.evaluate();
    items.replace([item(1)]);
    await items.evaluate();
    sampled.tick();
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([0, 5, 6]);
  });
});

describe("a restart", () => {
  /** What a first life leaves behind: it was told of items 1 and 2 and came to slot 9. */
  async function firstLife() {
    const sampled = new Sampled();
    const outbox = new MemoryOutbox();
    const first = newItems(sampled, { outbox });
    sampled.tick(10);
    first.items.replace([item(1), item(2, "cache.items", "5s")]);
    await first.items.evaluate();
    return { sampled, outbox, listFile: first.listFile };
  }

  test("goes on behind the cursor by the list of before, also while no server can be reached", async () => {
    const { sampled, outbox, listFile } = await firstLife();
    sampled.tick(5);
    const { items } = newItems(sampled, { outbox, listFile });
    items.restore();
    await items.evaluate();
    expect(outbox.rows.length).toBe(2); // nothing before it is known whether the server can be reached
    items.resume();
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([9, 10, 11, 12, 13, 14]);
    expect(slotsOf(outbox.valuesOf(2))).toEqual([9, 12]);
  });

  test("with a new list: known items are made up for, new ones begin now", async () => {
    const { sampled, outbox, listFile } = await firstLife();
    sampled.tick(5);
    const { items } = newItems(sampled, { outbox, listFile });
    items.restore();
    items.replace([item(1), item(3)]);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([9, 10, 11, 12, 13, 14]);
    expect(slotsOf(outbox.valuesOf(3))).toEqual([14]);
  });

  test("in the slot of before sends nothing twice", async () => {
    const { sampled, outbox, listFile } = await firstLife();
    const { items } = newItems(sampled, { outbox, listFile });
    items.restore();
    items.replace([item(1)]);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([9]);
  });

  for (const [what, cursor] of [
    ["a cursor that was lost", undefined],
    ["a cursor ahead of all slots, of a clock that was wrong", 1_000_000],
  ] as const) {
    test(`with ${what} begins now`, async () => {
      const { sampled, outbox, listFile } = await firstLife();
      sampled.tick(5);
      outbox.cursor = cursor;
      const { items } = newItems(sampled, { outbox, listFile });
      items.restore();
      items.resume();
      await items.evaluate();
      expect(slotsOf(outbox.valuesOf(1))).toEqual([9, 14]);
      sampled.tick();
      await items.evaluate();
      expect(slotsOf(outbox.valuesOf(1))).toEqual([9, 14, 15]);
      expect(outbox.cursor).toBe(15);
    });
  }

  for (const text of [
    "",
    "nonsense",
    "{}",
    '{"host":"other","items":[[1,"cache.items","1s"]]}',
    '{"host":"h","items":[5,[1]]}',
  ]) {
    test(`a list that reads ${text} is none`, async () => {
      const { sampled, outbox, listFile } = await firstLife();
      listFile.text = text;
      sampled.tick();
      const { items } = newItems(sampled, { outbox, listFile });
      items.restore();
      items.resume();
      await items.evaluate();
      expect(outbox.rows.length).toBe(2);
    });
  }

  test("after the host was disabled keeps quiet about the time until it is enabled", async () => {
    const { sampled, outbox, listFile } = await firstLife();
    const before = newItems(sampled, { outbox, listFile });
    before.items.restore();
    before.items.suspend(true);
    sampled.tick(5);
    const { items } = newItems(sampled, { outbox, listFile });
    items.restore();
    items.replace([item(1)]);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([9, 14]);
  });
});

test("a backlog is not put into memory faster than it is written", async () => {
  const sampled = new Sampled({ slots: 2000 });
  const { items, outbox } = newItems(sampled, { backfill: 1999 });
  sampled.tick(2000);
  items.replace([item(1, "own.text"), item(2, "own.text")]);
  await items.evaluate();
  expect(outbox.rows.length).toBe(4000);
  expect(outbox.mostUnsettled).toBeLessThan(2 ** 20 + 5000);
});

test("items are stopped within a slot's end, and what is left is done after a restart", async () => {
  const sampled = new Sampled();
  const { items, outbox, listFile } = newItems(sampled);
  sampled.tick();
  items.replace([item(1)]);
  await items.evaluate();
  sampled.tick(30);
  const evaluating = items.evaluate();
  await items.close();
  await evaluating;
  const again = newItems(sampled, { outbox, listFile });
  again.items.restore();
  again.items.resume();
  await again.items.evaluate();
  expect(slotsOf(outbox.valuesOf(1))).toEqual(Array.from({ length: 31 }, (_, slot) => slot));
});
