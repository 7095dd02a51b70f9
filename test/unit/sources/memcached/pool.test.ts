import { describe, expect, test } from "vitest";
import { Bench } from "./bench.ts";

const POOLED = {
  a: { URI: "tcp://10.0.0.1:11211", POOL: "web" },
  b: { URI: "tcp://10.0.0.2:11211", POOL: "web" },
  c: { URI: "tcp://10.0.0.3:11211", POOL: "jobs" },
  d: { URI: "tcp://10.0.0.4:11211", POOL: "" },
};

/** Ten minutes of: a 9 of 10 hits, b 100 of 200, c 1 of 1, d nothing. */
function pooled(): Bench {
  const bench = new Bench();
  bench.roster(POOLED);
  for (let slot = 0; slot <= 10; slot++) {
    const uptime = 100_000;
    bench.good(slot, {
      target: "a",
      numbers: { get_hits: 9 * slot, get_misses: slot, curr_connections: 5, uptime },
      parts: evicting(slot, 70),
    });
    bench.good(slot, {
      target: "b",
      numbers: { get_hits: 100 * slot, get_misses: 100 * slot, curr_connections: 7, uptime },
      parts: evicting(slot, 50),
    });
    bench.good(slot, { target: "c", numbers: { get_hits: slot, get_misses: 0, curr_connections: 1, uptime } });
    bench.good(slot, { target: "d", numbers: { get_hits: 0, get_misses: 0, curr_connections: 2, uptime } });
  }
  return bench;
}

function evicting(slot: number, seconds: number) {
  return { "120": { number: 100, age: seconds + 10, evicted: slot, evicted_time: seconds, outofmemory: 0 } };
}

describe("a pool whose members all answer", () => {
  const bench = pooled();
  test.each([
    ["memcached.pool.hit_ratio[web,5m]", String(Number(((100 * 109) / 210).toFixed(6)))],
    ["memcached.pool.hit_ratio[jobs]", "100"],
    ["memcached.pool.hit_ratio[,5m]", String(Number(((100 * 110) / 211).toFixed(6)))],
    ["memcached.pool.requests[web,5m]", "1050"],
    ["memcached.pool.connections[web]", "12"],
    ["memcached.pool.connections", "15"],
    ["memcached.pool.ttl.min[web]", "50"],
    ["memcached.pool.ttl.min[web,5m]", "50"],
    ["memcached.pool.max_age.min[web]", "60"],
    ["memcached.pool.ttl.min[jobs]", "(none: No slab class is under pressure.)"],
    ["memcached.pool.size[web]", "2"],
    ["memcached.pool.up[web]", "2"],
    ["memcached.pool.left_out[web]", "0"],
    ["memcached.pool.hit_ratio[wbe]", '(unknown: No pool "wbe"; there are "web", "jobs".)'],
    ["memcached.pool.hit_ratio[web,5m,incr]", "(none: 0 of 5 minutes known.)"],
    ["memcached.pool.discovery", '[{"{#POOL}":"web"},{"{#POOL}":"jobs"}]'],
    [
      "memcached.discovery",
      JSON.stringify(
        Object.entries(POOLED).map(([name, { URI, POOL }]) => ({
          "{#INSTANCE}": name,
          "{#URI}": URI,
          "{#POOL}": POOL,
        })),
      ),
    ],
  ])("%s is %s", (key, want) => {
    expect(bench.text(key)).toBe(want);
  });
});

describe("members that do not answer are left out and counted", () => {
  test("one that is down", () => {
    const bench = pooled();
    bench.failed(11, "down", "connection refused", "b");
    expect(bench.text("memcached.pool.hit_ratio[web,5m]")).toBe("90");
    expect(bench.text("memcached.pool.up[web]")).toBe("1");
    expect(bench.text("memcached.pool.left_out[web]")).toBe("1");
    expect(bench.text("memcached.pool.ttl.min[web]")).toBe("70");
    expect(bench.text("memcached.pool.size[web]")).toBe("2");
  });

  test("one whose newest sample is old", () => {
    const bench = pooled();
    for (let slot = 11; slot <= 14; slot++) {
      bench.good(slot, { target: "a", numbers: { get_hits: 9 * slot, get_misses: slot, curr_connections: 5 } });
    }
    expect(bench.text("memcached.pool.connections[web]")).toBe("5");
    expect(bench.text("memcached.pool.left_out[web]")).toBe("1");
  });

  test("all of them", () => {
    const bench = pooled();
    bench.moveTo(30);
    expect(bench.text("memcached.pool.hit_ratio[web,5m]")).toBe("(none: No member is up.)");
    expect(bench.text("memcached.pool.up[web]")).toBe("0");
    expect(bench.text("memcached.pool.left_out[web]")).toBe("2");
  });

  test("one that was never sampled", () => {
    const bench = pooled();
    bench.roster({ ...POOLED, e: { URI: "tcp://10.0.0.5:11211", POOL: "web" } });
    expect(bench.text("memcached.pool.size[web]")).toBe("3");
    expect(bench.text("memcached.pool.left_out[web]")).toBe("1");
    expect(bench.text("memcached.pool.requests[web,5m]")).toBe("1050");
  });
});

test("a roster that is not complete is an error, never a shorter list", () => {
  const bench = pooled();
  bench.ring.roster("memcached", { kind: "unknown", reason: "cannot read /proc" });
  expect(bench.text("memcached.discovery")).toBe("(unknown: Cannot read /proc.)");
  expect(bench.text("memcached.pool.size[web]")).toBe("(unknown: Cannot read /proc.)");
});
