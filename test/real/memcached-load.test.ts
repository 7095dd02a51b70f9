import { afterAll, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { type Done, MemcachedLoad } from "./memcached-load.ts";
import { isSkipped, run } from "./start.ts";

const host = address(import.meta.url);
const loads: MemcachedLoad[] = [];

afterAll(() => {
  for (const load of loads) load.close();
});

async function server(): Promise<{
  load: MemcachedLoad;
  port: number;
  memcached: Awaited<ReturnType<typeof startMemcached>>;
}> {
  const port = await freePort(host);
  const memcached = await startMemcached({ host, port });
  const load = await MemcachedLoad.connect({ host, port });
  loads.push(load);
  return { load, port, memcached };
}

/** The server's own counters, read by memcached's own tool. */
async function stats(port: number): Promise<ReadonlyMap<string, number>> {
  const { stdout } = await run("/usr/share/memcached/scripts/memcached-tool", [`${host}:${port}`, "stats"]);
  return new Map([...stdout.matchAll(/^\s*(\S+)\s+(\d+)\r?$/gm)].map(([, name = "", value]) => [name, Number(value)]));
}

test.skipIf(isSkipped("memcached"))("what the load counts is what memcached counts", async () => {
  const { load, port } = await server();
  await load.sets(1234, { bytes: 200 });
  await load.gets(1500);
  await load.misses(77);
  await load.request("set counter 0 0 1\r\n5");
  for (const command of ["incr counter 2", "incr absent 1", "decr counter 1", "decr absent 1", "touch counter 100"]) {
    await load.request(command);
  }
  for (const command of ["touch absent 1", "delete key0", "delete key0"]) await load.request(command);
  for (const cas of ["cas key1 0 0 1 999999\r\nx", "cas absent 0 0 1 1\r\nx"]) await load.request(cas);
  const id = (await load.request("gets key1")).split(" ")[4];
  expect(await load.request(`cas key1 0 0 1 ${id}\r\nx`)).toBe("STORED");
  const counted = await stats(port);
  const done = load.done;
  expect(done).toMatchObject({
    cmd_set: 1238,
    get_hits: 1235,
    get_misses: 343,
    cas_hits: 1,
    cas_badval: 1,
    cas_misses: 1,
  });
  for (const name of Object.keys(done) as (keyof Done)[]) expect([name, counted.get(name)]).toEqual([name, done[name]]);
});

test.skipIf(isSkipped("memcached"))("an error or a closed connection is never counted as done", async () => {
  const { load, memcached } = await server();
  await expect(load.request("set k 0 0 nonsense")).rejects.toThrow("CLIENT_ERROR");
  await expect(load.request("flush_all now")).rejects.toThrow('no counter is known for "flush_all"');
  memcached.freeze();
  const unanswered = load.request("get k");
  await Promise.all([expect(unanswered).rejects.toThrow(), memcached.kill()]);
  expect(load.done.get_misses).toBe(0);
});
