import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached, statsOf } from "../real/memcached.ts";
import { MemcachedLoad } from "../real/memcached-load.ts";
import { waitFor } from "../real/wait.ts";
import { withEachServer } from "./lab.ts";
import { evictions, threeQuartersFound } from "./memcached-load.ts";
import { PolledHost, type ValueType } from "./polled-host.ts";

/*
 * Real servers poll three instances: "main" is asked for keys of which three quarters are there, "tight" evicts all the
 * time, and nobody asks "idle" for anything.
 */

const HOST = address(import.meta.url);
const NAME = "tidemark values";
const at = { main: { host: HOST, port: 0 }, tight: { host: HOST, port: 0 }, idle: { host: HOST, port: 0 } };

let bench: Bench;

beforeAll(async () => {
  for (const place of Object.values(at)) place.port = await freePort(HOST);
  await startMemcached(at.main, ["-c", "512"]);
  await startMemcached(at.tight, ["-m", "2"]);
  await startMemcached(at.idle);
  bench = await Bench.at(HOST);
  bench.configure([
    "History=2m",
    ...Object.entries(at).map(([name, { port }]) => `Memcached.${name}.Uri=tcp://${HOST}:${port}`),
    "Memcached.main.Default=1",
  ]);
  await bench.start();
  await threeQuartersFound(at.main);
  await evictions(at.tight);
});

/** The whole value of the same name in memcached's own `stats`. */
const own = async (name: string) => (await statsOf(at.main)).get(name) ?? "";

/** Connections without the one that asks for their number. */
const clients = async () => String(Number(await own("curr_connections")) - 1);

/** Items whose values stay the same while the test runs. */
const CONSTANT: readonly { readonly key: string; readonly type: ValueType; readonly value: () => Promise<string> }[] = [
  { key: "memcached.state[main]", type: "unsigned", value: async () => "1" },
  { key: "memcached.hit_ratio[main,10s]", type: "float", value: async () => "75" },
  { key: "memcached.pool.hit_ratio[,10s]", type: "float", value: async () => "75" },
  { key: "memcached.stat[main,curr_items]", type: "unsigned", value: () => own("curr_items") },
  { key: "memcached.stat[main,limit_maxbytes]", type: "unsigned", value: () => own("limit_maxbytes") },
  { key: "memcached.stat[main,pid]", type: "unsigned", value: () => own("pid") },
  { key: "memcached.stat[main,version]", type: "char", value: () => own("version") },
  { key: "memcached.stat[,version]", type: "text", value: () => own("version") },
  { key: "memcached.setting[main,maxconns]", type: "unsigned", value: async () => "512" },
  { key: "memcached.setting[main,growth_factor]", type: "float", value: async () => "1.25" },
  { key: "memcached.ttl.pressure[main]", type: "unsigned", value: async () => "0" },
  { key: "memcached.ttl.pressure[tight]", type: "unsigned", value: async () => "1" },
  { key: "memcached.ttl.class[tight]", type: "unsigned", value: async () => "1184" },
  { key: "memcached.curr_conn", type: "unsigned", value: () => clients() },
  { key: "memcached.curr_conn[]", type: "unsigned", value: () => clients() },
  { key: "memcache.hit_ratio", type: "float", value: async () => "75" },
  { key: "memcache.hit_ratio[1,x]", type: "char", value: async () => "75.00" },
  { key: "memcache.hit_ratio[0]", type: "float", value: async () => "-1" },
  { key: "memcache.check_max_age[idle]", type: "float", value: async () => "1e+100" },
  { key: "agent.ping", type: "unsigned", value: async () => "1" },
  { key: "agent.variant", type: "unsigned", value: async () => "2" },
];

/** Values that the server finds in the master's JSON. */
const FROM_MASTER: readonly {
  readonly key: string;
  readonly type: ValueType;
  readonly path: string;
  readonly value: () => Promise<string>;
}[] = [
  { key: "json.state", type: "unsigned", path: "$.state", value: async () => "1" },
  { key: "json.state_text", type: "char", path: "$.state_text", value: async () => "up" },
  { key: "json.error", type: "text", path: "$.error", value: async () => "" },
  { key: "json.items", type: "unsigned", path: "$.stats.curr_items", value: () => own("curr_items") },
  { key: "json.version", type: "char", path: "$.stats.version", value: () => own("version") },
  { key: "json.maxconns", type: "unsigned", path: "$.settings.maxconns", value: async () => "512" },
  { key: "json.ratio", type: "float", path: "$.hit_ratio.get['1m']", value: async () => "75" },
  { key: "json.number", type: "unsigned", path: "$.slabs['96'].number", value: async () => "3" },
];

const REFUSED = [
  "memcached.state[elsewhere]",
  "memcached.hit_ratio[main,soon]",
  "memcached.hit_ratio[main,30d]",
  "memcached.hit_ratio[main,10s,get,x]",
  "memcached.stat[main]",
  "memcached.stat[main,get_hist]",
  'memcached.stat[main,"h\u00e9, \\"quoted\\""]',
  "memcached.ping[tcp://127.9.9.9]",
  "agent.pong",
];

withEachServer((server) => {
  let host: PolledHost;
  let logStart = 0;
  const logged = () => readFileSync(server.log, "utf8").slice(logStart).split("\n");

  beforeAll(async () => {
    logStart = readFileSync(server.log, "utf8").length;
    host = await PolledHost.create(server, { name: NAME, at: bench });
    await Promise.all(CONSTANT.map(({ key, type }) => host.item(key, type)));
    const master = await host.item("memcached.get[main]", "text");
    await Promise.all(FROM_MASTER.map(({ key, type, path }) => host.dependent(master, key, { type, path })));
    await Promise.all(REFUSED.map((key) => host.item(key, "text")));
    await host.discovery("memcached.discovery", { key: "memcached.state[{#INSTANCE}]", type: "unsigned" });
    const slab = "memcached.slab[{#INSTANCE},{#CHUNK},number]";
    await host.discovery("memcached.slab.discovery[main]", { key: slab, type: "unsigned" });
    const others = { "memcached.uptime[main]": "unsigned", "memcached.sample.age[main]": "float" } as const;
    for (const [key, type] of Object.entries(others)) await host.item(key, type);
    await host.item("memcached.ttl.min[tight]", "unsigned");
    await host.item("memcached.stat[main,get_hits]", "unsigned");
    await host.item("memcached.rate[main,cmd_get,10s]", "float");
    await host.item("memcached.hit_ratio[idle,10s]", "float");
  }, 60_000);

  for (const { key, value } of CONSTANT) {
    test(`has ${key} as memcached says it`, async () => host.until(key, value, 120));
  }

  for (const { key, path, value } of FROM_MASTER) {
    test(`finds ${path} in the master`, async () => host.until(key, value, 120));
  }

  test("has the instances and their items by discovery", async () => {
    for (const name of Object.keys(at)) await host.until(`memcached.state[${name}]`, "1");
  });

  test("has the slab classes and their items by discovery", async () => {
    await host.until("memcached.slab[main,96,number]", "3");
  });

  test("has the uptime that memcached had at that second", async () => {
    const { clock, value } = await newest("memcached.uptime[main]");
    const stats = await statsOf(at.main);
    const age = Number(stats.get("time")) - clock;
    expect(Math.abs(Number(value) + age - Number(stats.get("uptime")))).toBeLessThanOrEqual(2.5);
  });

  test("has the age of a sample that is taken each second", async () => {
    const { value } = await newest("memcached.sample.age[main]");
    expect(Number(value)).toBeGreaterThanOrEqual(0);
    expect(Number(value)).toBeLessThan(3);
  });

  test("has the minimum TTL of the class that evicts", async () => {
    const { value } = await newest("memcached.ttl.min[tight]");
    const items = await statsOf(at.tight, "stats items");
    const [, evictedTime] = [...items].find(([name]) => name.endsWith(":evicted_time")) ?? [];
    expect(Math.abs(Number(value) - Number(evictedTime))).toBeLessThanOrEqual(2);
  });

  test("has counters that rise with those of memcached", async () => {
    const before = Number(await own("get_hits"));
    const risen = async () => Number((await host.now("memcached.stat[main,get_hits]")).value) > before;
    await waitFor(risen, { what: "get_hits to rise on the server" });
    expect(Number((await host.now("memcached.stat[main,get_hits]")).value)).toBeLessThanOrEqual(
      Number(await own("get_hits")),
    );
  });

  test("has the rate of the load: four requests, five times a second", async () => {
    const { value } = await newest("memcached.rate[main,cmd_get,10s]");
    expect(Number(value)).toBeGreaterThan(15);
    expect(Number(value)).toBeLessThan(21);
  });

  for (const key of REFUSED) {
    test(`shows why ${key} is not supported`, async () => {
      const reason = await host.untilNotSupported(key);
      expect(reason).toBe((await bench.ask(key)).error);
      expect(reason).toMatch(/^[A-Z].*[.?]$/);
    });
  }

  test(`${server.version === "6.0" ? "shows the reason of" : "keeps supported"} what rightly has no value`, async () => {
    const key = "memcached.hit_ratio[idle,10s]";
    await untilNone(key);
    const isAsked = async () => (await host.history("memcached.state[main]")).length > 5;
    await waitFor(isAsked, { what: "the server to have asked a few times", seconds: 60 });
    expect(await host.now(key)).toMatchObject(
      server.version === "6.0"
        ? { supported: false, error: "No get requests in the last 10s." }
        : { supported: true, error: "" },
    );
    expect((await host.history(key)).length).toBe(0);

    const load = await MemcachedLoad.connect(at.idle);
    await load.misses(1);
    load.close();
    await host.until(key, "0");
    await untilNone(key);
    if (server.version === "6.0") expect(await host.untilNotSupported(key)).toBe("No get requests in the last 10s.");
    const before = (await host.history(key)).length;
    const state = (await host.history("memcached.state[main]")).length;
    const goesOn = async () => (await host.history("memcached.state[main]")).length > state + 3;
    await waitFor(goesOn, { what: "the server to go on asking", seconds: 30 });
    expect((await host.history(key)).length).toBe(before);
    expect((await host.now(key)).supported).toBe(server.version !== "6.0");
  });

  test("keeps the interface available, and saw no network error", async () => {
    expect(await host.availability()).toEqual({ available: "1", error: "" });
    const trouble = /network error|temporarily|unreachable|unavailable|cannot parse|non-critical/i;
    const ours = logged().filter((line) => line.includes(NAME));
    expect(ours.filter((line) => trouble.test(line))).toEqual([]);
  });

  function untilNone(key: string): Promise<boolean> {
    return waitFor(async () => (await bench.ask(key)).value === null, {
      what: `"${key}" to have no value`,
      seconds: 30,
    });
  }

  async function newest(key: string) {
    return waitFor(async () => (await host.history(key)).at(-1), { what: `a value of "${key}"`, seconds: 60 });
  }
});
