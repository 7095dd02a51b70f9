import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readSettings } from "../../../src/cli/settings.ts";

const directory = mkdtempSync(join(tmpdir(), "tidemark-settings-"));
afterAll(() => rmSync(directory, { recursive: true }));

/** What is said about a configuration, without the file's name. */
function said(...lines: readonly string[]): string | undefined {
  const path = join(directory, "tidemark.conf");
  writeFileSync(path, `${lines.join("\n")}\n`);
  const read = readSettings(path);
  return read.kind === "malformed" ? read.reason.replaceAll(`${path}:`, "") : undefined;
}

const refused = [
  {
    lines: ["# comment", "Schedule=*/7 * * * *"],
    want: '2: "Schedule": not evenly spaced: one gap is 420 s, another 240 s',
  },
  { lines: ["Schedule=0 * * * *", "History=30m"], want: '2: "History": shorter than one tick of 3600 s' },
  { lines: ["DenyKey=a[", "Alias=x"], want: /^1: .*DenyKey.*\n2: .*Alias/ },
  {
    lines: ["UserParameter.Keys=memcached.stat[main"],
    want: '1: "UserParameter.Keys": "memcached.stat[main" is not the form of an item key: NAME or NAME[PARAMETER,...]',
  },
  {
    lines: ["Alias=hr:memcached.hit_ratio", "UserParameter.Keys=hr", "UserParameter.Keys=memcached.stats_[main]"],
    want: /^3: "UserParameter\.Keys": unknown item key "memcached\.stats_"\. Did you mean "memcached\.stats?"\?$/,
  },
  { lines: ["Server=10.0.0.1/40"], want: /^1: .*Server/ },
] as const;

for (const { lines, want } of refused) {
  test(`refuses ${lines.join(" | ")}`, () => expect(said(...lines)).toMatch(want));
}

test("a history that does not fit into RingMemory is refused with the arithmetic", () => {
  const text = said("Schedule=* * * * * *", "History=24h", "RingMemory=16M");
  expect(text).toMatch(
    /^3: "RingMemory": the history needs [\d.]+ MB, RingMemory allows 16\.0 MB; raise it or shorten History: \(1 memcached x \d+ columns .* x 86401 slots x 8 bytes$/,
  );
});

test("a history that does not fit into the default RingMemory is refused at its own line", () => {
  const instances = ["a", "b", "c"].map((name) => `Memcached.${name}.Uri=127.0.0.1:1`);
  expect(said(...instances, "Schedule=* * * * * *", "History=24h")).toMatch(/^5: "History": .*\(3 memcached x /);
});

test("one second and an hour are 3601 slots", () => {
  const path = join(directory, "good.conf");
  writeFileSync(path, "Schedule=* * * * * *\nHistory=1h\n");
  expect(readSettings(path)).toMatchObject({ kind: "ok", value: { step: 1, slots: 3601 } });
});
