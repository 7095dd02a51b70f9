import { beforeAll, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { allSamplesOf } from "./daemon-journal.ts";
import { startMemcached } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import type { Program } from "./program.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const HUNG = 3;
const UP = 1;
const GETS = 70;

const ports: Record<string, number> = {};
let hung: Program;

beforeAll(async () => {
  for (const name of ["stays", "goes", "comes", "hung"]) {
    const port = await freePort(host);
    ports[name] = port;
    const memcached = await startMemcached({ host, port });
    if (name === "hung") hung = memcached;
  }
  hung.freeze();
});

function lines(...names: readonly string[]): readonly string[] {
  return names.map((name) => `Memcached.${name}.Uri=tcp://${host}:${ports[name]}`);
}

async function loaded(bench: Bench): Promise<void> {
  await bench.until("memcached.delta[stays,cmd_get,1s]", "0");
  const load = await MemcachedLoad.connect({ host, port: ports["stays"] ?? 0 });
  await load.misses(GETS);
  load.close();
  await bench.until("memcached.stat[stays,get_misses]", String(GETS));
}

async function namesOf(bench: Bench): Promise<readonly string[]> {
  const rows = JSON.parse(await bench.get("memcached.discovery")) as readonly Record<string, string>[];
  return rows.map((row) => row["{#INSTANCE}"] ?? "");
}

test("SIGHUP adds and removes instances, and a tick in flight goes on for the others", async () => {
  const bench = await Bench.at(host);
  bench.configure(lines("stays", "goes", "hung"));
  const daemon = await bench.start();
  await loaded(bench);

  // A tick is in flight nearly all the time, since one instance hangs.
  for (let round = 1; round <= 4; round++) {
    bench.configure(round % 2 === 0 ? lines("stays", "goes", "hung") : lines("stays", "comes", "hung"));
    daemon.signal("SIGHUP");
    const other = round % 2 === 0 ? "goes" : "comes";
    await waitFor(async () => (await namesOf(bench)).join() === `stays,${other},hung`, { what: "the new list" });
    await bench.until(`memcached.state[${other}]`, String(UP));
  }

  bench.configure([...lines("stays", "comes", "hung"), "History=5m", `ListenPort=${await freePort(host)}`]);
  daemon.signal("SIGHUP");
  await waitFor(() => /ListenPort has changed/.test(daemon.stderr), { what: "the warning" });
  expect(daemon.stderr).toContain("<4>History has changed: this takes effect at the next start.\n");
  bench.configure([...lines("stays", "comes", "hung"), "ForgetAfter=1d"]);
  const before = daemon.stderr.length;
  daemon.signal("SIGHUP");
  await waitFor(() => daemon.stderr.slice(before).includes("was reloaded"), { what: "the reload" });
  expect(daemon.stderr.slice(before)).toBe(
    "<4>ForgetAfter has changed: this takes effect at the next start.\n<6>The configuration was reloaded.\n",
  );
  bench.configure([...lines("stays", "comes", "hung"), "Nonsense=1"]);
  daemon.signal("SIGHUP");
  await waitFor(() => /was not reloaded/.test(daemon.stderr), { what: "the refusal" });
  expect(daemon.stderr).toMatch(/^<3>.*tidemark.conf:\d+: unknown directive "Nonsense"$/m);
  expect(daemon.stderr).toMatch(/^<3>The configuration was not reloaded: the old one stays in force\.$/m);
  const isKept = async () => (await namesOf(bench)).join() === "stays,comes,hung";
  await waitFor(isKept, { what: "the list before" });

  const windows = Array.from({ length: 30 }, (_, at) => bench.ask(`memcached.delta[stays,get_misses,${at + 1}s]`));
  const known = (await Promise.all(windows)).map(({ value }) => Number(value ?? 0));
  expect(Math.max(...known)).toBe(GETS);
  expect(await daemon.end()).toEqual({ status: 0, signal: null });
  const samples = allSamplesOf(bench).map(({ sample }) => sample);
  const states = (name: string) => new Set(samples.filter(({ target }) => target === name).map(({ state }) => state));
  expect(states("stays")).toEqual(new Set([UP]));
  expect(states("goes")).toEqual(new Set([UP]));
  expect(states("hung")).toEqual(new Set([HUNG]));
});

test("SIGTERM ends within two seconds also while a memcached hangs, and the next start has the history", async () => {
  const bench = await Bench.at(host);
  bench.configure([...lines("stays", "hung"), "Schedule=*/5 * * * * *", "Timeout=4"]);
  const daemon = await bench.start();
  await bench.until("memcached.delta[stays,get_misses,5s]", "0", 15);
  const began = performance.now();
  daemon.signal("SIGTERM");
  expect(await daemon.ended).toEqual({ status: 0, signal: null });
  expect(performance.now() - began).toBeLessThan(2000);
  expect(daemon.stderr).toMatch(/^<6>Stopped\.\n$/m);
  expect(daemon.stderr).not.toContain("memcached");
  const slots = allSamplesOf(bench, 5).filter(({ sample }) => sample.target === "stays");
  expect(slots.length).toBeGreaterThanOrEqual(2);
  const again = await bench.start();
  await bench.until("memcached.delta[stays,get_misses,5s]", "0", 4);
  await again.end();
});
