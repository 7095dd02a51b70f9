import { readSettings } from "../src/cli/settings.ts";
import { realIo } from "../src/io/real-io.ts";
import { Ring } from "../src/ring/ring.ts";
import type { Sample } from "../src/ring/sample.ts";
import { memcached } from "../src/sources/memcached/memcached.ts";
import type { Collector, Self, Tick } from "../src/sources/source.ts";

const SLOTS = 61;
const WARM_TICKS = 20;
const TICKS = 20;

/** `sample`: CPU microseconds of the first collection of all, and of a later one, per instance. `ring`: bytes of an instance. */
export interface Sampled {
  readonly first: number;
  readonly sample: number;
  readonly ring: number;
  readonly parts: number;
}

/** The sampling alone, without ring, journal, value files and server, in a process of its own. */
export async function sampler(path: string, pauseMs: number): Promise<Sampled> {
  const settings = readSettings(path);
  if (settings.kind === "malformed") throw new Error(settings.reason);
  const section = settings.value.sections.get(memcached.section.prefix);
  if (section === undefined) throw new Error("no section");
  const log = { error: say, warning: say, info: say, debug: () => undefined };
  const collector = memcached.open(section as never, { io: realIo(), log, self: SELF, remembered: new Map() });
  const [first] = await collect(collector, 0);
  const warm = pauseMs === 0 ? WARM_TICKS : 1;
  for (let slot = 1; slot <= warm; slot++) await collect(collector, slot);
  const found: number[] = [];
  let samples: readonly Sample[] = [];
  for (let slot = warm + 1; slot <= warm + TICKS; slot++) {
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    const [cpu, got] = await collect(collector, slot);
    found.push(cpu);
    samples = got;
  }
  await collector.close();
  found.sort((a, b) => a - b);
  const sample = found[TICKS / 2] ?? Number.NaN;
  const parts = samples.reduce((most, each) => Math.max(most, each.kind === "good" ? each.parts.size : 0), 0);
  return { first, sample, ring: ringBytes(samples), parts };
}

/** CPU microseconds per instance, and the samples. */
async function collect(collector: Collector, slot: number): Promise<readonly [number, readonly Sample[]]> {
  const samples: Sample[] = [];
  const tick: Tick = {
    slot,
    stamp: { clock: Date.now() / 1000, mono: process.hrtime()[0] },
    deadline: new AbortController().signal,
    seconds: 3,
  };
  const before = process.cpuUsage();
  await collector.collect(tick, {
    sample: (sample) => samples.push(sample),
    roster: () => undefined,
    remember: () => undefined,
    finding: () => undefined,
  });
  const { user, system } = process.cpuUsage(before);
  const failed = samples.find((sample) => sample.kind === "failed");
  if (failed?.kind === "failed") throw new Error(`${failed.target}: ${failed.reason}`);
  return [(user + system) / samples.length, samples];
}

function ringBytes(samples: readonly Sample[]): number {
  const ring = new Ring([memcached], { slots: SLOTS, step: 60 });
  for (const sample of samples) ring.put(1, memcached.name, sample);
  return ring.bytes / samples.length;
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

const SELF: Self = {
  version: "",
  protocolVersion: "",
  variant: 2,
  hostname: () => "bench",
  hostMetadata: () => "",
  startedAt: { clock: 0, mono: 0 },
  rssBytes: () => 0,
  requests: () => 0,
  refused: () => new Map(),
  destinations: () => [],
  tick: () => ({ seconds: 0, missed: 0 }),
  runs: () => new Map(),
};
