import { describe, expect, test } from "vitest";
import { type Verdict, verdicts } from "../../../../src/sources/memcached/ttl.ts";
import { standardGuard } from "../../../../src/sources/memcached/ttl-items.ts";
import { Bench } from "./bench.ts";

interface Class {
  readonly number?: number;
  readonly age?: number;
  readonly evicted?: number;
  readonly evicted_time?: number;
  readonly outofmemory?: number;
  readonly free_chunks?: number;
}

const CALM = { number: 1000, age: 500, evicted: 0, evicted_time: 0, outofmemory: 0, free_chunks: 10 };

interface Slot {
  readonly classes: Readonly<Record<string, Class>>;
  readonly uptime?: number;
  readonly flushes?: number;
  readonly epoch?: string;
}

/** One sample a minute from slot 0 on; a missing one is a hole. */
function bench(slots: readonly (Slot | undefined)[]): Bench {
  const made = new Bench();
  slots.forEach((slot, at) => {
    made.moveTo(at);
    if (slot === undefined) return;
    const parts = Object.entries(slot.classes).map(([chunk, given]) => [chunk, { ...CALM, ...given }]);
    made.good(at, {
      epoch: slot.epoch ?? "1",
      numbers: { uptime: slot.uptime ?? 100_000 + 60 * at, cmd_flush: slot.flushes ?? 0 },
      parts: Object.fromEntries(parts),
    });
  });
  return made;
}

function judged(made: Bench): Readonly<Record<string, string | number>> {
  const view = made.view();
  const guard = standardGuard(view);
  if (guard === undefined) throw new Error("no guard");
  const said = (verdict: Verdict) => (verdict.kind === "counts" ? verdict.seconds : verdict.reason);
  return Object.fromEntries(verdicts(view, guard).map((verdict) => [verdict.chunk, said(verdict)]));
}

/** `slots` samples of one class whose evicted counter is given per slot. */
function evicting(counts: readonly number[], rest: Class = {}): readonly Slot[] {
  return counts.map((evicted) => ({ classes: { "120": { evicted, ...rest } } }));
}

describe("what a class is worth", () => {
  const cases: readonly {
    readonly name: string;
    readonly slots: readonly (Slot | undefined)[];
    readonly want: Record<string, string | number>;
  }[] = [
    {
      name: "evicting now: the idle time of what was evicted last",
      slots: evicting([0, 5], { evicted_time: 37 }),
      want: { "120": 37 },
    },
    {
      name: "evicted within a quarter of an hour: the age of the tail, not the old evicted_time",
      slots: evicting([0, 5, 5, 5], { evicted_time: 37, age: 480 }),
      want: { "120": 480 },
    },
    {
      name: "evicted longer ago: no pressure",
      slots: evicting([0, 5, ...Array(15).fill(5)], { evicted_time: 37 }),
      want: { "120": "not under pressure" },
    },
    {
      name: "evicted just within the window",
      slots: evicting([0, 5, ...Array(14).fill(5)], { evicted_time: 37 }),
      want: { "120": 500 },
    },
    {
      name: "refused stores are pressure too",
      slots: [{ classes: { "120": {} } }, { classes: { "120": { outofmemory: 1 } } }],
      want: { "120": 500 },
    },
    {
      name: "counters from before the first sample are no pressure",
      slots: evicting([5000]),
      want: { "120": "not under pressure" },
    },
    {
      name: "full without evicting",
      slots: evicting([0, 0], { free_chunks: 0 }),
      want: { "120": "full" },
    },
    { name: "one item", slots: evicting([0, 5], { number: 1 }), want: { "120": "one item" } },
    { name: "no item", slots: evicting([0, 5], { number: 0 }), want: { "120": "empty" } },
    {
      name: "less than one percent of the bytes",
      slots: [0, 5].map((evicted) => ({ classes: { "120": { evicted, number: 10 }, "1000": { number: 10_000 } } })),
      want: { "120": "small share", "1000": "not under pressure" },
    },
    {
      name: "few large items are no small share",
      slots: [0, 5].map((evicted) => ({
        classes: { "120": { number: 10_000 }, "100000": { evicted, number: 10, evicted_time: 3 } },
      })),
      want: { "120": "not under pressure", "100000": 3 },
    },
    {
      name: "an age of 0 without eviction means an empty cold list",
      slots: evicting([0, 5, 5], { age: 0 }),
      want: { "120": "age not known" },
    },
    {
      name: "an eviction of what was used in this second is a true 0",
      slots: evicting([0, 5], { evicted_time: 0 }),
      want: { "120": 0 },
    },
    {
      name: "never above uptime",
      slots: evicting([0, 5], { evicted_time: 37 }).map((slot) => ({ ...slot, uptime: 20 })),
      want: { "120": 20 },
    },
    {
      name: "pressure from before a restart is forgotten",
      slots: [...evicting([0, 5]), { classes: { "120": { evicted: 0, age: 3 } }, uptime: 10, epoch: "2" }],
      want: { "120": "not under pressure" },
    },
    {
      name: "evictions of the new process count at once",
      slots: [...evicting([0, 5]), { classes: { "120": { evicted: 2, evicted_time: 3 } }, uptime: 10, epoch: "2" }],
      want: { "120": 3 },
    },
    {
      name: "pressure from before a flush is forgotten",
      slots: [
        ...evicting([0, 5]),
        { classes: { "120": { evicted: 6, evicted_time: 900 } }, flushes: 1 },
        { classes: { "120": { evicted: 6, evicted_time: 900, age: 30 } }, flushes: 1 },
      ],
      want: { "120": "not under pressure" },
    },
    {
      name: "never above the time since the last flush",
      slots: [
        ...evicting([0, 5]),
        { classes: { "120": { evicted: 6 } }, flushes: 1 },
        { classes: { "120": { evicted: 7, evicted_time: 900 } }, flushes: 1 },
        { classes: { "120": { evicted: 8, evicted_time: 900 } }, flushes: 1 },
      ],
      want: { "120": 120 },
    },
    {
      name: "a rise across holes is seen when the next sample comes",
      slots: [...evicting([0]), undefined, undefined, ...evicting([5], { evicted_time: 37 })],
      want: { "120": 37 },
    },
    {
      name: "cleared statistics leave evictions since then",
      slots: [...evicting([100, 105]), ...evicting([3], { evicted_time: 44 })],
      want: { "120": 44 },
    },
    {
      name: "the table of old: what looks bad is left out unless it evicts",
      slots: [0, 9].map((evicted) => ({
        classes: {
          "104": { number: 10_080, age: 7_698_339 },
          "208": { number: 15_123, age: 39 },
          "232": { number: 8_694_555, age: 557_835 },
          "288": { number: 105_560, age: 37, evicted, evicted_time: 41 },
          "256": { number: 106_496, age: 83 },
        },
        uptime: 10_000_000,
      })),
      want: {
        "104": "not under pressure",
        "208": "not under pressure",
        "232": "not under pressure",
        "288": 41,
        "256": "not under pressure",
      },
    },
  ];
  for (const { name, slots, want } of cases) {
    test(name, () => {
      expect(judged(bench(slots))).toEqual(want);
    });
  }
});

describe("items", () => {
  const slots = [0, 5, 5, 9, 9, 9].map((evicted, at) => ({
    classes: {
      "96": { number: 1, age: 3 },
      "120": { evicted, evicted_time: [0, 400, 400, 37, 37, 37][at] ?? 0, age: 450 + at },
      "240": { number: 2000, age: 2, evicted, evicted_time: 900 + at },
    },
  }));

  test.each([
    ["memcached.ttl.min", "2"],
    ["memcached.ttl.min[mc,1m]", "2"],
    ["memcached.ttl.class", "240"],
    ["memcached.ttl.pressure", "2"],
    ["memcached.ttl.pressure[mc,2m]", "0"],
    ["memcached.ttl.pressure[mc,3m]", "2"],
    ["memcached.max_age.min", "2"],
    ["memcached.ttl.min[mc,,2m]", "(none: No slab class is under pressure.)"],
    ["memcached.ttl.min[mc,5m,,90]", "(none: No slab class was under pressure in the last 5m.)"],
    [
      "memcached.ttl.min[mc,,,90]",
      "(none: No slab class under pressure counts: 120 (small share), 240 (small share).)",
    ],
    ["memcached.ttl.min[mc,15m]", "(none: 6 of 15 minutes known.)"],
    ["memcached.ttl.class[mc,1m]", "(none: No slab class is under pressure.)"],
    ["memcached.ttl.min[mc,,,101]", '(unknown: Parameter "share": expected a number from 0 to 100, found "101".)'],
    ["memcached.ttl.min[mc,,3h]", '(unknown: Parameter "pressure": "3h" is longer than the history of 1h.)'],
  ])("%s is %s", (key, want) => {
    expect(bench(slots).text(key)).toBe(want);
  });

  test("over a window it is the smallest of its slots", () => {
    const values = [40, 37, 60].map((evicted_time, at) => ({ classes: { "120": { evicted: at + 1, evicted_time } } }));
    const made = bench([{ classes: { "120": {} } }, ...values]);
    expect(made.text("memcached.ttl.min")).toBe("60");
    expect(made.text("memcached.ttl.min[mc,1m]")).toBe("60");
    expect(made.text("memcached.ttl.min[mc,2m]")).toBe("37");
  });

  test("over a window each slot has its own pressure", () => {
    const ages = [500, 400, 10, 5];
    const made = bench(
      ages.map((age, at) => ({ classes: { "120": { evicted: Math.min(at, 1), evicted_time: 400, age } } })),
    );
    expect(made.text("memcached.ttl.min[mc,3m,1m]")).toBe("400");
    expect(made.text("memcached.ttl.min[mc,3m,2m]")).toBe("10");
    expect(made.text("memcached.ttl.min[mc,3m,3m]")).toBe("5");
  });

  test("a history shorter than the pressure window is used whole", () => {
    const made = new Bench({ step: 1, slots: 61 });
    [0, 5].forEach((evicted, slot) => {
      made.good(slot, {
        numbers: { uptime: 1000 },
        parts: { "120": { number: 10, age: 9, evicted, evicted_time: 7 } },
      });
    });
    expect(made.text("memcached.ttl.min")).toBe("7");
    expect(made.text("memcached.ttl.min[mc,,10m]")).toBe(
      '(unknown: Parameter "pressure": "10m" is longer than the history of 1m.)',
    );
  });

  test("no class with two items has no smallest age", () => {
    const made = bench([{ classes: { "96": { number: 1 } } }]);
    expect(made.text("memcached.max_age.min")).toBe("(none: No slab class has more than one item.)");
    expect(made.text("memcache.check_max_age")).toBe("1e+100");
  });
});

describe("slab classes", () => {
  const made = new Bench();
  made.good(0, {
    texts: { version: "1.6.18" },
    parts: {
      "1184": { class: 12, chunk_size: 1184, number: 10, age: 0, free_chunks: 3 },
      "96": { class: 1, chunk_size: 96, total_pages: 1 },
    },
  });
  test.each([
    ["memcached.slab[mc,1184,age]", "0"],
    ["memcached.slab[mc,1184,class]", "12"],
    ["memcached.slab[mc,96,age]", '(none: "age" of the slab class of 96 bytes is not known now.)'],
    ["memcached.slab[mc,120,age]", '(none: No slab class of 120 bytes has memory; there are "96", "1184".)'],
    ["memcached.slab[mc,96,agee]", '(unknown: Unknown figure "agee" of slab classes, did you mean "age"?)'],
    ["memcached.slab[mc,small,age]", '(unknown: Expected a chunk size in bytes, found "small".)'],
    [
      "memcached.slab.discovery[mc]",
      '[{"{#INSTANCE}":"mc","{#CHUNK}":"96","{#CLASS}":"1","{#SHARE}":"0"},{"{#INSTANCE}":"mc","{#CHUNK}":"1184","{#CLASS}":"12","{#SHARE}":"100"}]',
    ],
  ])("%s is %s", (key, want) => {
    expect(made.text(key)).toBe(want);
  });
});
