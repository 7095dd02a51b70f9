import { join } from "node:path";
import { build } from "rolldown";
import { expect } from "vitest";
import { readJournal } from "../../src/journal/replay.ts";
import { start, temporaryDirectory } from "./start.ts";
import { pause } from "./wait.ts";

const RECORDS = 10;
const BYTES = 700;

/** Bundles the program that appends without end, since Node 20 does not run TypeScript. */
export async function journalWriter(): Promise<string> {
  const file = join(temporaryDirectory(), "journal-writer.mjs");
  const input = new URL("./journal-writer.ts", import.meta.url).pathname;
  await build({ input, platform: "node", output: { file, format: "esm" } });
  return file;
}

/** Ids of all records in a journal, each checked to hold what was written, and what was said about it. */
export function readIds(directory: string): { readonly ids: readonly number[]; readonly lines: readonly string[] } {
  const ids: number[] = [];
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  readJournal({ directory, step: 1, boot: "boot", report }, ({ slot, body }) => {
    if (slot === undefined) return;
    const id = body.readUInt32LE(0);
    if (!body.subarray(4).every((byte) => byte === id % 251)) throw new Error(`record ${id} is not what was written`);
    ids.push(id);
  });
  return { ids, lines };
}

/** The last id that the program has said to be with the kernel; -1 when it has said none. */
export function lastAcknowledged(stdout: string): number {
  return Number([...stdout.matchAll(/^ack (\d+)\n/gm)].at(-1)?.[1] ?? -1);
}

/** Kills the writer so many times at random instants, and expects all that it had acknowledged, without gaps. */
export async function expectNothingLost(rounds: number): Promise<void> {
  const writer = await journalWriter();
  const directory = temporaryDirectory();
  for (let round = 0; round < rounds; round++) {
    const program = await start(process.execPath, [writer, directory, `${RECORDS}`, `${BYTES}`], { ready: /^ack /m });
    await pause(Math.random() * 150);
    program.signal("SIGKILL");
    expect(await program.ended).toEqual({ status: null, signal: "SIGKILL" });
    const { ids } = readIds(directory);
    expect(ids).toEqual(ids.map((_, at) => at));
    const last = lastAcknowledged(program.stdout);
    expect(last).toBeGreaterThan(0);
    expect(ids.length - 1).toBeGreaterThanOrEqual(last);
    expect(program.stderr.replaceAll(/^".*" is damaged from byte .*: cut there\.\n/gm, "")).toBe("");
  }
}
