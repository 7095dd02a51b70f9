import { join } from "node:path";
import { qmail } from "../../../../src/sources/qmail/qmail.ts";
import { SourceBench } from "../bench.ts";
import { FakeQueue, logOf, tai64n, World } from "./world.ts";

/** Pids of what runs. */
export const SENDER = 100;
export const LOGGER = 101;

/** @param lines directives without their prefix */
export function benchOf(world: World, ...lines: readonly string[]) {
  return new SourceBench(qmail, world.io, { lines });
}

export type QmailBench = ReturnType<typeof benchOf>;

/** A second passes, and a tick comes. */
export async function next(world: World, bench: QmailBench): Promise<void> {
  await world.pass(1);
  await bench.tick();
}

/** A line of qmail-send. */
export function status(world: World, used: number, secondsAgo = 0): string {
  return `${tai64n(world.io.now().clock - secondsAgo)} status: local 1/10 remote ${used}/20`;
}

/** A qmail that runs: its queue, its log, and what they are sampled with. */
export function running({ split = 23, isTodoSplit = false } = {}) {
  const world = new World();
  const queue = new FakeQueue({ split, isTodoSplit });
  const log = logOf(status(world, 5));
  world.lock(queue.mutex, SENDER, "qmail-send");
  world.lock(join(log, "lock"), LOGGER, "multilog");
  const bench = benchOf(world, `Queue=${queue.path}`, `Log=${log}`);
  return { world, queue, log, bench };
}
