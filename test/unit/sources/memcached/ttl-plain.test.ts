import fc from "fast-check";
import { expect, test } from "vitest";
import type { View } from "../../../../src/ring/moment.ts";
import { type Guard, minimum, minimumOver, verdicts } from "../../../../src/sources/memcached/ttl.ts";
import { Bench } from "./bench.ts";

const SLOTS = 13;

/** One class of one sample; counters are what they rise by. */
const slabClass = fc.record({
  number: fc.constantFrom(0, 1, 2, 50, 5000),
  age: fc.constantFrom(0, 3, 70, 400, 9000),
  evicted: fc.constantFrom(0, 0, 0, 4),
  evicted_time: fc.constantFrom(0, 20, 5000),
  outofmemory: fc.constantFrom(0, 0, 0, 0, 1),
});

const sample = fc.record({
  uptime: fc.constantFrom(100, 100_000),
  flushed: fc.constantFrom(false, false, false, false, true),
  restarted: fc.constantFrom(false, false, false, false, true),
  classes: fc.record(
    { "96": slabClass, "240": slabClass, "1184": slabClass, "4544": slabClass },
    { requiredKeys: ["96"] },
  ),
});

const history = fc.array(fc.option(sample, { freq: 5, nil: undefined }), { minLength: 1, maxLength: 3 * SLOTS });

type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

function bench(slots: History): Bench {
  const made = new Bench({ slots: SLOTS });
  const raw = new Map<string, { evicted: number; outofmemory: number }>();
  let [epoch, flushes] = [1, 0];
  slots.forEach((slot, at) => {
    made.moveTo(at);
    if (slot === undefined) return;
    if (slot.restarted) {
      [epoch, flushes] = [epoch + 1, 0];
      raw.clear();
    }
    flushes += Number(slot.flushed);
    const parts = Object.entries(slot.classes).map(([chunk, { evicted, outofmemory, ...levels }]) => {
      const before = raw.get(chunk) ?? { evicted: 0, outofmemory: 0 };
      const counters = { evicted: before.evicted + evicted, outofmemory: before.outofmemory + outofmemory };
      raw.set(chunk, counters);
      return [chunk, { ...levels, ...counters }] as const;
    });
    const numbers = { uptime: slot.uptime, cmd_flush: flushes };
    made.good(at, { epoch: String(epoch), numbers, parts: Object.fromEntries(parts) });
  });
  return made;
}

/** Good slots up to the view's, newest first. */
function goodSlots(view: View, slot: number): readonly View[] {
  const all = Array.from({ length: view.slots }, (_, back) => slot - back).filter((at) => at > view.slot - view.slots);
  return all.map((at) => view.at(at)).filter(({ good }) => good !== undefined);
}

/** What a class is worth in one slot by the letter of the rule, looked up anew each time; undefined: it does not count. */
function worth(view: View, slot: number, { chunk, guard }: { chunk: string; guard: Guard }): number | undefined {
  const now = view.at(slot);
  const all = goodSlots(view, slot);
  const flushAt = all.findIndex((past) => past.number("cmd_flush") > 0);
  const startAt = all.findIndex(({ started }) => started);
  const isFlush = flushAt >= 0 && (startAt < 0 || flushAt <= startAt);
  const life = all.slice(0, isFlush ? flushAt : startAt < 0 ? undefined : startAt + 1);
  const recent = life.filter((past) => past.slot > slot - guard.pressure.slots);
  if (!recent.some((past) => past.number("evicted", chunk) > 0 || past.number("outofmemory", chunk) > 0))
    return undefined;
  const bytes = (part: string) => (now.number("number", part) || 0) * Number(part);
  const stored = now.parts().reduce((sum, part) => sum + bytes(part), 0);
  const share = stored === 0 ? 0 : (100 * bytes(chunk)) / stored;
  if (!(now.number("number", chunk) > 1) || share < guard.share) return undefined;
  const evicts = now.number("evicted", chunk) > 0;
  const seconds = evicts ? now.number("evicted_time", chunk) : now.number("age", chunk) || Number.NaN;
  const sinceFlush = isFlush ? (slot - (all[flushAt]?.slot ?? 0)) * view.step : Infinity;
  return Number.isNaN(seconds) ? undefined : Math.min(seconds, now.number("uptime"), sinceFlush);
}

function worths(view: View, slot: number, guard: Guard): readonly (readonly [string, number])[] {
  return view
    .at(slot)
    .parts()
    .flatMap((chunk) => {
      const found = worth(view, slot, { chunk, guard });
      return found === undefined ? [] : [[chunk, found] as const];
    });
}

const WINDOWS = Array.from({ length: SLOTS - 1 }, (_, at) => at + 1);
const window = (slots: number) => ({ text: `${slots}m`, seconds: 60 * slots, slots });

test("the minimum TTL is what looking at each slot by itself gives, whatever the history", () => {
  fc.assert(
    fc.property(history, fc.constantFrom(...WINDOWS), fc.constantFrom(0, 1, 40), (slots, pressure, share) => {
      const made = bench(slots);
      const view = made.ring.now().view("memcached", "mc");
      if (view.kind !== "value") return;
      const guard = { pressure: window(pressure), share };
      for (const at of [view.value, view.value.at(view.value.slot - 1)]) {
        const counting = verdicts(at, guard).flatMap((each) =>
          each.kind === "counts" ? [[each.chunk, each.seconds]] : [],
        );
        expect(counting).toEqual(worths(at, at.slot, guard));
        const good = goodSlots(at, at.slot).map(({ slot }) => ({ slot, each: worths(at, slot, guard) }));
        const plain = WINDOWS.map((length) => {
          const inWindow = good.filter(({ slot }) => slot > at.slot - length);
          const seconds = inWindow.flatMap(({ each }) => each.map(([, found]) => found));
          return { least: seconds.length === 0 ? undefined : Math.min(...seconds), slots: inWindow.length };
        });
        expect(WINDOWS.map((length) => minimumOver(at, guard, window(length)))).toEqual(plain);
      }
    }),
  );
});

test("the class named is the first with the smallest TTL", () => {
  const verdict = { share: 50, pressure: true, kind: "counts" } as const;
  const found = [5, 3, 3].map((seconds, at) => ({ ...verdict, chunk: String(at), seconds }));
  expect(minimum(found)?.chunk).toBe("1");
});
