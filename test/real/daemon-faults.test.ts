import { createServer } from "node:net";
import { afterAll, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { allSamplesOf } from "./daemon-journal.ts";
import { startMemcached } from "./memcached.ts";
import { seconds } from "./steady-load.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const FAULT_SECONDS = 4;
/** No check may wait for a source: one that does is in flight from a tick's beginning to its deadline, 900 ms later. */
const LONGEST_CHECK_MS = 700;

const HUNG = 3;
const DOWN = 0;
const FOREIGN = 7;
const UP = 1;

/** Answers everything with what is no memcached's. */
const garbage = createServer((socket) => {
  socket.on("error", () => undefined);
  socket.write(Buffer.alloc(100_000, "\x00\xffgarbage"));
});

afterAll(() => void garbage.close());

test("a hung, a refusing and a foreign instance cost only themselves, and heal in the next tick", async () => {
  const ports = await Promise.all([freePort(host), freePort(host), freePort(host), freePort(host)]);
  const [healthy, stopping, refusing, foreign] = ports as [number, number, number, number];
  await startMemcached({ host, port: healthy });
  const stopped = await startMemcached({ host, port: stopping });
  const ended = await startMemcached({ host, port: refusing });
  await new Promise<void>((resolve) => garbage.listen(foreign, host, resolve));
  const bench = await Bench.at(host);
  bench.configure([
    `Memcached.healthy.Uri=tcp://${host}:${healthy}`,
    `Memcached.stopped.Uri=tcp://${host}:${stopping}`,
    `Memcached.ended.Uri=tcp://${host}:${refusing}`,
    `Memcached.foreign.Uri=tcp://${host}:${foreign}`,
  ]);
  const daemon = await bench.start();
  const states = { healthy: UP, stopped: UP, ended: UP, foreign: FOREIGN };
  for (const [name, state] of Object.entries(states)) await bench.until(`memcached.state[${name}]`, String(state));

  stopped.freeze();
  await ended.kill();
  const broken = seconds();
  const latencies: number[] = [];
  const check = async (key: string) => {
    const began = performance.now();
    await bench.ask(key);
    latencies.push(performance.now() - began);
  };
  await waitFor(
    async () => {
      await check("memcached.curr_connections");
      await check("memcached.rate[healthy,cmd_get,2s]");
      await check("memcached.get[stopped]");
      return seconds() > broken + FAULT_SECONDS;
    },
    { what: "some ticks with faults" },
  );
  expect(await bench.number("memcached.state[stopped]")).toBe(HUNG);
  expect(await bench.number("memcached.state[ended]")).toBe(DOWN);
  expect(await bench.number("tidemark.source.ok[memcached]")).toBe(1);
  const healed = seconds();
  stopped.thaw();
  await startMemcached({ host, port: refusing });
  const started = seconds();
  const next = Math.ceil(started);
  for (const name of ["stopped", "ended"]) await bench.until(`memcached.state[${name}]`, String(UP));
  await waitFor(() => seconds() > next + 1, { what: "the first whole slot after it to be over" });
  expect(await bench.number("tidemark.tick.missed")).toBe(0);
  expect(await daemon.end()).toEqual({ status: 0, signal: null });

  const samples = allSamplesOf(bench);
  const statesOf = (name: string, from: number, to: number) =>
    samples
      .filter(({ slot, sample }) => sample.target === name && slot >= from && slot <= to)
      .map(({ sample }) => sample.state);
  const [first, last] = [Math.ceil(broken), Math.floor(healed) - 2]; // a late tick may still be in flight when it heals
  const all = (state: number) => Array.from({ length: last - first + 1 }, () => state);
  expect(last - first).toBeGreaterThanOrEqual(FAULT_SECONDS - 3);
  expect(statesOf("healthy", first, last)).toEqual(all(UP));
  expect(statesOf("stopped", first, last)).toEqual(all(HUNG));
  expect(statesOf("ended", first, last)).toEqual(all(DOWN));
  expect(statesOf("foreign", first, last)).toEqual(all(FOREIGN));
  expect(statesOf("stopped", next, next)).toEqual([UP]);
  expect(statesOf("ended", next, next)).toEqual([UP]);
  for (const { slot, sample } of samples) expect(sample.stamp.clock - slot).toBeLessThan(1.1);

  const sorted = latencies.sort((a, b) => a - b);
  expect(sorted.length).toBeGreaterThan(100);
  expect(sorted.at(-1)).toBeLessThan(LONGEST_CHECK_MS);
});
