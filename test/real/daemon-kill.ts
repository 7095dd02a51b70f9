import { expect } from "vitest";
import type { Bench } from "./daemon.ts";
import { journalOf, type Kept } from "./daemon-journal.ts";
import { IN_FLIGHT_SECONDS, seconds } from "./steady-load.ts";
import { expectAllCounted, underLoad } from "./under-load.ts";
import { pause, waitFor } from "./wait.ts";

/** From start to end of one process of the daemon, wall seconds; `answered`: its first answer, if it came to that. */
interface Life {
  readonly started: number;
  readonly answered: number | undefined;
  readonly ended: number;
}

const LONGEST_LIFE_MS = 2500;

/**
 * Kills the daemon so many times at random instants while a memcached is under load. Expects every start to work, every
 * slot to be there in which the daemon lived, and all values to be what the load really did.
 * @returns milliseconds from start to first answer, of the lives that came to it
 */
export async function expectKillsHarmless(host: string, rounds: number, history: string): Promise<readonly number[]> {
  const running = await underLoad(host, { lines: [`History=${history}`] });
  const { bench, daemon, began, load } = running;
  const lives: Life[] = [{ started: began, answered: began, ended: await killed(daemon, 500) }];
  for (let round = 1; round < rounds; round++) lives.push(await live(bench));
  const started = seconds();
  const last = await bench.start();
  const answered = seconds();
  await expectAllCounted(running);
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
  expect(daemon.log).not.toMatch(/^<\d>.*(?:cannot|failed|not survive)/im); // its screen tells of all that it sees here
  return ended;
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
