import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { startMemcached } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import type { Program } from "./program.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const loads: MemcachedLoad[] = [];

afterAll(() => {
  for (const load of loads) load.close();
});

/** One real memcached with a load, and what the load did that tidemark can know of. */
class Instance {
  readonly name: string;
  readonly port: number;
  memcached: Program;
  #load: MemcachedLoad;
  hits = 0;
  misses = 0;

  private constructor(name: string, port: number, memcached: Program, load: MemcachedLoad) {
    this.name = name;
    this.port = port;
    this.memcached = memcached;
    this.#load = load;
  }

  static async start(name: string): Promise<Instance> {
    const port = await freePort(host);
    const memcached = await startMemcached({ host, port });
    return new Instance(name, port, memcached, await connected(port));
  }

  /** Gets with as many hits and misses as the load's own count says. */
  async work(hits: number, misses: number, counted: "counted" | "lost"): Promise<void> {
    const before = this.#load.done;
    await this.#load.sets(hits);
    await this.#load.gets(hits);
    await this.#load.misses(misses);
    const { get_hits, get_misses } = this.#load.done;
    expect([get_hits - before.get_hits, get_misses - before.get_misses]).toEqual([hits, misses]);
    if (counted === "lost") return;
    this.hits += hits;
    this.misses += misses;
  }

  /** kill -9 and a new process in its place. */
  async restart(): Promise<void> {
    await this.memcached.kill();
    this.memcached = await startMemcached({ host, port: this.port });
    this.#load = await connected(this.port);
  }
}

/** A command whose reply is one line, over a connection of its own. */
async function command(port: number, line: string): Promise<string> {
  const socket = connect({ host, port }).setEncoding("latin1");
  socket.write(`${line}\r\n`);
  const [reply] = await once(socket, "data");
  socket.destroy();
  return String(reply);
}

async function connected(port: number): Promise<MemcachedLoad> {
  const load = await MemcachedLoad.connect({ host, port });
  loads.push(load);
  return load;
}

test("windows hold what a load really did across a restart, a reset and a flush", async () => {
  const names = ["plain", "restarted", "reset", "flushed"];
  const instances = await Promise.all(names.map((name) => Instance.start(name)));
  const [plain, restarted, reset, flushed] = instances as [Instance, Instance, Instance, Instance];
  const bench = await Bench.at(host);
  bench.configure(instances.map(({ name, port }) => `Memcached.${name}.Uri=tcp://${host}:${port}`));
  const daemon = await bench.start();
  for (const { name } of instances) await bench.until(`memcached.delta[${name},get_hits,1s]`, "0");

  await Promise.all(instances.map((each) => each.work(300, 100, "counted")));
  for (const { name } of instances) await bench.until(`memcached.stat[${name},get_hits]`, "300");

  // No tick falls between this load and the events, so what it did is lost where counters begin anew.
  daemon.freeze();
  await Promise.all([plain, flushed].map((each) => each.work(50, 20, "counted")));
  await Promise.all([restarted, reset].map((each) => each.work(50, 20, "lost")));
  await restarted.restart();
  expect(await command(reset.port, "stats reset")).toBe("RESET\r\n");
  expect(await command(flushed.port, "flush_all")).toBe("OK\r\n");
  // More than before: only counters other than the hits tell that these began anew.
  await Promise.all(instances.map((each) => each.work(700, 30, "counted")));
  daemon.thaw();

  const seen: number[] = [];
  const patience = { what: "the window to be known", seconds: 15 };
  await waitFor(async () => {
    for (const { name, hits } of instances) {
      const { value } = await bench.ask(`memcached.delta[${name},get_hits,2s]`);
      if (typeof value === "string") seen.push(Number(value) / hits);
    }
    const whole = instances.map(({ name }) => bench.ask(`memcached.requests[${name},10s]`));
    return (await Promise.all(whole)).every(({ value }) => typeof value === "string");
  }, patience);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...seen)).toBeLessThanOrEqual(1);

  for (const { name, hits, misses } of instances) {
    const got = await Promise.all(
      [
        `memcached.delta[${name},get_hits,10s]`,
        `memcached.delta[${name},get_misses,10s]`,
        `memcached.requests[${name},10s]`,
        `memcached.restarts[${name},10s]`,
        `memcached.resets[${name},10s]`,
        `memcached.delta[${name},cmd_flush,10s]`,
      ].map((key) => bench.number(key)),
    );
    const happened = [name === "restarted", name === "reset", name === "flushed"].map(Number);
    expect({ name, got }).toEqual({ name, got: [hits, misses, hits + misses, ...happened] });
    const ratio = await bench.number(`memcached.hit_ratio[${name},10s]`);
    expect(ratio).toBeCloseTo((100 * hits) / (hits + misses), 5);
  }
});
