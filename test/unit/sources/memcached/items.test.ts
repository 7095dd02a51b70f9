import { describe, expect, test } from "vitest";
import { FIELDS } from "../../../../src/sources/memcached/fields.ts";
import { ITEMS } from "../../../../src/sources/memcached/items.ts";
import { Bench } from "./bench.ts";

/** `minutes` samples, one a slot, of counters that rise evenly. */
function rising(bench: Bench, minutes: number, perMinute: Readonly<Record<string, number>>): void {
  for (let slot = 0; slot <= minutes; slot++) {
    const numbers = Object.entries(perMinute).map(([name, rise]) => [name, 1000 + slot * rise]);
    bench.good(slot, { numbers: Object.fromEntries(numbers) });
  }
}

describe("declarations", () => {
  test("keys are used once and spelt as agents accept", () => {
    const keys = ITEMS.map((item) => item.key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  test("every doc is a sentence", () => {
    for (const { doc } of [...ITEMS, ...FIELDS]) expect(doc).toMatch(/^[A-Z0-9].*\.$/s);
  });

  test("the ring keeps at most 80 columns of an instance with ten slab classes", () => {
    const ringed = FIELDS.filter((field) => field.ringed && field.kind !== "text");
    const parts = ringed.filter((field) => field.part).length;
    expect(ringed.length - parts + 10 * parts).toBe(80);
  });

  test("no field is declared twice", () => {
    const names = FIELDS.map((field) => `${field.part}:${field.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  test("every standard call of a well-fed bench is answered or is none", () => {
    const bench = new Bench();
    bench.roster({ mc: { URI: "tcp://127.0.0.1:11211", POOL: "web" } });
    rising(bench, 60, { get_hits: 30, get_misses: 10, evictions: 1, cmd_flush: 0 });
    const calls = [...bench.registry.calls()];
    expect(calls.length).toBeGreaterThan(100);
    const refused = calls
      .map(({ key }) => [key, bench.text(key)] as const)
      .filter(([, text]) => /unknown|too many|parameter/.test(text));
    // This bench's memcached gives four numbers only; nothing but missing statistics may be refused.
    expect(refused.filter(([key]) => !/^memcached\.(stat|setting|hit_ratio|requests)\[/.test(key))).toEqual([]);
  });
});

describe("hit ratio", () => {
  test.each([
    ["memcached.hit_ratio", "75"],
    ["memcached.hit_ratio[]", "75"],
    ["memcached.hit_ratio[mc,1m]", "75"],
    ["memcached.hit_ratio[mc,60m,get]", "75"],
    ["memcached.hit_ratio[mc,300]", "75"],
    ["memcached.hit_ratio[mc,1h,touch]", "0"],
    ["memcached.requests[mc,5m]", "200"],
    ["memcached.requests[mc,,touch]", "50"],
    ["memcached.hit_ratio[mc,5m,cas]", "(none: No cas requests in the last 5m.)"],
    ["memcached.requests[mc,5m,cas]", "0"],
    [
      "memcached.hit_ratio[mc,5m,set]",
      '(unknown: Parameter "command": expected one of "get", "delete", "incr", "decr", "cas", "touch", found "set".)',
    ],
    ["memcached.hit_ratio[mc,2h]", '(unknown: Parameter "window": "2h" is longer than the history of 1h.)'],
    ["memcached.hit_ratio[mc,30s]", '(unknown: Parameter "window": "30s" is shorter than one step of 1m.)'],
    [
      "memcached.hit_ratio[mc,soon]",
      '(unknown: Parameter "window": expected a length of time such as 30s, 5m or 1h, found "soon".)',
    ],
    ["memcached.hit_ratio[other]", '(unknown: No memcached target "other"; there are "mc".)'],
    [
      "memcached.hit_ratio[mc,5m,get,x]",
      '(unknown: Too many parameters: "memcached.hit_ratio" takes at most 3 (target, window, command), found 4.)',
    ],
  ])("%s is %s", (key, want) => {
    const bench = new Bench();
    rising(bench, 60, { get_hits: 30, get_misses: 10, touch_hits: 0, touch_misses: 10, cas_hits: 0, cas_misses: 0 });
    expect(bench.text(key)).toBe(want);
  });

  test("a memcached that counts get only says so for the others", () => {
    const bench = new Bench();
    for (let slot = 0; slot < 10; slot++) {
      bench.good(slot, { numbers: { get_hits: slot, get_misses: 0 }, texts: { version: "1.2.5" } });
    }
    expect(bench.text("memcached.hit_ratio[mc,5m,delete]")).toBe(
      "(unknown: Memcached 1.2.5 does not count delete requests.)",
    );
    expect(bench.text("memcached.hit_ratio[mc,5m]")).toBe("100");
  });

  test("half of the window is enough for the ratio, not for the sum", () => {
    const bench = new Bench();
    rising(bench, 7, { get_hits: 30, get_misses: 10 });
    expect(bench.text("memcached.hit_ratio[mc,15m]")).toBe("(none: 7 of 15 minutes known.)");
    expect(bench.text("memcached.hit_ratio[mc,10m]")).toBe("75");
    expect(bench.text("memcached.requests[mc,10m]")).toBe("(none: 7 of 10 minutes known.)");
    expect(bench.text("memcached.requests[mc,7m]")).toBe("280");
  });

  test("with a one-second schedule the known part is said in seconds", () => {
    const bench = new Bench({ step: 1, slots: 3601 });
    rising(bench, 12, { get_hits: 30, get_misses: 10 });
    expect(bench.text("memcached.hit_ratio[mc,1m]")).toBe("(none: 12 of 60 seconds known.)");
  });

  test("a restart gives what was counted after it, never less than nothing", () => {
    const bench = new Bench();
    bench.good(0, { numbers: { get_hits: 1000, get_misses: 500 } });
    bench.good(1, { numbers: { get_hits: 1500, get_misses: 10 }, epoch: "2" });
    expect(bench.text("memcached.requests[mc,1m]")).toBe("1510");
    expect(bench.text("memcached.restarts[mc,1m]")).toBe("1");
    expect(bench.text("memcached.resets[mc,1m]")).toBe("0");
  });

  test("cleared statistics count as a reset, not as a restart", () => {
    const bench = new Bench();
    bench.good(0, { numbers: { get_hits: 1000, get_misses: 500 } });
    bench.good(1, { numbers: { get_hits: 7, get_misses: 600 } });
    expect(bench.text("memcached.requests[mc,1m]")).toBe("607");
    expect(bench.text("memcached.restarts[mc,1m]")).toBe("0");
    expect(bench.text("memcached.resets[mc,1m]")).toBe("1");
  });
});

describe("counters and levels", () => {
  const kept = new Bench();
  for (let slot = 0; slot <= 10; slot++) {
    kept.good(slot, {
      numbers: {
        evictions: 100 * slot,
        curr_connections: slot,
        cmd_meta: 3,
        bytes_read: 18_446_744_073_709_551_000n + BigInt(slot),
        rusage_user: 1.5,
        uptime: 60 * slot,
      },
      texts: { version: "1.6.18", "setting.maxconns": "1024", "expected.maxconns": "2000" },
    });
  }
  test.each([
    ["memcached.stat[mc,version]", "1.6.18"],
    ["memcached.stat[mc,bytes_read]", "18446744073709551010"],
    ["memcached.stat[mc,rusage_user]", "1.5"],
    ["memcached.stat[mc,cmd_meta]", "3"],
    [
      "memcached.stat[mc,curr_conections]",
      '(unknown: Unknown statistic "curr_conections": memcached 1.6.18 has none of this name, did you mean "curr_connections"?)',
    ],
    [
      "memcached.stat[mc,setting.maxconns]",
      '(unknown: Unknown statistic "setting.maxconns": memcached 1.6.18 has none of this name.)',
    ],
    [
      "memcached.stat[mc]",
      '(unknown: Parameter "name" is missing: name as in the reply to stats, such as curr_items.)',
    ],
    ["memcached.delta[mc,evictions]", "500"],
    ["memcached.delta[mc,bytes_read,10m]", "10"],
    ["memcached.rate[mc,evictions,1m]", "1.666667"],
    ["memcached.min[mc,curr_connections,5m]", "6"],
    ["memcached.max[mc,curr_connections,5m]", "10"],
    ["memcached.avg[mc,curr_connections,5m]", "8"],
    ["memcached.max[mc,curr_connections,1h]", "(none: 11 of 60 minutes known.)"],
    ["memcached.uptime[mc]", "600"],
    ["memcached.setting[mc,maxconns]", "1024"],
    ["memcached.setting[mc,maxcons]", '(unknown: Unknown setting "maxcons", did you mean "maxconns"?)'],
    ["memcached.config.drift[mc]", "1"],
    ["memcached.curr_conn", "10"],
  ])("%s is %s", (key, want) => {
    expect(kept.text(key)).toBe(want);
  });

  test.each([
    [
      "memcached.delta[mc,curr_connections]",
      /"curr_connections" is a level, not a counter; the kept counters are "get_hits"/,
    ],
    ["memcached.max[mc,evictions]", /"evictions" is a counter, not a level; the kept gauges are "uptime"/],
    ["memcached.rate[mc,cmd_meta]", /"cmd_meta" has no history, only memcached.stat knows it/],
    ["memcached.rate[mc,evictons]", /Parameter "name": unknown statistic "evictons", did you mean "evictions"\?/],
  ])("%s is refused", (key, want) => {
    expect(kept.text(key)).toMatch(want);
  });

  test("evictions count as premature only while memory is free", () => {
    const bench = new Bench();
    const fill = [10, 10, 90, 50, 79, 80];
    fill.forEach((bytes, slot) => {
      bench.good(slot, { numbers: { evictions: slot * slot, bytes, limit_maxbytes: 100 } });
    });
    // Increases 1, 3, 5, 7, 9 end at levels 10, 90, 50, 79, 80.
    expect(bench.text("memcached.evictions.nonfull[mc,5m]")).toBe("13");
  });

  test("settings that were not read or not meant are none", () => {
    const bench = new Bench();
    bench.good(0);
    expect(bench.text("memcached.setting[mc,maxconns]")).toBe("(none: The settings were not read yet.)");
    expect(bench.text("memcached.config.drift[mc]")).toBe("(none: The settings were not read yet.)");
    bench.good(1, { texts: { "setting.maxconns": "1024" } });
    expect(bench.text("memcached.config.drift[mc]")).toMatch(
      /^\(none: Nothing says how this memcached was meant to be set: a configured one by ExpectMemory /,
    );
  });

  test("in the past only the ring's levels are known", () => {
    const view = kept.view("mc", kept.ring.at(4));
    const stat = ITEMS.find((item) => item.key === "memcached.stat");
    const at = (name: string) => (stat?.scope === "target" ? stat.value(view, { name }, kept.now) : undefined);
    expect(at("curr_connections")).toEqual({ kind: "value", value: 4 });
    expect(at("version")).toMatchObject({ kind: "none" });
    expect(at("evictions")).toMatchObject({ kind: "none" });
  });
});

describe("life", () => {
  test("state and age answer while nothing can be read, values do not", () => {
    const bench = new Bench();
    bench.good(0, { numbers: { uptime: 5 } });
    for (let slot = 1; slot <= 5; slot++) bench.failed(slot, "hung", "no reply within 3 s");
    expect(bench.text("memcached.state")).toBe("3");
    expect(bench.text("memcached.sample.age")).toBe("300");
    expect(bench.text("memcached.uptime")).toMatch(
      /^\(unknown: Last good sample [\d-]+ [\d:]+ UTC: no reply within 3 s\.\)$/,
    );
  });

  test("before any sample", () => {
    expect(new Bench().text("memcached.state")).toBe('(unknown: No sample of memcached target "mc" was taken yet.)');
  });

  test("an instance that never answered has a state and no age", () => {
    const bench = new Bench();
    bench.failed(0, "refusing connections", "connection refused");
    expect(bench.text("memcached.state")).toBe("4");
    expect(bench.text("memcached.sample.age")).toBe("(none: No good sample was taken yet.)");
  });
});
