import { expect } from "vitest";
import { readJournal } from "../../src/journal/replay.ts";
import type { GoodSample } from "../../src/ring/sample.ts";
import { SampleDecoder } from "../../src/schedule/sample-record.ts";
import { freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { startMemcached } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import { pause, waitFor } from "./wait.ts";

/** From start to end of one process of the daemon, wall seconds; `answered`: its first answer, if it came to that. */
interface Life {
  readonly started: number;
  readonly answered: number | undefined;
  readonly ended: number;
}

/** What the load had asked for, and what was answered, at one wall second. */
interface Reached {
  readonly clock: number;
  readonly sent: number;
  readonly done: number;
}

const LONGEST_LIFE_MS = 2500;
/** How long a tick and its write may take here. */
const IN_FLIGHT_SECONDS = 0.4;
const BATCH = 20;

/**
 * Kills the daemon so many times at random instants while a memcached is under load. Expects every start to work, every
 * slot to be there in which the daemon lived, and all values to be what the load really did.
 * @returns milliseconds from start to first answer, of the lives that came to it
 */
export async function expectKillsHarmless(host: string, rounds: number, history: string): Promise<readonly number[]> {
  const port = await freePort(host);
  await startMemcached({ host, port });
  const bench = await Bench.at(host);
  bench.configure([`Memcached.cache.Uri=tcp://${host}:${port}`, `History=${history}`]);
  const first = await bench.start();
  await bench.until("memcached.delta[cache,get_hits,2s]", "0"); // so that a window may begin a slot before the load
  const began = seconds();
  const load = new SteadyLoad(await MemcachedLoad.connect({ host, port }));
  const lives: Life[] = [{ started: began, answered: began, ended: await killed(first, 500) }];
  for (let round = 1; round < rounds; round++) lives.push(await live(bench));
  const started = seconds();
  const last = await bench.start();
  const answered = seconds();
  const { get_hits: hits, get_misses: misses } = await load.stop();
  await bench.until("memcached.stat[cache,get_hits]", String(hits));
  const window = `${Math.floor(seconds()) - Math.floor(began) + 2}s`;
  expect(await bench.number(`memcached.delta[cache,get_hits,${window}]`)).toBe(hits);
  expect(await bench.number(`memcached.delta[cache,get_misses,${window}]`)).toBe(misses);
  expect(await bench.number(`memcached.restarts[cache,${window}]`)).toBe(0);
  expect(await bench.number(`memcached.resets[cache,${window}]`)).toBe(0);
  lives.push({ started, answered, ended: seconds() });
  expect(await last.end()).toEqual({ status: 0, signal: null });
  const kept = journalOf(bench);
  expectComplete(kept, lives);
  for (const { sample } of kept) load.expectTrue(sample);
  return lives.slice(1).flatMap((each) => (each.answered === undefined ? [] : [1000 * (each.answered - each.started)]));
}

/** One life of random length; it may end before the first answer. */
async function live(bench: Bench): Promise<Life> {
  const started = seconds();
  const end = performance.now() + Math.random() * LONGEST_LIFE_MS;
  const daemon = await bench.launch();
  const answered = await waitFor(
    async () => {
      if (performance.now() >= end) return { answered: undefined };
      return (await bench.ask("agent.ping")).value === "1" ? { answered: seconds() } : false;
    },
    { what: "the first answer" },
  );
  return { started, ...answered, ended: await killed(daemon, end - performance.now()) };
}

async function killed(daemon: Awaited<ReturnType<Bench["launch"]>>, ms: number): Promise<number> {
  await pause(ms);
  const ended = seconds();
  expect(daemon.exit, daemon.log).toBeUndefined();
  await daemon.kill();
  expect(daemon.log).not.toMatch(/cannot|failed|not survive/i);
  return ended;
}

interface Kept {
  readonly slot: number;
  readonly sample: GoodSample;
}

function journalOf({ state }: Bench): readonly Kept[] {
  const decoder = new SampleDecoder();
  const kept: Kept[] = [];
  const said: string[] = [];
  readJournal({ directory: state, step: 1, boot: "", report: (line) => said.push(line) }, ({ slot, body }) => {
    const decoded = decoder.decode(body);
    if (decoded.kind === "malformed") said.push(decoded.reason);
    else if (slot !== undefined && decoded.value?.source === "memcached" && decoded.value.sample.kind === "good")
      kept.push({ slot, sample: decoded.value.sample });
  });
  expect(said).toEqual([]);
  return kept;
}

/** Slots are those of the wall clock, and none is missing in which a tick had the time to end. */
function expectComplete(kept: readonly Kept[], lives: readonly Life[]): void {
  const slots = new Set(kept.map(({ slot }) => slot));
  for (const { slot, sample } of kept) expect(Math.abs(sample.stamp.clock - slot - 0.5)).toBeLessThan(1.5);
  const missing = lives.flatMap(({ answered, ended }) => {
    if (answered === undefined) return [];
    const from = Math.ceil(answered);
    const count = Math.max(0, Math.floor(ended - IN_FLIGHT_SECONDS) - from + 1);
    return Array.from({ length: count }, (_, at) => from + at).filter((slot) => !slots.has(slot));
  });
  expect(missing).toEqual([]);
}

/** Gets all the time, and remembers when how many were sent and answered. */
class SteadyLoad {
  readonly #load: MemcachedLoad;
  readonly #reached: Reached[] = [{ clock: 0, sent: 0, done: 0 }];
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(load: MemcachedLoad) {
    this.#load = load;
    this.#running = this.#work();
  }

  async #work(): Promise<void> {
    await this.#load.sets(BATCH);
    for (let done = 0; !this.#stopped; done += BATCH) {
      this.#reached.push({ clock: seconds(), sent: done + BATCH, done });
      await Promise.all([this.#load.gets(BATCH), this.#load.misses(1)]);
      this.#reached.push({ clock: seconds(), sent: done + BATCH, done: done + BATCH });
      await pause(5);
    }
  }

  async stop() {
    this.#stopped = true;
    await this.#running;
    this.#load.close();
    return this.#load.done;
  }

  /** The sample's count lies between what was answered a moment before and what was sent by then. */
  expectTrue({ stamp, numbers }: GoodSample): void {
    const hits = Number(numbers.get("get_hits"));
    expect(hits).toBeGreaterThanOrEqual(this.#at(stamp.clock - IN_FLIGHT_SECONDS).done);
    expect(hits).toBeLessThanOrEqual(this.#at(stamp.clock).sent);
  }

  #at(clock: number): Reached {
    const before = this.#reached.findLast((reached) => reached.clock <= clock);
    if (before === undefined) throw new Error(`nothing is known of ${clock}`);
    return before;
  }
}

function seconds(): number {
  return Date.now() / 1000;
}
