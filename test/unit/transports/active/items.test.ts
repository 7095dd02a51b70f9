import { describe, expect, test } from "vitest";
import { Sampled, START } from "./bench.ts";
import { item, newItems, slotsOf } from "./new-items.ts";

describe("when items are evaluated", () => {
  test("a new item at once in the newest closed slot, then in each slot that it is due in", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick(10);
    items.replace([item(1), item(7, "cache.items", "5s")]);
    await items.evaluate();
    expect(outbox.valuesOf(1)).toEqual(["9: 9"]);
    expect(outbox.valuesOf(7)).toEqual(["9: 9"]);
    for (let slot = 10; slot < 25; slot++) {
      sampled.tick();
      await items.evaluate();
    }
    expect(slotsOf(outbox.valuesOf(1))).toEqual([9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24]);
    expect(slotsOf(outbox.valuesOf(7))).toEqual([9, 12, 17, 22]); // clocks whose remainder by 5 is that of 7
  });

  test("late slots bring the same rows as slots in time, in order", async () => {
    const list = [item(1), item(2, "cache.state", "2s"), item(3, "own.ping", "3s")];
    const [live, late] = [new Sampled(), new Sampled()];
    const one = newItems(live);
    const other = newItems(late);
    live.tick(10);
    late.tick(10);
    one.items.replace(list);
    other.items.replace(list);
    await Promise.all([one.items.evaluate(), other.items.evaluate()]);
    for (let slot = 10; slot < 40; slot++) {
      live.tick(1, slot % 7 === 0 ? "down" : "up");
      late.tick(1, slot % 7 === 0 ? "down" : "up");
      await one.items.evaluate();
    }
    await other.items.evaluate();
    expect(other.outbox.rows).toEqual(one.outbox.rows);
    expect(other.outbox.rows.length).toBeGreaterThan(40);
    const clocks = other.outbox.rows.map(({ clock }) => clock);
    expect(clocks).toEqual(clocks.toSorted((a, b) => a - b));
  });

  test("a row has the sample's clock, to the microsecond", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1)]);
    await items.evaluate();
    expect(outbox.rows).toEqual([{ itemid: 1, value: "0", clock: START, ns: 125_000_000 }]);
  });

  test("one row per sample, although the delay is shorter than the step", async () => {
    const sampled = new Sampled({ step: 60 });
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1, "cache.items", "1s")]);
    for (let slot = 1; slot < 5; slot++) {
      sampled.tick();
      await items.evaluate();
    }
    expect(outbox.valuesOf(1, 60)).toEqual(["0: 0", "1: 1", "2: 2", "3: 3", "4: 4"]);
  });

  test("a delay as long as the step misses no slot, whatever the item's remainder and however late ticks are", async () => {
    const sampled = new Sampled({ step: 60 });
    const jitter = [0.001, 0.9, 0.002, -0.04, 2.5, 0, -0.04, 59];
    const stampOf = (slot: number) => {
      const stamp = sampled.stampOf(slot);
      const late = jitter[slot % jitter.length] ?? 0;
      const clock = START - (START % 60) + slot * 60 + late;
      return stamp === undefined ? undefined : { ...stamp, clock };
    };
    const { items, outbox } = newItems(sampled, { stampOf });
    sampled.tick(2);
    items.replace([item(0, "own.ping", "1m"), item(59, "own.ping", "1m"), item(31, "own.ping", "60")]);
    for (let slot = 2; slot < 20; slot++) {
      sampled.tick();
      await items.evaluate();
    }
    const counts = [0, 59, 31].map((id) => outbox.rows.filter(({ itemid }) => itemid === id).length);
    expect(counts).toEqual([19, 19, 19]);
  });

  test("scheduling and flexible intervals go by the clock of the slots", async () => {
    const sampled = new Sampled({ slots: 200 });
    const { items, outbox } = newItems(sampled);
    sampled.tick(1);
    items.replace([
      item(1, "cache.items", "0;m/1s30"),
      item(2, "cache.items", "1s;30s/2,22:14-22:15"),
      item(3, "cache.items", "0;m15"),
    ]);
    for (let slot = 1; slot < 110; slot++) {
      sampled.tick();
      await items.evaluate();
    }
    expect(slotsOf(outbox.valuesOf(1))).toEqual([10, 70]); // 22:13:30, 22:14:30
    expect(slotsOf(outbox.valuesOf(2)).filter((slot) => slot > 35 && slot < 105)).toEqual([
      36, 37, 38, 39, 42, 72, 100, 101, 102, 103, 104,
    ]);
    expect(slotsOf(outbox.valuesOf(3))).toEqual([100]); // 22:15:00
  });

  test("slots without a tick bring nothing, and what fell due in them is made up for once", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick(1);
    items.replace([item(0, "cache.items", "10s"), item(1)]);
    await items.evaluate();
    sampled.skip(25);
    sampled.tick(3);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(0))).toEqual([0, 26]);
    expect(slotsOf(outbox.valuesOf(1))).toEqual([0, 26, 27, 28]);
  });

  for (const set of [-3600, 3600, -2, 86_400]) {
    test(`a wall clock that is set by ${set} s does not stop checks`, async () => {
      const sampled = new Sampled();
      const stampOf = (slot: number) => {
        const stamp = sampled.stampOf(slot);
        return stamp === undefined ? undefined : { ...stamp, clock: stamp.clock + (slot >= 10 ? set : 0) };
      };
      const { items, outbox } = newItems(sampled, { stampOf });
      sampled.tick();
      items.replace([item(1, "own.ping"), item(2, "own.ping", "5s")]);
      for (let slot = 1; slot <= 20; slot++) {
        sampled.tick();
        await items.evaluate();
      }
      const of = (itemid: number) => outbox.rows.filter((row) => row.itemid === itemid).length;
      expect(of(1)).toBe(21);
      expect(of(2)).toBeGreaterThanOrEqual(5);
    });
  }

  test("what has left the ring is left out", async () => {
    const sampled = new Sampled({ slots: 10 });
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1)]);
    await items.evaluate();
    sampled.tick(50);
    await items.evaluate();
    expect(slotsOf(outbox.valuesOf(1))).toEqual([0, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50]);
  });
});

describe("what is not a value", () => {
  test("a failed sample brings no value, its state does", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1), item(2, "cache.state")]);
    await items.evaluate();
    sampled.tick(1, "down");
    await items.evaluate();
    sampled.tick();
    await items.evaluate();
    expect(outbox.valuesOf(1)).toEqual(["0: 0", "2: 2"]);
    expect(outbox.valuesOf(2)).toEqual(["0: 1", "1: 0", "2: 1"]);
  });

  test("not supported is said once for each reason, and again after a value", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1), item(2, "cache.nonsense"), item(3, "cache.items[")]);
    for (const state of ["up", "down", "down", "down", "down", "down", "up", "down", "down", "down", "down"] as const) {
      sampled.tick(1, state);
      await items.evaluate();
    }
    const because = "! Last good sample 2023-11-14 22:13:";
    expect(outbox.valuesOf(1)).toEqual([
      "0: 0",
      "1: 1",
      `5: ${because}21 UTC: it is down.`,
      "7: 7",
      `11: ${because}27 UTC: it is down.`,
    ]);
    expect(outbox.valuesOf(2)).toEqual([expect.stringMatching(/^1: ! Unsupported item key "cache.nonsense"/)]);
    expect(outbox.valuesOf(3)).toEqual(["1: ! Invalid item key format."]);
  });

  test("not supported has no history: a late slot does not say it", async () => {
    const sampled = new Sampled();
    const { items, outbox } = newItems(sampled);
    sampled.tick();
    items.replace([item(1, "cache.newest"), item(2)]);
    await items.evaluate();
    sampled.tick(5);
    await items.evaluate();
    expect(outbox.valuesOf(1)).toEqual(["0: kept", "5: kept"]);
    sampled.tick(10, "down");
    await items.evaluate();
    expect(outbox.valuesOf(2).slice(6)).toEqual(["15: ! Last good sample 2023-11-14 22:13:25 UTC: it is down."]);
  });

  test("keys of other families are named once in the log, and make no row", async () => {
    const sampled = new Sampled();
    const { items, outbox, log } = newItems(sampled);
    sampled.tick();
    const list = [item(1), item(2, "vfs.fs.size[/,free]"), item(3, "log[/var/log/syslog]"), item(4, "")];
    items.replace(list);
    items.replace([...list, item(5)]);
    await items.evaluate();
    expect(outbox.rows.map(({ itemid }) => itemid)).toEqual([1, 5]);
    expect(items.count).toBe(2);
    expect(log.lines).toEqual([
      'warning Not tidemark\'s items, so without values, of host "h" at z: "vfs.fs.size[/,free]", "log[/var/log/syslog]", "".',
    ]);
  });

  for (const delay of ["bogus", "{$DELAY}", "0", "", "1s;", "30;h25", "99999999999999999999"]) {
    test(`the delay "${delay}" makes its item not supported, once, and no other`, async () => {
      const sampled = new Sampled();
      const { items, outbox, log } = newItems(sampled);
      sampled.tick();
      items.replace([item(1, "cache.items", delay), item(2)]);
      await items.evaluate();
      sampled.tick();
      items.replace([item(1, "cache.items", delay), item(2)]);
      await items.evaluate();
      expect(outbox.valuesOf(1)).toEqual([expect.stringMatching(/^0: ! Invalid (update|scheduling) interval ".*"\.$/)]);
      expect(outbox.valuesOf(2)).toEqual(["0: 0", "1: 1"]);
      expect(log.lines).toEqual([
        expect.stringMatching(/^warning Item "cache.items" of host "h" at z is never due: Invalid/),
      ]);
    });
  }
});
