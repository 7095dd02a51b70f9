import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { ReadService, ServiceRecord } from "../../../../src/sources/supervise/record.ts";
import { ScanDirectories } from "../../../../src/sources/supervise/scan-directories.ts";
import { Supervisors } from "../../../../src/sources/supervise/supervisors.ts";
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

/** The words of svstat and s6-svstat that follow from our record. */
function wordsOf(record: ServiceRecord, saysExit: boolean): string {
  if (record.kind === "unread") return record.state === "supervisor dead" ? "supervise not running" : record.reason;
  const { up, pid, want, normallyUp, state } = record;
  return [
    up ? `up (pid ${pid}) S seconds` : `down ${saysExit ? exitWords(record) : ""}S seconds`,
    ...(up === normallyUp ? [] : [`normally ${normallyUp ? "up" : "down"}`]),
    ...(state === "paused" ? ["paused"] : []),
    ...(want === (up ? "down" : "up") ? [`want ${want}`] : []),
  ].join(", ");
}

function exitWords({ exit }: ReadService): string {
  if (exit === undefined) return "(exitcode 0) ";
  return exit.kind === "code" ? `(exitcode ${exit.value}) ` : `(signal ${SIGNALS[exit.value]}) `;
}

/** What the tool said, without what we do not keep: process group, readiness. The age goes on its own. */
function wordsSaid(text: string): { words: string; age: number } {
  const said = text
    .trim()
    .replace(/^\/\S+: /, "")
    .replace(/ pgid \d+/, "")
    .replace(/, ready \d+ seconds/, "");
  return {
    words: said.replace(/\d+ seconds/, "S seconds"),
    age: Number(/(\d+) seconds/.exec(said)?.[1] ?? Number.NaN),
  };
}

/** sv's words in those of svstat. A finish script is neither up nor down to sv; `once` is "want down" to it. */
function svWords(text: string): { words: string; age: number } {
  const [, state = "", pid, age = "", more = ""] = /^(\w+): \S+: (?:\(pid (\d+)\) )?(\d+)s(.*)\n$/.exec(text) ?? [];
  const rest = more.replace(", got TERM", "");
  return { words: `${state === "run" ? `up (pid ${pid})` : "down"} S seconds${rest}`, age: Number(age) };
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
      const said = system === "runit" ? svWords(capture.text) : wordsSaid(capture.text);
      if (record.kind === "read" && record.state === "finishing" && system === "runit") {
        expect(capture.text).toMatch(/^finish: /);
      } else {
        const want =
          system === "runit" && record.kind === "read" && record.want === "once"
            ? { ...record, want: "down" as const }
            : record;
        expect(wordsOf(want, system.startsWith("s6"))).toBe(said.words);
      }
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
