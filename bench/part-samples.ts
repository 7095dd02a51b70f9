import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { measure } from "./load.ts";
import { atMost, median, type Part, short, times } from "./report.ts";
import type { Sampled } from "./sampler.ts";
import type { Scale } from "./scale.ts";
import { agent2, configured, instances, memcached } from "./servers.ts";

const BATCH = 200;
/** Between two samples of a lone instance: long enough for caches to go cold. */
const COLD_MS = 200;

/** What one sample of a memcached with ten slab classes costs. */
export async function samples({ rounds, seconds }: Scale): Promise<Part> {
  const cache = await memcached();
  const batch = await configured(instances([cache.port], BATCH));
  const lone = await configured(instances([cache.port]));
  const second = await agent2();
  const found: { warm: number; cold: number; first: number; stats: number; ring: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const warm = await sampled(batch.path, 0);
    const cold = await sampled(lone.path, COLD_MS);
    if (warm.parts < 10) throw new Error(`expected 10 slab classes, found ${warm.parts}`);
    const stats = second === undefined ? Number.NaN : await statsCost(second, cache.port, seconds);
    found.push({ warm: warm.sample, cold: cold.sample, first: cold.first, stats, ring: warm.ring });
  }
  for (const server of [second, cache]) await server?.stop();
  const of = (figure: keyof (typeof found)[number]) => median(found.map((each) => each[figure]));
  const row = (what: string, who: string, us: number) => ({ what, who, figures: [short(us), times(us, of("stats"))] });
  return {
    title: "CPU per memcached sample",
    columns: ["us", "to agent 2"],
    rows: [
      row("stats, items and slabs, and a second connection as a probe", `${BATCH} instances, warm`, of("warm")),
      row("the same", `one instance each ${COLD_MS / 1000} s`, of("cold")),
      row("connecting, and the settings too", "the first of a process", of("first")),
      row("stats alone", "agent 2 memcached.stats", of("stats")),
    ],
    verdicts: [
      atMost("memcached sample, warm, batched", of("warm"), 100, "us"),
      atMost("memcached sample, single, cold", of("cold"), 1000, "us"),
      atMost("ring of 1,000 instances, 10 slab classes, 61 slots", (of("ring") * 1000) / 1e6, 40, "MB"),
    ],
  };
}

/** In a process of its own: the bench itself must not have warmed the code. */
async function sampled(path: string, pauseMs: number): Promise<Sampled> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    process.argv[1] ?? "",
    "sampler",
    path,
    String(pauseMs),
  ]);
  return JSON.parse(stdout) as Sampled;
}

async function statsCost(second: NonNullable<Awaited<ReturnType<typeof agent2>>>, port: number, seconds: number) {
  const load = { clients: 1, seconds };
  const ping = await measure(second, { ...load, key: "agent.ping" });
  const stats = await measure(second, { ...load, key: `memcached.stats["tcp://127.0.0.1:${port}"]` });
  return stats.cpu - ping.cpu;
}
