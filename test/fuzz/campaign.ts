import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { caseSeed, Dice } from "./dice.ts";
import type { Fuzzed } from "./fuzzed.ts";
import { mutant, type Stock } from "./mutant.ts";

/** Which cases: so many from the first on. */
export interface Cases {
  readonly seed: number;
  readonly count: number;
  readonly first?: number;
}

/** No input may hold up the daemon longer. A case that does is tried again by CPU time: a neighbour may be at work. */
const MOST_MS = 50;
const TRIES = 4;
const MOST_GROWTH = 64 << 20;
const MOST_RSS_GROWTH = 512 << 20;
const LOOK_EVERY = 1024;

/** Runs the cases; throws with seed, number and bytes at the first that throws, takes too long, or leaves memory behind. */
export async function campaign(fuzzed: Fuzzed, { seed, count, first = 0 }: Cases): Promise<void> {
  const stock = fuzzed.stock();
  if (stock.corpus.length === 0) throw new Error(`${fuzzed.name} has no corpus`);
  const before = await kept();
  const rss = process.memoryUsage.rss();
  for (let number = first; number < first + count; number++) {
    const ms = await timed(fuzzed, stock, { seed, number });
    if (ms > (fuzzed.mostMs ?? MOST_MS)) await again(fuzzed, stock, { seed, number });
    if (number % LOOK_EVERY > 0) continue;
    await nextTurn(); // as between two packets: what zlib has is given back then
    if (process.memoryUsage.rss() - rss > MOST_RSS_GROWTH) {
      throw new Error(`${place(fuzzed, { seed, number })}: ${(process.memoryUsage.rss() - rss) >> 20} MiB more in use`);
    }
  }
  if (held() - before < MOST_GROWTH) return;
  const growth = (await kept()) - before;
  if (growth > MOST_GROWTH) throw new Error(`${fuzzed.name}: ${growth >> 20} MiB kept after ${count} cases`);
}

interface Case {
  readonly seed: number;
  readonly number: number;
}

/** The milliseconds of one case. */
async function timed(fuzzed: Fuzzed, stock: Stock, one: Case): Promise<number> {
  const dice = new Dice(caseSeed(one.seed, one.number));
  const bytes = mutant(dice, stock);
  const began = performance.now();
  try {
    const reading = fuzzed.read(bytes, dice);
    if (reading !== undefined) await reading;
  } catch (error) {
    throw new Error(`${place(fuzzed, one)}: ${error instanceof Error ? error.stack : error}\n${shown(bytes)}`);
  }
  return performance.now() - began;
}

async function again(fuzzed: Fuzzed, stock: Stock, one: Case): Promise<void> {
  const { mostMs = MOST_MS } = fuzzed;
  let least = Number.POSITIVE_INFINITY;
  for (let left = TRIES; left > 0 && least > mostMs; left--) least = Math.min(least, await spent(fuzzed, stock, one));
  if (least <= mostMs) return;
  const bytes = mutant(new Dice(caseSeed(one.seed, one.number)), stock);
  throw new Error(`${place(fuzzed, one)} takes ${least.toFixed(0)} ms, at most ${mostMs} are allowed\n${shown(bytes)}`);
}

/** The milliseconds that this process worked on one case. */
async function spent(fuzzed: Fuzzed, stock: Stock, one: Case): Promise<number> {
  const before = process.cpuUsage();
  await timed(fuzzed, stock, one);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function place({ name }: Fuzzed, { seed, number }: Case): string {
  return `${name}, case ${number} of seed ${seed} (FUZZ=${seed}:${number} repeats it)`;
}

function shown(bytes: Buffer): string {
  return `${bytes.length} bytes: ${JSON.stringify(bytes.toString("latin1", 0, 2000))}`;
}

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** Bytes that are still needed once everything else is gone. */
async function kept(): Promise<number> {
  collect();
  await nextTurn(); // what is native is let go then
  collect();
  return held();
}

function held(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
