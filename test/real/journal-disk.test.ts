import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { journalWriter, lastAcknowledged, readIds } from "./journal-kill.ts";
import type { Program } from "./program.ts";
import { run, start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/** A file system of its own needs root, and a machine that lets root mount: not every container does. */
const mounts = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

/** The writer, in a mount namespace of its own that is gone with it, on a new tmpfs of the given mount options. */
async function writerOn(options: string, prepare: string): Promise<Program> {
  const base = temporaryDirectory();
  const script = `mount -t tmpfs -o ${options} tmpfs "$1" && ${prepare} && exec "$2" "$3" "$1/state" 10 700`;
  const args = ["-m", "sh", "-c", script, "sh", base, process.execPath, await journalWriter()];
  return start("unshare", args, { ready: /^ack |^cannot /m });
}

/** What the program sees at its journal's place. */
function seenBy(program: Program, path: string): string {
  const directory = /"(\/[^"]*)\/state/.exec(program.stderr)?.[1] ?? "";
  return join(`/proc/${program.pid}/root`, directory, path);
}

test.skipIf(!mounts)("a full disk is told once, and once more when it has room (needs root and mount)", async () => {
  const program = await writerOn("size=1m", 'head -c 600000 /dev/zero >"$1/filler"');
  const patience = { what: "the disk to be full" };
  await waitFor(() => /^Cannot write the journal in .*ENOSPC/m.test(program.stderr), patience);
  const full = lastAcknowledged(program.stdout);
  await waitFor(() => lastAcknowledged(program.stdout) > full + 500, { what: "the writer to go on" });
  expect(program.stderr.trimEnd().split("\n")).toHaveLength(1);
  const kept = readIds(seenBy(program, "state"));
  expect(kept.ids.length).toBeGreaterThan(100);
  expect(kept.ids).toEqual(kept.ids.map((_, at) => at));
  program.freeze();
  const state = seenBy(program, "state");
  const empty = readdirSync(state).filter((name) => name !== "lock" && statSync(join(state, name)).size === 0);
  expect(empty.length).toBeLessThanOrEqual(1); // the one that is being tried just now
  program.thaw();
  rmSync(seenBy(program, "filler"));
  await waitFor(() => /is written again; slots missing in it: \d+\.$/m.test(program.stderr), { what: "the room" });
  program.freeze();
  const later = readIds(seenBy(program, "state")).ids;
  expect(later.slice(0, kept.ids.length)).toEqual(kept.ids);
  expect(later.length).toBeGreaterThan(kept.ids.length);
  expect(later.at(-1)).toBeGreaterThan(full + 500);
});

test.skipIf(!mounts)("a read-only file system is refused with a reason (needs root and mount)", async () => {
  const program = await writerOn("size=1m", 'mkdir "$1/state" && mount -o remount,ro "$1"');
  expect(await program.ended).toEqual({ status: 111, signal: null });
  expect(program.stderr).toMatch(/^cannot write ".*\/state\/lock": EROFS: read-only file system/);
});

test("a limit on the size of files costs what is beyond it, and nothing else", async () => {
  const directory = join(temporaryDirectory(), "state");
  mkdirSync(directory);
  // 64 KiB hold 9 slots of 10 records; the signal that goes with the limit would end the program.
  const script = 'trap "" XFSZ; ulimit -f 128; exec timeout -s TERM 1 "$@"';
  const args = ["-c", script, "sh", process.execPath, await journalWriter(), directory, "10", "700"];
  const { stderr, stdout } = await run("dash", args);
  expect(stderr).toMatch(/^Cannot write the journal in .*: EFBIG: file too large/);
  expect(stderr).toMatch(/is written again; slots missing in it: 1\.$/m);
  const { ids, lines } = readIds(directory);
  expect(lines).toEqual([]);
  expect(ids.length).toBeGreaterThan(100);
  expect(ids.length).toBeLessThanOrEqual(lastAcknowledged(stdout) + 1);
  expect(readFileSync(join(directory, "ring-00000001.journal")).length).toBeLessThanOrEqual(65_536);
});
