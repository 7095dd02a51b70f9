import { describe, expect, test } from "vitest";
import { Bench } from "./bench.ts";

/** Two samples, one minute apart, then as many quiet ones as asked. */
function twoSamples(before: [number, number], now: [number, number], epoch = "1"): Bench {
  const bench = new Bench();
  bench.good(0, { numbers: { get_hits: before[0], get_misses: before[1] } });
  bench.good(1, { numbers: { get_hits: now[0], get_misses: now[1] }, epoch });
  return bench;
}

describe("memcache.hit_ratio", () => {
  test.each([
    [[0, 0], [1000, 500], "66.66"],
    [[0, 0], [1, 500], ".19"],
    [[0, 0], [1000, 0], "100.00"],
    [[5, 5], [1005, 505], "66.66"],
    [[0, 0], [0, 100], "-1"],
    [[7, 7], [7, 7], "-1"],
    [[0, 0], [1, 100_000], "0"],
    [[0, 0], [1, 9_999], ".01"],
    [[0, 0], [1, 19], "5.00"],
    [[0, 0], [1, 95], "1.04"],
    [[0, 0], [3, 4], "42.85"],
  ] as const)("from %j to %j is %s", (before, now, want) => {
    expect(twoSamples([...before], [...now]).text("memcache.hit_ratio")).toBe(want);
  });

  test("a restart no longer gives 5000 %", () => {
    expect(twoSamples([1000, 500], [1500, 10], "2").text("memcache.hit_ratio")).toBe("99.33");
  });

  test.each([
    ["memcache.hit_ratio", "75.00"],
    ["memcache.hit_ratio[]", "75.00"],
    ["memcache.hit_ratio[1]", "75.00"],
    ["memcache.hit_ratio[1,2,three]", "75.00"],
    ["memcache.hit_ratio[60]", "75.00"],
    ["memcache.hit_ratio[61]", "-1"],
    ["memcache.hit_ratio[0]", "-1"],
    ["memcache.hit_ratio[-1]", "-1"],
    ["memcache.hit_ratio[abc]", "-1"],
    ["memcache.hit_ratio[9999999]", "-1"],
  ])("%s is %s after an hour", (key, want) => {
    const bench = new Bench();
    for (let slot = 0; slot <= 60; slot++) bench.good(slot, { numbers: { get_hits: 3 * slot, get_misses: slot } });
    expect(bench.text(key)).toBe(want);
  });

  test("nothing to compare with", () => {
    const bench = new Bench();
    bench.good(0, { numbers: { get_hits: 3, get_misses: 1 } });
    expect(bench.text("memcache.hit_ratio")).toBe("-1");
    bench.good(1, { numbers: { get_hits: 6, get_misses: 2 } });
    expect(bench.text("memcache.hit_ratio[5]")).toBe("-1");
  });

  test("an instance that stopped answering is not supported, not -1", () => {
    const bench = twoSamples([0, 0], [1, 1]);
    bench.moveTo(9);
    expect(bench.text("memcache.hit_ratio")).toMatch(
      /^\(unknown: Last good sample [\d-]+ [\d:]+ UTC: no attempt has finished since [\d-]+ [\d:]+ UTC\.\)$/,
    );
  });
});

test("memcached.curr_conn is the number alone", () => {
  const bench = new Bench();
  bench.good(0, { numbers: { curr_connections: 12 } });
  expect(bench.text("memcached.curr_conn")).toBe("12");
  bench.good(1);
  expect(bench.text("memcached.curr_conn")).toBe("(none: This sample has no curr_connections.)");
});

test("memcache.check_max_age is the smallest age over classes with more than one item", () => {
  const bench = new Bench();
  const ages = {
    "104": [10_080, 7_698_339],
    "208": [15_123, 39],
    "288": [105_560, 37],
    "320": [65_520, 64],
    "96": [1, 2],
  };
  bench.good(0, {
    parts: Object.fromEntries(Object.entries(ages).map(([chunk, [number = 0, age = 0]]) => [chunk, { number, age }])),
  });
  expect(bench.text("memcache.check_max_age")).toBe("37");
});
