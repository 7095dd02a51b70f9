import { describe, expect, test } from "vitest";
import { staleSweep } from "../../../../src/sources/rsyslog/freshness.ts";
import { type Figures, World } from "./world.ts";

const Q = "q";

/** One queue's record; the resources of the process rise by themselves. */
function queue(size: number, enqueued: number, more: Figures = {}): Record<string, Figures> {
  return {
    [`core.queue ${Q}`]: { size, enqueued, full: 0, "discarded.full": 0, "discarded.nf": 0, maxqsize: size, ...more },
  };
}

function resources(utime: number): Record<string, Figures> {
  return { "impstats resource-usage": { utime, stime: 10, maxrss: 100, minflt: 5, majflt: 0, nvcsw: 3, nivcsw: 1 } };
}

/** Reports every `interval` seconds, with a tick every `step`: `make` gives the n-th report. */
async function run(
  world: World,
  { interval, step, seconds }: { interval: number; step: number; seconds: number },
  make: (n: number) => Record<string, Figures>,
) {
  const from = world.clock;
  let [reports, ticks] = [0, 0];
  for (let passed = 1; passed <= seconds; passed++) {
    await world.io.pass(1);
    if (passed % interval === 0) world.report(make(reports++));
    if (passed % step === 0) {
      await world.bench.tick();
      ticks++;
    }
  }
  return { from, reports, ticks };
}

describe("reports come seldom", () => {
  const slowly = { interval: 300, step: 60 };

  test("a window with fewer than two reports says so, and with which interval they come", async () => {
    const world = new World([], { step: 60 });
    await run(world, { ...slowly, seconds: 1860 }, (n) => ({ ...queue(0, 600 * n), ...resources(n) }));
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,1m]")).toBe(
      "(none: The last 1m hold 1 sweep; impstats reports every 300 s.)",
    );
    expect(world.bench.text("rsyslog.queue.discarded[q,1m]")).toBe(
      "(none: The last 1m hold 1 sweep; impstats reports every 300 s.)",
    );
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,15m]")).toBe("2");
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,5m]")).toBe("2");
    expect(world.bench.text("rsyslog.queue.full[q,15m]")).toBe("0");
    expect(world.bench.text("rsyslog.queue.size.max[q,1m]")).toBe("0");
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,60m]")).toBe("(none: 25 of 60 minutes known.)");
    expect(world.bench.text("rsyslog.stats.interval")).toBe("300");
  });

  test("values hold for three intervals, then name the time of the report; no tick more", async () => {
    const world = new World([], { step: 60 });
    await run(world, { ...slowly, seconds: 1200 }, (n) => queue(5, 600 * n));
    await world.ticks(15, 60); // the newest report is 900 s old
    expect(world.bench.text("rsyslog.queue.size[q]")).toBe("5");
    expect(world.bench.text("rsyslog.stats.state")).toBe("1");
    await world.ticks(1, 60);
    const reason =
      "(unknown: The newest statistics of rsyslogd are of 2026-11-21 23:55:13 UTC; impstats reported every 300 s.)";
    expect(world.bench.text("rsyslog.queue.size[q]")).toBe(reason);
    expect(world.bench.text("rsyslog.queue.stuck[q]")).toBe(reason);
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,15m]")).toBe(reason);
    expect(world.bench.text("rsyslog.queue.state[q]")).toBe("5");
    expect(world.bench.json("rsyslog.queue.get[q]")).not.toHaveProperty("size");
    expect(world.bench.json("rsyslog.queue.get[q]")["state_text"]).toBe("stale");
    expect(world.bench.text("rsyslog.stats.age")).toBe("960");
    expect(world.bench.text("rsyslog.stats.state")).toBe("2");
    expect(world.bench.text("rsyslog.discovery")).toContain('"{#QUEUE}":"q"');
  });

  test("the master of all has what the others have; stale ones keep their state and the age of the report", async () => {
    const world = new World([], { step: 60 });
    expect(world.bench.text("rsyslog.get")).toBe(
      "(unknown: No statistics of rsyslogd are read: tidemark doctor says what to do.)",
    );
    await run(world, { ...slowly, seconds: 1200 }, (n) => ({
      ...queue(5, 600 * n),
      "core.action a": { processed: n, failed: 0 },
    }));
    expect(world.bench.json("rsyslog.get")).toMatchObject({
      statistics: { state_text: "up", report_interval: 300 },
      queues: { q: { state_text: "waiting", size: 5, enqueued: { "5m": 2, "15m": 2 } } },
      actions: { a: { state_text: "well", failed: { "15m": 0 } } },
      inputs: {},
      spools: {},
    });
    await world.ticks(17, 60);
    const { statistics, queues } = world.bench.json("rsyslog.get") as Record<string, object>;
    expect(statistics).toMatchObject({ state_text: "stale", report_age: 1020 });
    expect(queues).toMatchObject({ q: { state_text: "stale", queue: "q" } });
    expect(JSON.stringify(queues)).not.toContain("size");
  });

  test("an interval that was measured is told in round figures", () => {
    const arrived = { clock: 0, mono: 0 };
    const why = staleSweep({ number: 1, clock: 0, arrived, objects: [] }, { clock: 60, mono: 60 }, 3.4129998683929443);
    expect(why).toBe("the newest statistics of rsyslogd are of 1970-01-01 00:00:00 UTC; impstats reported every 3.4 s");
  });

  test("stuck counts reports, not ticks", async () => {
    const world = new World([], { step: 60 });
    const seen: string[] = [];
    for (let n = 0; n < 8; n++) {
      await run(world, { ...slowly, seconds: 300 }, () => ({
        ...queue(n < 2 ? 0 : 7, n < 2 ? n : 8),
        ...resources(n),
      }));
      await world.ticks(1, 60);
      seen.push(world.bench.text("rsyslog.queue.stuck[q]"));
    }
    expect(seen.slice(1)).toEqual(["0", "0", "0", "1", "1", "1", "1"]);
  });
});

describe("reports come often", () => {
  const often = { interval: 10, step: 60 };

  test("none between two ticks is lost: not its largest size, not what was discarded", async () => {
    const world = new World([], { step: 60 });
    const peak = (n: number) => (n === 14 ? 500 : 3);
    await run(world, { ...often, seconds: 600 }, (n) => queue(peak(n), 100 * n, { "discarded.full": n > 14 ? 40 : 0 }));
    expect(world.bench.text("rsyslog.queue.size[q]")).toBe("3");
    expect(world.bench.text("rsyslog.queue.size.max[q,5m]")).toBe("3");
    expect(world.bench.text("rsyslog.queue.size.max[q,9m]")).toBe("500");
    expect(world.bench.text("rsyslog.queue.discarded[q,9m]")).toBe("40");
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,1m]")).toBe("10");
    expect(world.bench.text("rsyslog.queue.dequeued.rate[q,5m]")).toBe("10");
  });

  test("discarding between two reports of one tick is seen, and over at the next", async () => {
    const world = new World([], { step: 60 });
    await run(world, { ...often, seconds: 120 }, (n) => queue(0, n, { "discarded.nf": n >= 8 ? 1 : 0 }));
    expect(world.bench.text("rsyslog.queue.discarding[q]")).toBe("1");
    await run(world, { ...often, seconds: 60 }, (n) => queue(0, 20 + n, { "discarded.nf": 1 }));
    expect(world.bench.text("rsyslog.queue.discarding[q]")).toBe("0");
  });

  test("stuck within one tick", async () => {
    const world = new World([], { step: 60 });
    await run(world, { ...often, seconds: 120 }, (n) => queue(n < 6 ? 0 : 9, n < 6 ? n : 14));
    expect(world.bench.text("rsyslog.queue.stuck[q]")).toBe("1");
  });
});

describe("restarts", () => {
  const each = { interval: 10, step: 10 };

  test("of rsyslogd: counters begin at 0 again, and nothing is counted twice or below 0", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 100 }, (n) => ({ ...queue(50, 1000 + 10 * n), ...resources(1000 + n) }));
    await run(world, { ...each, seconds: 100 }, (n) => ({ ...queue(20, 5 * n), ...resources(10 + n) }));
    expect(world.bench.number("rsyslog.queue.enqueued.rate[q,3m]")).toBeGreaterThan(0.5);
    expect(world.bench.number("rsyslog.queue.enqueued.rate[q,3m]")).toBeLessThan(1);
    expect(world.bench.number("rsyslog.queue.dequeued.rate[q,3m]")).toBeGreaterThan(0.5);
    expect(world.bench.number("rsyslog.queue.dequeued.rate[q,3m]")).toBeLessThan(1);
  });

  test("of rsyslogd with a backlog that it had saved: what was there is not taken for stuck or delivered at once", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 100 }, (n) => ({ ...queue(0, 10 * n), ...resources(1000 + n) }));
    await run(world, { ...each, seconds: 20 }, (n) => ({ ...queue(900, 0), ...resources(n) }));
    expect(world.bench.text("rsyslog.queue.stuck[q]")).toBe(
      "(none: Messages wait, and there were fewer than three reports yet.)",
    );
    await run(world, { ...each, seconds: 40 }, (n) => ({ ...queue(900, 0), ...resources(10 + n) }));
    expect(world.bench.text("rsyslog.queue.stuck[q]")).toBe("1");
    expect(world.bench.text("rsyslog.queue.dequeued.rate[q,20s]")).toBe("0");
    await run(world, { ...each, seconds: 20 }, (n) => ({ ...queue(800 - 100 * n, 0), ...resources(20 + n) }));
    expect(world.bench.text("rsyslog.queue.stuck[q]")).toBe("0");
  });

  test("of tidemark: counters go on, and nothing is invented", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 200 }, (n) => queue(5, 100 * n));
    await world.bench.restart();
    await run(world, { ...each, seconds: 200 }, (n) => queue(5, 2000 + 100 * n));
    expect(world.bench.number("rsyslog.queue.enqueued.rate[q,5m]")).toBeCloseTo(10, 1);
    expect(world.bench.number("rsyslog.queue.dequeued.rate[q,5m]")).toBeCloseTo(10, 1);
  });
});

describe("counters that impstats clears", () => {
  const each = { interval: 10, step: 10 };
  const cleared = (n: number) => ({ ...queue(0, n % 2 === 0 ? 100 : 50), ...resources(1000 + n) });

  test("are told from restarts by the resources that rise on", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 600 }, cleared);
    expect(world.bench.number("rsyslog.queue.enqueued.rate[q,5m]")).toBeCloseTo(7.5, 0);
  });

  test("are known from the configuration at once", async () => {
    const configuration = 'module(load="impstats" resetCounters="on" log.file="@/stats.log")';
    const world = new World(["Stats=auto"], { step: 10, configuration });
    await run(world, { ...each, seconds: 100 }, () => ({ ...queue(0, 100), ...resources(1) })); // never lower than before
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,1m]")).toBe("10");
    expect(world.bench.text("rsyslog.queue.dequeued.rate[q,1m]")).toBe("10");
  });

  test("but a busy new life after an idle one is one restart, not that", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 100 }, (n) => ({ ...queue(0, 100 + n), ...resources(1) }));
    await run(world, { ...each, seconds: 300 }, (n) => ({ ...queue(0, 10 * n), ...resources(500 + n) }));
    expect(world.bench.number("rsyslog.queue.enqueued.rate[q,3m]")).toBeCloseTo(1, 1);
  });
});

describe("drain time of a disk-assisted queue", () => {
  const parts = (memory: number, disk: number) => ({
    ...queue(memory, 5000),
    "core.queue q[DA]": { size: disk, enqueued: 3000, full: 0, "discarded.full": 0, "discarded.nf": 0 },
  });
  /** Each a second after the one before, as 8.2610 said them: near its end memory is moved to disk at once. */
  const drained = [
    [711, 2636],
    [611, 2536],
    [511, 2436],
    [411, 2336],
    [311, 2246],
    [211, 2146],
    [21, 2236],
    [0, 2136],
    [0, 2036],
    [0, 1936],
  ] as const;

  test("is that of the slower part, without a leap when the other one is gone", async () => {
    const world = new World([], { step: 1 });
    const seen: number[] = [];
    for (const [memory, disk] of drained) {
      world.report(parts(memory, disk));
      await world.ticks(1, 1);
      seen.push(world.bench.number("rsyslog.queue.drain_time[q]"));
    }
    const really = drained.map((_, at) => 19 + drained.length - at);
    for (const at of drained.keys()) {
      if (at < 4) continue; // the trend begins
      expect(Math.abs((seen[at] ?? 0) - (really[at] ?? 0)), JSON.stringify(seen)).toBeLessThanOrEqual(3);
    }
  });

  test("is not within a year while more comes into memory than the disk part delivers", async () => {
    const world = new World([], { step: 1 });
    for (let at = 0; at < 6; at++) {
      world.report(parts(20 * at, 2000 - 10 * at));
      await world.ticks(1, 1);
    }
    expect(world.bench.text("rsyslog.queue.drain_time[q]")).toBe("31536000");
  });
});

describe("odd objects", () => {
  const each = { interval: 10, step: 10 };

  test("a queue that is gone is missing for three reports, then leaves; others stay", async () => {
    const world = new World([], { step: 10 });
    const other = { "core.queue other": { size: 1, enqueued: 1 } };
    await run(world, { ...each, seconds: 40 }, (n) => ({ ...queue(0, n), ...other }));
    await run(world, { ...each, seconds: 40 }, () => other);
    expect(world.bench.text("rsyslog.queue.state[q]")).toBe("6");
    expect(world.bench.text("rsyslog.queue.size[q]")).toBe("(unknown: Rsyslogd does not report it any more.)");
    await run(world, { ...each, seconds: 30 }, () => other);
    expect(world.bench.text("rsyslog.queue.size[q]")).toBe(
      '(unknown: No rsyslog.queue target "q"; there are "other".)',
    );
    expect(world.bench.text("rsyslog.queue.size[other]")).toBe("1");
  });

  test("a name that is an input's is no queue, and the reason lists the queues", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 40 }, (n) => ({ ...queue(0, n), "imudp imudp(*/514)": { submitted: n } }));
    expect(world.bench.text("rsyslog.queue.size[imudp___514_-1f5c92]")).toContain('there are "q"');
    expect(world.bench.text("rsyslog.input.discovery")).toContain('"{#NAME}":"imudp(*/514)"');
  });

  test("queue, action and input of one name are three targets", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 100 }, (n) => ({
      ...queue(4, 10 * n),
      "core.action q": { processed: 20 * n, failed: 0, suspended: 0, "suspended.duration": 0, resumed: 0 },
      "q q": { submitted: 30 * n },
    }));
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,1m]")).toBe("1");
    expect(world.bench.text("rsyslog.action.processed[q,1m]")).toBe("2");
    expect(world.bench.text("rsyslog.input.submitted[q,1m]")).toBe("3");
  });

  test("names with brackets, quotes, spaces and other scripts have short names for keys", async () => {
    const world = new World([], { step: 10 });
    const names = ["a b", 'x"y', "k[1]", "очередь", "a,b"];
    await run(world, { ...each, seconds: 40 }, (n) =>
      Object.fromEntries(names.map((name) => [`core.queue ${name}`, { size: 0, enqueued: n }])),
    );
    const rows = JSON.parse(world.bench.text("rsyslog.discovery")) as readonly Record<string, string>[];
    expect(rows.map((row) => row["{#NAME}"])).toEqual(names);
    for (const row of rows) {
      expect(row["{#QUEUE}"]).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
      expect(world.bench.text(`rsyslog.queue.size[${row["{#QUEUE}"]}]`)).toBe("0");
    }
  });

  test("a disk part without its queue is a queue of that name", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 40 }, (n) => ({ "core.queue x[DA]": { size: 3, enqueued: n } }));
    expect(world.bench.text("rsyslog.discovery")).toContain('"{#NAME}":"x[DA]"');
  });

  test("a record without what every queue has is none", async () => {
    const world = new World([], { step: 10 });
    await run(world, { ...each, seconds: 40 }, (n) => ({ ...queue(0, n), "core.queue half": { size: 3 } }));
    expect(world.bench.text("rsyslog.discovery")).not.toContain("half");
  });

  test("a counter that is not reported, or not as a number, is not known: not 0, and no loss when it is back", async () => {
    const world = new World([], { step: 10 });
    const odd = { size: 0, full: 7, "discarded.full": 50 };
    await run(world, { ...each, seconds: 60 }, (n) => ({ "core.queue half": { ...odd, enqueued: 10 * n } }));
    await run(world, { ...each, seconds: 10 }, () => ({
      "core.queue half": { ...odd, enqueued: 60, "discarded.full": -1 },
    }));
    expect(world.bench.text("rsyslog.queue.discarded[half,1m,full]")).toBe("0");
    await run(world, { ...each, seconds: 10 }, () => ({ "core.queue half": { ...odd, enqueued: 70 } }));
    expect(world.bench.text("rsyslog.queue.discarded[half,1m,full]")).toBe("0");
    expect(world.bench.text("rsyslog.queue.discarding[half]")).toBe("0");
    expect(world.bench.text("rsyslog.queue.discarded[half,1m,nf]")).toBe("(none: Not known in the last 1m.)");
    expect(world.bench.text("rsyslog.queue.discarded[half,1m]")).toBe("(none: Not known in the last 1m.)");
    expect(world.bench.text("rsyslog.queue.enqueued.rate[half,1m]")).toBe("1");
    await run(world, { ...each, seconds: 40 }, (n) => ({ "core.queue bare": { size: 0, enqueued: n } }));
    expect(world.bench.text("rsyslog.queue.discarding[bare]")).toBe("(none: No two reports yet tell.)");
  });

  test("a size below 0, which comes out near 2^64, is none", async () => {
    const world = new World([], { step: 10 });
    const size = (text: string) => `Sat Nov 21 23:35:2${text}`;
    const record = (text: string) => `{"name":"odd","origin":"core.queue","size":${text},"enqueued":1}`;
    world.write([size(`3 2026: ${record("5")}`)]);
    await world.ticks(1, 10);
    world.write([size(`5 2026: ${record("18446744073709551615")}`)]);
    await world.ticks(1, 10);
    expect(world.bench.text("rsyslog.queue.size[odd]")).toBe("(unknown: Rsyslogd does not report it any more.)");
  });

  test("a disk part that is lost on the way takes nothing from its queue's size: the queue is missing", async () => {
    const world = new World([], { step: 10 });
    const disk = { "core.queue q[DA]": { size: 90, enqueued: 90, full: 0, "discarded.full": 5, "discarded.nf": 0 } };
    const whole = { ...queue(10, 100), ...disk };
    await run(world, { ...each, seconds: 60 }, () => whole);
    await run(world, { ...each, seconds: 10 }, () => queue(10, 100));
    await world.ticks(1, 5);
    expect(world.bench.text("rsyslog.queue.state[q]")).toBe("6");
    expect(world.bench.text("rsyslog.queue.size[q]")).toBe("(unknown: Rsyslogd does not report it any more.)");
    await run(world, { ...each, seconds: 20 }, () => whole);
    expect(world.bench.text("rsyslog.queue.size[q]")).toBe("100");
    expect(world.bench.text("rsyslog.queue.dequeued.rate[q,1m]")).toBe("0");
    expect(world.bench.text("rsyslog.queue.discarded[q,1m]")).toBe("0");
    expect(world.bench.text("rsyslog.queue.stuck[q]")).toBe("1");
  });

  test("counters up to 2^64 - 1 are exact", async () => {
    const world = new World([], { step: 10 });
    const text = (n: bigint) =>
      `{"name":"q","origin":"core.queue","size":0,"enqueued":${n},"full":0,"discarded.full":0,"discarded.nf":0}`;
    for (let n = 0n; n < 12n; n++) {
      world.write([
        `Sat Nov 21 23:3${5 + Math.floor((13 + 10 * Number(n)) / 60)}:${String((13 + 10 * Number(n)) % 60).padStart(2, "0")} 2026: ${text(2n ** 64n - 100n + n)}`,
      ]);
      await world.ticks(1, 10);
    }
    expect(world.bench.text("rsyslog.queue.enqueued.rate[q,1m]")).toBe("0.1");
  });
});
