import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { value } from "../../../src/ring/answer.ts";
import type { Moment, View } from "../../../src/ring/moment.ts";
import type { Ring } from "../../../src/ring/ring.ts";
import { good, newRing, type Reading, STEP, window } from "./sampling.ts";

function fill(ring: Ring, readings: ReadonlyMap<number, Reading>): void {
  for (const [slot, reading] of readings) ring.put(slot, "cache", good(slot, reading));
}

function main(moment: Moment): View {
  const view = moment.view("cache", "main");
  if (view.kind !== "value") throw new Error(view.reason);
  return view.value;
}

function fillHits(ring: Ring, entries: readonly (readonly [slot: number, hits: number | bigint])[]): void {
  fill(ring, new Map(entries.map(([slot, hits]) => [slot, { numbers: { hits } }])));
}

/** A ring that has these levels of a counter. */
function filled(...entries: readonly (readonly [slot: number, hits: number | bigint])[]): Ring {
  const ring = newRing();
  fillHits(ring, entries);
  return ring;
}

describe("counters", () => {
  test("a counter's column is its increase, unknown for the first sample", () => {
    const ring = filled([10, 100], [11, 130]);
    expect(main(ring.at(10)).number("hits")).toBeNaN();
    expect(main(ring.at(11)).number("hits")).toBe(30);
  });

  test("increases above 2^53 are exact", () => {
    const ring = filled([10, 2n ** 60n], [11, 2n ** 60n + 7n]);
    expect(main(ring.now()).number("hits")).toBe(7);
  });

  test("a new epoch counts from 0 and is a start", () => {
    const ring = newRing();
    ring.put(10, "cache", good(10, { numbers: { hits: 1500 } }));
    ring.put(11, "cache", good(11, { numbers: { hits: 1600 }, epoch: "second" }));
    const steps = main(ring.now()).steps(window(1));
    expect([steps.increase("hits"), steps.starts, steps.resets]).toEqual([1600, 1, 0]);
  });

  test("an empty epoch is no start, and the life before it goes on", () => {
    const ring = newRing();
    fill(
      ring,
      new Map([
        [10, { epoch: "" }],
        [11, { epoch: "first" }],
        [12, { epoch: "" }],
        [13, { epoch: "first" }],
      ]),
    );
    const starts = [11, 12, 13].map((slot) => main(ring.at(slot)).started);
    expect(starts).toEqual([true, false, false]);
  });

  test("one fallen counter is a reset of all that a reset clears", () => {
    const ring = newRing();
    ring.put(10, "cache", good(10, { numbers: { hits: 10, moves: 5 }, parts: { 96: { evicted: 9 } } }));
    ring.put(11, "cache", good(11, { numbers: { hits: 50, moves: 7 }, parts: { 96: { evicted: 1 } } }));
    const view = main(ring.now());
    expect(view.number("hits")).toBe(50);
    expect(view.number("moves")).toBe(2);
    expect(view.number("evicted", "96")).toBe(1);
    expect(view.steps(window(1)).resets).toBe(1);
  });

  test("a counter that the sample before lacked is unknown, not its whole value", () => {
    const ring = newRing();
    ring.put(10, "cache", good(10, { parts: { 96: { evicted: 9, age: 1 } } }));
    ring.put(11, "cache", good(11, { parts: {} }));
    ring.put(12, "cache", good(12, { parts: { 96: { evicted: 20, age: 1 } } }));
    expect(main(ring.now()).number("evicted", "96")).toBeNaN();
  });
});

describe("holes", () => {
  test("a slot without a sample is a hole; the counter's increase spans it", () => {
    const ring = filled([10, 100], [13, 190]);
    expect(main(ring.at(12)).good).toBeUndefined();
    expect(main(ring.at(12)).number("hits")).toBeNaN();
    const steps = main(ring.now()).steps(window(3));
    expect([steps.known, steps.increase("hits"), steps.seconds]).toEqual([1, 90, 180]);
  });

  test("a failed sample is a hole with a state and a reason", () => {
    const ring = filled([10, 100]);
    ring.put(11, "cache", { kind: "failed", target: "main", stamp: good(11, {}).stamp, state: 3, reason: "hung" });
    expect(main(ring.now())).toMatchObject({ slot: 10, attempt: { state: 3, reason: "hung" } });
    expect(main(ring.at(11)).good).toBeUndefined();
    expect(main(ring.at(10)).attempt).toMatchObject({ state: 1, reason: undefined });
  });

  test("a window's start may be the good sample one slot older, no more", () => {
    const ring = filled([10, 0], [12, 20], [13, 30]);
    expect(main(ring.now()).steps(window(2)).increase("hits")).toBe(30);
    const far = filled([9, 0], [12, 20], [13, 30]);
    expect(main(far.now()).steps(window(2))).toMatchObject({ known: 0.5, seconds: 60 });
    expect(main(far.now()).steps(window(2)).increase("hits")).toBe(10);
  });

  test("older slots are left as they are", () => {
    const ring = filled([10, 1], [11, 2]);
    ring.put(9, "cache", good(9, { numbers: { hits: 9 } }));
    expect(main(ring.now()).number("hits")).toBe(1);
    expect(main(ring.at(9)).good).toBeUndefined();
  });
});

describe("the newest slot once more, after a restart", () => {
  const failed = {
    kind: "failed",
    target: "main",
    stamp: { clock: 9, mono: 9 },
    state: 3,
    reason: "no reply",
  } as const;

  test("numbers stay, the whole sample is the new one, and the next slot counts what is between", () => {
    const ring = filled([10, 1], [11, 2]);
    const again = good(11, { numbers: { hits: 9 } });
    ring.put(11, "cache", again);
    expect(main(ring.now())).toMatchObject({ slot: 11, newest: again });
    expect(main(ring.now()).number("hits")).toBe(1);
    ring.put(12, "cache", good(12, { numbers: { hits: 12 } }));
    expect(main(ring.now()).number("hits")).toBe(10);
  });

  test("a good sample fills a slot that had failed", () => {
    const ring = newRing();
    ring.put(10, "cache", good(10, { numbers: { hits: 1 } }));
    ring.put(11, "cache", failed);
    ring.put(11, "cache", good(11, { numbers: { hits: 4 } }));
    expect(main(ring.now())).toMatchObject({ slot: 11, attempt: { state: 1, reason: undefined } });
    expect(main(ring.now()).steps(window(1)).increase("hits")).toBe(3);
  });

  test("a failed one changes the state, not the numbers", () => {
    const ring = filled([10, 1], [11, 2]);
    ring.put(11, "cache", failed);
    expect(main(ring.now())).toMatchObject({ slot: 11, attempt: { state: 3, reason: "no reply" } });
    expect(main(ring.now()).steps(window(1)).increase("hits")).toBe(1);
  });
});

describe("measured time", () => {
  test("seconds come from the monotonic clock", () => {
    const ring = newRing();
    ring.put(10, "cache", good(10, { numbers: { hits: 0 } }));
    const late = good(11, { numbers: { hits: 60 }, seconds: 11 * STEP + 15 });
    ring.put(11, "cache", { ...late, stamp: { ...late.stamp, clock: 5 } });
    expect(main(ring.now()).steps(window(1)).seconds).toBe(75);
  });

  test("across a reboot they come from the wall clock, across a set-back one from the slots", () => {
    const ring = newRing();
    const before = good(10, {});
    ring.put(10, "cache", { ...before, stamp: { clock: before.stamp.clock, mono: Number.NaN } });
    ring.put(11, "cache", good(11, { seconds: 11 * STEP + 5 }));
    expect(main(ring.now()).steps(window(1)).seconds).toBe(65);
    const back = good(13, {});
    ring.put(13, "cache", { ...back, stamp: { clock: 0, mono: 1 } });
    expect(main(ring.now()).steps(window(2)).seconds).toBe(120);
  });
});

describe("targets, parts and texts", () => {
  test("a missing target is named with those that are there", () => {
    const ring = newRing();
    expect(ring.now().view("cache", "x")).toEqual({ kind: "unknown", reason: 'no cache target "x" is known yet' });
    ring.roster("cache", value(new Map([["main", {}]])));
    expect(ring.now().view("cache", "x")).toEqual({ kind: "unknown", reason: 'no cache target "x"; there are "main"' });
  });

  test("a block goes once a known roster lacks it and it has left the ring", () => {
    const ring = newRing(3);
    fillHits(ring, [[10, 1]]);
    ring.close(20);
    expect(ring.now().view("cache", "main").kind).toBe("value");
    ring.roster("cache", value(new Map()));
    ring.close(12);
    expect(ring.bytes).toBeGreaterThan(0);
    ring.close(13);
    expect(ring.bytes).toBe(0);
  });

  test("what a known roster lacks is not answered, and is there again when it is back on it", () => {
    const ring = newRing(3);
    fillHits(ring, [[10, 1]]);
    ring.roster("cache", value(new Map([["other", {}]])));
    const reason = 'no cache target "main"; there are "other"';
    expect(ring.now().view("cache", "main")).toEqual({ kind: "unknown", reason });
    ring.roster("cache", value(new Map([["main", {}]])));
    expect(main(ring.now()).slot).toBe(10);
  });

  test("columns of a part that left the ring are used again", () => {
    const ring = newRing(3);
    for (let slot = 0; slot < 60; slot++)
      ring.put(slot, "cache", good(slot, { parts: { [`p${slot}`]: { age: slot } } }));
    expect(main(ring.now()).parts()).toEqual(["p59"]);
    expect(main(ring.at(58)).number("age", "p58")).toBe(58);
    expect(main(ring.at(58)).number("age", "p59")).toBeNaN();
    expect(ring.bytes).toBeLessThan(newRingBytes(3 + 2 * 5, 3));
  });

  test("a target that invents part names without end gets no memory without end", () => {
    const ring = newRing(3);
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`p${at}`, { age: 1 }]));
    ring.put(1, "cache", good(1, { parts: many }));
    expect(ring.bytes).toBe(newRingBytes(3 + 2 * 256, 3));
  });

  test("targets beyond the allowed memory have no history, and say so; room that is left is used again", () => {
    const ring = newRing(3, newRingBytes(3, 3));
    ring.roster(
      "cache",
      value(
        new Map([
          ["main", {}],
          ["late", {}],
        ]),
      ),
    );
    fillHits(ring, [[10, 1]]);
    ring.put(10, "cache", { ...good(10, {}), target: "late" });
    expect([...ring.crowdedOut]).toEqual(["cache late"]);
    expect(ring.now().view("cache", "late")).toEqual({
      kind: "unknown",
      reason: 'no room for cache target "late": RingMemory is used up',
    });
    ring.roster("cache", value(new Map([["late", {}]])));
    ring.close(13);
    ring.put(14, "cache", { ...good(14, {}), target: "late" });
    expect([...ring.crowdedOut]).toEqual([]);
    expect(ring.now().view("cache", "late").kind).toBe("value");
    expect(ring.bytes).toBe(newRingBytes(3, 3));
  });

  test("a target that is gone does not stay crowded out", () => {
    const ring = newRing(3, 0);
    ring.put(10, "cache", good(10, {}));
    ring.roster("cache", value(new Map()));
    expect([...ring.crowdedOut]).toEqual([]);
  });

  test("texts are those of the asked slot", () => {
    const ring = newRing(3);
    for (const [slot, version] of [
      [1, "a"],
      [2, "b"],
      [3, "b"],
      [4, "c"],
    ] as const)
      ring.put(slot, "cache", good(slot, { version }));
    expect([2, 3, 4].map((slot) => main(ring.at(slot)).text("version"))).toEqual(["b", "b", "c"]);
  });

  test("subscribers hear of every closed slot until they leave", () => {
    const ring = newRing();
    const heard: number[] = [];
    const leave = ring.onClose((slot) => heard.push(slot));
    ring.close(1);
    leave();
    ring.close(2);
    expect(heard).toEqual([1]);
  });
});

function newRingBytes(columns: number, slots: number): number {
  return columns * slots * 8;
}

describe("any history of gaps", () => {
  const gaps = fc.array(fc.record({ gap: fc.integer({ min: 1, max: 9 }), more: fc.nat(1000) }), {
    minLength: 1,
    maxLength: 60,
  });
  const slotCount = fc.integer({ min: 2, max: 12 });

  /** Puts one sample per gap; gives the ring and what was put in each slot. */
  function played(steps: readonly { readonly gap: number; readonly more: number }[], slots: number) {
    const ring = newRing(slots);
    const put = new Map<number, number>();
    let [slot, count] = [0, 0];
    for (const { gap, more } of steps) {
      [slot, count] = [slot + gap, count + more];
      ring.put(slot, "cache", good(slot, { numbers: { hits: count, items: slot } }));
      put.set(slot, count);
    }
    return { ring, put, newest: slot, count };
  }

  test("never answers with an old lap", () => {
    fc.assert(
      fc.property(gaps, slotCount, (steps, slots) => {
        const { ring, put, newest } = played(steps, slots);
        for (let at = newest - slots + 1; at <= newest; at++) {
          expect(main(ring.at(at)).number("items")).toBe(put.has(at) ? at : Number.NaN);
        }
      }),
    );
  });

  test("the longest window loses no increase", () => {
    fc.assert(
      fc.property(gaps, slotCount, (steps, slots) => {
        const { ring, put, newest, count } = played(steps, slots);
        const first = newest - (slots - 1);
        const start = [first, first - 1, ...put.keys()].find((at) => put.has(at) && at >= first - 1) ?? newest;
        const found = main(ring.now())
          .steps(window(slots - 1))
          .increase("hits");
        expect(found).toBe(start === newest ? Number.NaN : count - (put.get(start) ?? 0));
      }),
    );
  });
});
