import { describe, expect, test } from "vitest";
import { Bench } from "./bench.ts";

const LABELS = { URI: "tcp://127.0.0.1:11211", POOL: "" };
const RULE = "memcached.slabs.discovery[5]";
const SLOTS = 61;
/** Nearly all is in the larger class. */
const PARTS = {
  "96": { class: 1, chunk_size: 96, number: 10, mem_requested: 900 },
  "1184": { class: 12, chunk_size: 1184, number: 100, mem_requested: 100_000 },
};

/** Two instances that have answered, one slot ago. */
function two(): Bench {
  const bench = new Bench({ slots: SLOTS });
  bench.roster({ here: LABELS, there: LABELS });
  for (const target of ["here", "there"]) bench.good(0, { target, parts: PARTS });
  return bench;
}

function found(bench: Bench): readonly string[] {
  const rows: readonly Readonly<Record<string, string>>[] = JSON.parse(bench.text(RULE));
  return rows.map((row) => `${row["{#INSTANCE}"]} ${row["{#CHUNK}"]}`);
}

/** One goes on, the other cannot be asked from slot 1 on. */
function down(bench: Bench, slots: number): void {
  for (let slot = 1; slot <= slots; slot++) {
    bench.good(slot, { target: "here", parts: PARTS });
    bench.failed(slot, "down", "connection refused", "there");
  }
}

describe("slab classes of all instances", () => {
  test("those above the share are discovered", () => {
    expect(found(two())).toEqual(["here 1184", "there 1184"]);
    expect(JSON.parse(two().text("memcached.slabs.discovery"))).toHaveLength(4);
  });

  test("an instance that is down keeps those that it had, and has no figures", () => {
    const bench = two();
    down(bench, SLOTS - 1);
    expect(found(bench)).toEqual(["here 1184", "there 1184"]);
    expect(Object.keys(JSON.parse(bench.text("memcached.slabs.get")))).toEqual(["here"]);
  });

  test("one that has not answered in all of History has none, and does not hide those of the others", () => {
    const bench = two();
    down(bench, SLOTS);
    expect(found(bench)).toEqual(["here 1184"]);
    bench.good(SLOTS + 1, { target: "there", parts: PARTS });
    expect(found(bench)).toEqual(["here 1184", "there 1184"]);
  });

  test("where none has answered in all of History nothing is taken away", () => {
    const bench = two();
    for (let slot = 1; slot <= SLOTS; slot++) {
      for (const target of ["here", "there"]) bench.failed(slot, "down", "connection refused", target);
    }
    expect(bench.text(RULE)).toBe("(unknown: No instance has answered in all of History.)");
  });

  test("nor is it before each instance was asked", () => {
    const bench = new Bench();
    bench.roster({ here: LABELS, there: LABELS });
    bench.good(0, { target: "here", parts: PARTS });
    expect(bench.text(RULE)).toBe('(unknown: "there" was not asked yet.)');
    bench.failed(0, "down", "connection refused", "there");
    expect(found(bench)).toEqual(["here 1184"]);
  });

  test("without instances there are none", () => {
    const bench = new Bench();
    bench.roster({});
    expect(found(bench)).toEqual([]);
  });
});
