import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, expect, test } from "vitest";
import type { Values } from "../../src/config/spec.ts";
import { realIo } from "../../src/io/real-io.ts";
import { Registry } from "../../src/items/registry.ts";
import { Ring } from "../../src/ring/ring.ts";
import { parseAddress } from "../../src/sources/memcached/address.ts";
import { memcached } from "../../src/sources/memcached/memcached.ts";
import { type Named, section } from "../../src/sources/memcached/section.ts";
import type { Collector, Publish, Surroundings } from "../../src/sources/source.ts";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import { isSkipped } from "./start.ts";

const host = address(import.meta.url);
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

/** The real source over a real memcached; a tick is when the test says so. */
class Daemon {
  readonly #io = realIo();
  readonly #ring = new Ring([memcached], { slots: 61, step: 60 });
  readonly #collector: Collector;
  readonly registry: Registry;
  #slot = 0;

  constructor(port: number) {
    const uri = parseAddress(`${host}:${port}`);
    if (uri.kind === "malformed") throw new Error(uri.reason);
    const values = { ...defaults(), Uri: uri.value };
    const quiet = { error: () => {}, warning: () => {}, info: () => {}, debug: () => {} };
    const surroundings = { io: this.#io, log: quiet, remembered: new Map() } as Partial<Surroundings> as Surroundings;
    this.#collector = memcached.open(
      { general: { Discover: false, SlowMs: 5000 }, named: new Map([["mc", values]]) },
      surroundings,
    );
    closing.push(() => this.#collector.close());
    this.registry = new Registry({
      items: memcached.items,
      ring: this.#ring,
      now: () => this.#io.now(),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (_, targets) => memcached.defaultTarget(targets),
    });
  }

  async tick(): Promise<void> {
    const slot = this.#slot++;
    const publish: Publish = {
      sample: (sample) => this.#ring.put(slot, memcached.name, sample),
      roster: (roster) => this.#ring.roster(memcached.name, roster),
      remember: () => {},
      finding: () => {},
    };
    const tick = { slot, stamp: this.#io.now(), deadline: AbortSignal.timeout(3000), seconds: 3 };
    await this.#collector.collect(tick, publish);
  }

  text(key: string): string {
    const reply = this.registry.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }
}

function defaults(): Values<Named> {
  const fallbacks = Object.entries(section.named).map(([name, directive]) => [name, directive.fallback]);
  return Object.fromEntries(fallbacks) as Values<Named>;
}

async function begin(args: readonly string[]): Promise<{ daemon: Daemon; load: MemcachedLoad; port: number }> {
  const port = await freePort(host);
  await startMemcached({ host, port }, args);
  const load = await MemcachedLoad.connect({ host, port });
  closing.push(() => load.close());
  return { daemon: new Daemon(port), load, port };
}

/** One command that the load does not count. */
async function say(port: number, command: string, want: string): Promise<void> {
  const socket = connect({ host, port });
  closing.push(() => socket.destroy());
  socket.write(`${command}\r\n`);
  const [reply] = await once(socket, "data");
  expect(String(reply)).toBe(`${want}\r\n`);
}

test.skipIf(isSkipped("memcached"))("windows tell what the load did", async () => {
  const { daemon, load, port } = await begin(["-c", "100"]);
  await load.sets(30, { bytes: 100 });
  await daemon.tick();
  await load.gets(30);
  await load.misses(10);
  await load.request("delete absent");
  await daemon.tick();

  expect(daemon.text("memcached.hit_ratio[mc,1m]")).toBe("75");
  expect(daemon.text("memcached.requests[mc,1m]")).toBe("40");
  expect(daemon.text("memcached.hit_ratio[mc,1m,delete]")).toBe("0");
  expect(daemon.text("memcached.hit_ratio[mc,1m,incr]")).toBe("(none: No incr requests in the last 1m.)");
  expect(daemon.text("memcache.hit_ratio")).toBe("75.00");
  expect(daemon.text("memcached.state")).toBe("1");
  expect(daemon.text("memcached.stat[mc,max_connections]")).toBe("100");
  expect(daemon.text("memcached.setting[mc,maxconns]")).toBe("100");
  expect(daemon.text("memcached.ttl.min")).toBe("(none: No slab class is under pressure.)");
  expect(daemon.text(`memcached.ping["tcp://${host}:${port}"]`)).toBe("1");
  expect(JSON.parse(daemon.text(`memcached.stats["tcp://${host}:${port}"]`))).toMatchObject({
    get_hits: "30",
    get_misses: "10",
  });

  await say(port, "stats reset", "RESET");
  await load.gets(5);
  await daemon.tick();
  expect(daemon.text("memcached.resets[mc,1m]")).toBe("1");
  expect(daemon.text("memcached.requests[mc,2m]")).toBe("45");
});

test.skipIf(isSkipped("memcached"))(
  "a class that evicts gives the minimum TTL until the cache is flushed",
  async () => {
    const { daemon, load, port } = await begin(["-m", "4"]);
    await load.sets(1, { bytes: 8000 });
    await daemon.tick();
    await load.sets(3000, { bytes: 8000 });
    await daemon.tick();

    const chunk = daemon.text("memcached.ttl.class[mc]");
    expect(Number(chunk)).toBeGreaterThan(8000);
    expect(Number(chunk)).toBeLessThan(11_000);
    expect(Number(daemon.text("memcached.ttl.min"))).toBeLessThanOrEqual(Number(daemon.text("memcached.uptime")));
    expect(daemon.text("memcached.ttl.pressure")).toBe("1");
    expect(Number(daemon.text("memcached.delta[mc,evictions,1m]"))).toBeGreaterThan(1000);
    expect(daemon.text(`memcached.slab[mc,${chunk},evicted]`)).toBe(daemon.text("memcached.stat[mc,evictions]"));
    expect(JSON.parse(daemon.text("memcached.get"))).toMatchObject({ ttl: { class: Number(chunk), pressure: 1 } });

    await say(port, "flush_all", "OK");
    await daemon.tick();
    expect(daemon.text("memcached.ttl.min")).toBe("(none: No slab class is under pressure.)");
    expect(daemon.text("memcached.ttl.pressure")).toBe("0");
  },
);

test.skipIf(isSkipped("memcached"))("every standard call of a served instance is answered", async () => {
  const { daemon, load } = await begin([]);
  for (let ticks = 0; ticks < 3; ticks++) {
    await load.sets(10, { bytes: 100 });
    await daemon.tick();
  }
  const refused = [...daemon.registry.calls()].filter(({ key }) => daemon.registry.ask(key).kind === "unknown");
  expect(refused.map(({ key }) => `${key} ${daemon.text(key)}`)).toEqual([]);
});
