import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ReadService, ServiceRecord } from "../../../../src/sources/supervise/record.ts";
import { ScanDirectories } from "../../../../src/sources/supervise/scan-directories.ts";
import { Supervisors } from "../../../../src/sources/supervise/supervisors.ts";
import { toolWords, wordsOfSv, wordsOfSvstat } from "../../../supervise-words.ts";
import { type Entry, ioOver, Tree } from "./tree.ts";

interface Capture {
  readonly name: string;
  readonly captured_unix: number;
  readonly status_hex: string;
  readonly status_mtime: number | null;
  /** What svstat, sv status or s6-svstat said at the same moment. */
  readonly text: string;
  readonly ok_fifo?: string;
  readonly death_tally_hex?: string;
  readonly down_file?: boolean;
}

const SAMPLES = new URL("../../../samples/supervisors/", import.meta.url);

async function recordOf(capture: Capture): Promise<ServiceRecord | undefined> {
  const tree = new Tree(filesOf(capture));
  const io = ioOver(tree);
  const reader = new ScanDirectories(io, new Supervisors(io), { directories: ["/service"], required: true });
  const tick = { slot: 0, stamp: io.now(), deadline: new AbortController().signal, seconds: 1 };
  return (await reader.look(tick)).services[0];
}

function filesOf({ status_hex, status_mtime, ok_fifo, death_tally_hex, down_file }: Capture): Record<string, Entry> {
  const s6 = status_hex.length > 40;
  return {
    "/service/x/run": { bytes: "" },
    "/service/x/supervise/status": { bytes: Buffer.from(status_hex, "hex"), modified: status_mtime ?? Number.NaN },
    [`/service/x/supervise/${s6 ? "control" : "ok"}`]: { fifo: ok_fifo === "ENXIO" ? "silent" : "read" },
    ...(death_tally_hex === undefined
      ? {}
      : { "/service/x/supervise/death_tally": { bytes: Buffer.from(death_tally_hex, "hex") } }),
    ...(down_file ? { "/service/x/down": { bytes: "" } } : {}),
  };
}

const SIGNALS: Readonly<Record<number, string>> = { 9: "SIGKILL", 15: "SIGTERM" };

function wordsOf(record: ServiceRecord, { once, ended }: { once: string; ended: boolean }): string {
  if (record.kind === "unread") return record.state === "supervisor dead" ? "supervise not running" : record.reason;
  const want = record.want === "once" ? once : record.want;
  const paused = record.state === "paused";
  return toolWords({ ...record, want, paused, ...(ended ? { ended: exitWords(record) } : {}) });
}

/** s6-svstat says an exit code of 0 also of what has never ended. */
function exitWords({ exit }: ReadService): string {
  if (exit === undefined) return "exitcode 0";
  return exit.kind === "code" ? `exitcode ${exit.value}` : `signal ${SIGNALS[exit.value]}`;
}

function ageOf({ since = Number.NaN }: ReadService, { captured_unix }: Capture): number {
  return captured_unix - since;
}

for (const system of readdirSync(SAMPLES)) {
  const captures: readonly Capture[] = JSON.parse(readFileSync(new URL(`${system}/states.json`, SAMPLES), "utf8"));
  describe(system, () => {
    test.each(captures)("$name is what its own tool says", async (capture) => {
      const record = await recordOf(capture);
      if (record === undefined) throw new Error("no record");
      const said = system === "runit" ? wordsOfSv(capture.text) : wordsOfSvstat(capture.text);
      // to sv, once is "want down", and a finish script is neither up nor down
      const words = wordsOf(record, { once: system === "runit" ? "down" : "once", ended: system.startsWith("s6") });
      const finishing = system === "runit" && record.state === "finishing";
      expect(finishing ? "finish S seconds" : words).toBe(said.words);
      if (record.kind === "read") expect(Math.abs(ageOf(record, capture) - said.age)).toBeLessThan(1.05);
    });
  });
}

test("states of the captures, in our words", async () => {
  const found = new Map<string, string>();
  for (const system of readdirSync(SAMPLES)) {
    const captures: readonly Capture[] = JSON.parse(readFileSync(new URL(`${system}/states.json`, SAMPLES), "utf8"));
    for (const capture of captures) found.set(`${system} ${capture.name}`, (await recordOf(capture))?.state ?? "none");
  }
  expect(found.size).toBe(69);
  expect(Object.fromEntries(found)).toMatchObject({
    "daemontools up": "up",
    "daemontools once": "up",
    "daemontools once-ended": "down",
    "daemontools down-normally-up": "down",
    "daemontools paused-want-down": "paused",
    "daemontools up-want-down": "wants down but up",
    "daemontools crash-between-restarts": "wants up but down",
    "daemontools supervise-killed-stale": "supervisor dead",
    "runit once": "up",
    "runit once-ended": "down",
    "runit up-want-down": "wants down but up",
    "runit finish-pid-finish": "finishing",
    "runit crash-nopid-down": "wants up but down",
    "s6-2.11 up-ready": "up",
    "s6-2.11 finish-pid-finishing": "finishing",
    "s6-2.11 finish-nopid-notfinishing": "wants up but down",
    "s6-2.13 paused": "paused",
    "s6-2.13 down-after-signal": "down",
    "s6-2.15 stopped": "down",
  });
});
