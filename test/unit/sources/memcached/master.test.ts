import { expect, test } from "vitest";
import { TABLE } from "../../../../src/sources/memcached/table.ts";
import { Bench, DEFAULT } from "./bench.ts";

/** Ten minutes of 3 hits and 1 miss a minute; the class of 120 bytes evicts. */
function busy(): Bench {
  const bench = new Bench();
  for (let slot = 0; slot <= 10; slot++) {
    bench.good(slot, {
      state: "slow",
      numbers: {
        get_hits: 3 * slot,
        get_misses: slot,
        evictions: 60 * slot,
        uptime: 9999,
        curr_connections: 4,
        cmd_set: 2n ** 63n,
      },
      texts: { version: "1.6.18", "setting.maxbytes": "64", "expected.maxbytes": "128" },
      parts: {
        "96": { class: 1, number: 1, age: 75, evicted: 0 },
        "120": { class: 2, number: 1000, age: 91, evicted: slot, evicted_time: 15, free_chunks: 0, outofmemory: 0 },
      },
    });
  }
  return bench;
}

function master(bench: Bench): Record<string, unknown> {
  return JSON.parse(bench.text("memcached.get"));
}

test("the master has everything that is known now", () => {
  expect(master(busy())).toEqual({
    instance: "mc",
    state: 2,
    state_text: "slow",
    error: "",
    time: 1_000_600,
    age: 0,
    hit_ratio: { get: { "1m": 75, "5m": 75, "15m": 75 }, delete: {}, incr: {}, decr: {}, cas: {}, touch: {} },
    requests: { get: { "1m": 4, "5m": 20 }, delete: {}, incr: {}, decr: {}, cas: {}, touch: {} },
    restarts: { "1m": 0, "5m": 0 },
    evictions_nonfull: { "1m": 0, "5m": 0 },
    rate: {
      cmd_get: {},
      cmd_set: { "1m": 0, "5m": 0, "15m": 0 },
      evictions: { "1m": 1, "5m": 1, "15m": 1 },
      reclaimed: {},
      total_connections: {},
      rejected_connections: {},
      listen_disabled_num: {},
      bytes_read: {},
      bytes_written: {},
    },
    ttl: { min: 15, class: 120, pressure: 1, max_age_min: 91, left_out: { "96": "one item" } },
    stats: {
      get_hits: 30,
      get_misses: 10,
      evictions: 600,
      uptime: 9999,
      curr_connections: 4,
      cmd_set: "9223372036854775808",
      version: "1.6.18",
    },
    slabs: {
      "96": { class: 1, number: 1, age: 75, evicted: 0, share: 0.08, pressure: 0 },
      "120": {
        class: 2,
        number: 1000,
        age: 91,
        evicted: 10,
        evicted_time: 15,
        outofmemory: 0,
        free_chunks: 0,
        share: 99.92,
        pressure: 1,
        ttl: 15,
      },
    },
    settings: { maxbytes: "64" },
    drift: [{ setting: "maxbytes", expected: "128", found: "64" }],
  });
});

test("while nothing can be read the master says so and keeps no old value", () => {
  const bench = busy();
  for (let slot = 11; slot <= 14; slot++) bench.failed(slot, "hung", "no reply within 3 s");
  expect(master(bench)).toEqual({
    instance: "mc",
    state: 3,
    state_text: "hung",
    error: "no reply within 3 s",
    time: 1_000_600,
    age: 240,
  });
});

test("one missed sample is forgiven: the state tells of it, the values stay", () => {
  const bench = busy();
  bench.failed(11, "hung", "no reply within 3 s");
  expect(master(bench)).toMatchObject({ state: 3, age: 60, hit_ratio: { get: { "5m": 75 } } });
});

test("an instance that never answered has neither time nor age", () => {
  const bench = new Bench();
  bench.failed(0, "down", "connection refused");
  expect(master(bench)).toMatchObject({ state: 0, error: "connection refused" });
});

test("the master is not supported once no attempt finishes", () => {
  const bench = busy();
  bench.moveTo(14);
  expect(bench.text("memcached.get")).toMatch(/^\(unknown: No attempt has finished since .+ UTC\.\)$/);
});

test("right after a replay the ring's part of the master is there", () => {
  const bench = new Bench();
  const numbers = (slot: number) =>
    new Map([
      ["get_hits", slot],
      ["get_misses", slot],
    ]);
  for (let slot = 0; slot <= 5; slot++) {
    bench.moveTo(slot);
    const sample = {
      kind: "good",
      target: DEFAULT,
      stamp: bench.now,
      state: 1,
      epoch: "1",
      numbers: numbers(slot),
      texts: new Map(),
      parts: new Map(),
    } as const;
    bench.ring.put(slot, "memcached", sample, true);
  }
  const found = master(bench);
  expect(found).toMatchObject({ state: 1, hit_ratio: { get: { "5m": 50 } } });
  expect(found).not.toHaveProperty("stats");
});

const row = (bench: Bench) => TABLE.map((column) => column.cell(bench.view(), bench.now, bench.ring.now()));

test("the table shows an instance", () => {
  expect(row(busy())).toEqual(["mc", "slow", "75.00 %", "75.00 %", "-", "15 s", "120 B", "4", "1.0", "0 s", ""]);
});

test("the table shows no old value", () => {
  const bench = busy();
  bench.failed(14, "down", "connection refused");
  expect(row(bench)).toEqual(["mc", "down", "-", "-", "-", "-", "-", "-", "-", "240 s", "connection refused"]);
});
