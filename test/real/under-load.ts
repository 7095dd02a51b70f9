import { afterEach, expect } from "vitest";
import { freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { startMemcached } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import type { Program } from "./program.ts";
import { SteadyLoad, seconds } from "./steady-load.ts";

const loads: SteadyLoad[] = [];

afterEach(async () => {
  for (const load of loads.splice(0)) await load.stop();
});

export interface UnderLoad {
  readonly bench: Bench;
  readonly daemon: Program;
  readonly load: SteadyLoad;
  /** When the load began, wall seconds. */
  readonly began: number;
}

export interface UnderLoadOptions {
  /** A program with its arguments that is to start the daemon. */
  readonly before?: readonly string[];
  /** More configuration. */
  readonly lines?: readonly string[];
}

/** A memcached under load and a daemon that has known it for two slots before; the load ends with the test. */
export async function underLoad(host: string, { before = [], lines = [] }: UnderLoadOptions = {}): Promise<UnderLoad> {
  const port = await freePort(host);
  await startMemcached({ host, port });
  const bench = await Bench.at(host);
  bench.configure([`Memcached.cache.Uri=tcp://${host}:${port}`, ...lines]);
  const daemon = await bench.start(before);
  await bench.until("memcached.delta[cache,get_hits,2s]", "0");
  const began = seconds();
  const load = new SteadyLoad(await MemcachedLoad.connect({ host, port }));
  loads.push(load);
  return { bench, daemon, began, load };
}

/** Ends the load and expects the sum of all increases to be what it did, without any restart or reset. */
export async function expectAllCounted({ bench, began, load }: UnderLoad): Promise<void> {
  const { get_hits: hits, get_misses: misses } = await load.stop();
  await bench.until("memcached.stat[cache,get_hits]", String(hits));
  await bench.until("memcached.delta[cache,get_hits,1s]", "0"); // that sample may have been a slot's second one
  const window = `${Math.floor(seconds()) - Math.floor(began) + 2}s`;
  expect(await bench.number(`memcached.delta[cache,get_hits,${window}]`)).toBe(hits);
  expect(await bench.number(`memcached.delta[cache,get_misses,${window}]`)).toBe(misses);
  expect(await bench.number(`memcached.restarts[cache,${window}]`)).toBe(0);
  expect(await bench.number(`memcached.resets[cache,${window}]`)).toBe(0);
}
