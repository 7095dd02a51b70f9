import { afterAll } from "vitest";
import { MemcachedLoad } from "../real/memcached-load.ts";

const BEAT_MS = 200;
const timers: NodeJS.Timeout[] = [];
const loads: MemcachedLoad[] = [];

afterAll(() => {
  for (const timer of timers) clearInterval(timer);
  for (const load of loads) load.close();
});

interface At {
  readonly host: string;
  readonly port: number;
}

/** Asks for three keys that are there and one that is not, five times a second, until stopped or the file is over. */
export async function threeQuartersFound(at: At): Promise<() => void> {
  const load = await MemcachedLoad.connect(at);
  loads.push(load);
  await load.sets(3);
  return beat(() => Promise.all([load.gets(3), load.misses(1)]));
}

/** Stores new items of 1,000 bytes faster than a small memcached can keep them. */
export async function evictions(at: At): Promise<() => void> {
  const load = await MemcachedLoad.connect(at);
  loads.push(load);
  let batch = 0;
  const store = () => load.sets(200, { prefix: `batch${++batch}-`, bytes: 1000 });
  for (let i = 0; i < 20; i += 1) await store();
  return beat(store);
}

function beat(act: () => Promise<unknown>): () => void {
  const timer = setInterval(() => void act().catch(() => clearInterval(timer)), BEAT_MS);
  timers.push(timer);
  return () => clearInterval(timer);
}
