import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { FormerQueues } from "../../../src/cli/former-queues.ts";
import { drain, NOW, openOutbox, row, temporaryDirectory } from "../outbox/workbench.ts";

const DAY = 86_400;

/** Looks at the queues in a directory, of which "kept" is in the configuration, on some day. */
function looking(directory: string) {
  const lines: string[] = [];
  const now = { clock: NOW, mono: 0 };
  const former = new FormerQueues({ io: { now: () => now }, log: { warning: (line) => lines.push(line) } });
  const settings = { step: 60, core: { OutboxSize: 2 ** 20, OutboxAge: 7 * DAY } };
  const look = (day: number, wanted: readonly string[] = ["kept"]) => {
    now.clock = NOW + day * DAY;
    return former.look(directory, wanted, settings);
  };
  return { former, look, lines };
}

/** A queue in which values of so many days ago wait, each large enough to be dropped by itself. */
async function queue(directory: string, ...days: readonly number[]): Promise<void> {
  const { outbox } = await openOutbox({ directory, limits: { bytes: 2 ** 30, seconds: 2 ** 30 } });
  for (const [slot, day] of days.entries()) outbox.put(slot, [row(`${day} `.padEnd(2 ** 16, "x"), NOW - day * DAY)]);
  await outbox.close();
}

test("values for a destination that is no longer configured are named once, with what to do, and kept", async () => {
  const directory = temporaryDirectory();
  await queue(join(directory, "gone"), 2, 1);
  const { former, look, lines } = looking(directory);
  await look(0);
  await look(1);
  const path = join(directory, "gone");
  expect(lines).toEqual([
    `2 values, 0.1 MB, the oldest of 2d 0h ago, wait in "${path}" for a destination that is not configured. ` +
      `To mend that: configure it again, or rm -r ${path}.`,
  ]);
  expect(former.findings).toEqual([
    {
      what: "outbox",
      found: `2 values, 0.1 MB, the oldest of 3d 0h ago, wait in "${path}" for a destination that is not configured`,
      mend: `configure it again, or rm -r ${path}`,
    },
  ]);
  const { outbox } = await openOutbox({ directory: path, limits: { bytes: 2 ** 30, seconds: 7 * DAY } });
  expect((await drain(outbox)).map((name) => name.split(" ")[0])).toEqual(["2", "1"]);
});

test("they are dropped as they become too old, counted, and the queue goes with the last of them", async () => {
  const directory = temporaryDirectory();
  const path = join(directory, "gone");
  await queue(path, 6, 1);
  const { former, look, lines } = looking(directory);
  await look(2);
  expect(former.findings[0]?.found).toMatch(/^1 values, /);
  expect(lines).toContain('Values for "gone" are lost, the oldest first: they are older than OutboxAge.');
  await look(7);
  expect(lines.at(-1)).toBe('No more values wait for "gone"; lost before: 1.');
  expect(existsSync(path)).toBe(false);
  expect(former.findings).toEqual([]);
});

test("a queue without values is removed when nothing has been written to it for as long", async () => {
  const directory = temporaryDirectory();
  const path = join(directory, "gone");
  await queue(path, 1);
  const { outbox } = await openOutbox({ directory: path });
  await drain(outbox);
  await outbox.close();
  for (const file of readdirSync(path)) utimesSync(join(path, file), NOW, NOW);
  const { former, look, lines } = looking(directory);
  await look(6);
  expect(existsSync(path)).toBe(true);
  await look(8);
  expect(existsSync(path)).toBe(false);
  expect({ findings: former.findings, lines }).toEqual({ findings: [], lines: [] });
});

test("queues of the configuration, and what is none of ours, are left alone", async () => {
  const directory = temporaryDirectory();
  await queue(join(directory, "kept"), 100);
  mkdirSync(join(directory, "foreign"));
  writeFileSync(join(directory, "foreign", "notes.txt"), "");
  utimesSync(join(directory, "foreign", "notes.txt"), 0, 0);
  writeFileSync(join(directory, "file"), "");
  const { former, look, lines } = looking(directory);
  await look(0);
  expect(readdirSync(directory).sort()).toEqual(["file", "foreign", "kept"]);
  expect(readdirSync(join(directory, "foreign"))).toContain("notes.txt");
  expect({ findings: former.findings, lines }).toEqual({ findings: [], lines: [] });
});

test("what somebody deletes is no finding any longer; one that another process has is none", async () => {
  const directory = temporaryDirectory();
  await queue(join(directory, "gone"), 1);
  const { outbox } = await openOutbox({ directory: join(directory, "gone") });
  const { former, look } = looking(directory);
  await look(0);
  expect(former.findings).toEqual([]);
  await outbox.close();
  await look(0);
  expect(former.findings).toHaveLength(1);
  await look(0, ["gone"]);
  expect(former.findings).toEqual([]);
});

test("no directory of queues is nothing to say", async () => {
  const { former, look, lines } = looking(join(temporaryDirectory(), "outbox"));
  await look(0);
  expect({ findings: former.findings, lines }).toEqual({ findings: [], lines: [] });
});
