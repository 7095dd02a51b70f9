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
  { lines: ["UserParameter.Keys=memcached.stat[main"], want: /^1: .*UserParameter\.Keys/ },
  { lines: ["Server=10.0.0.1/40"], want: /^1: .*Server/ },
] as const;

for (const { lines, want } of refused) {
  test(`refuses ${lines.join(" | ")}`, () => expect(said(...lines)).toMatch(want));
}

test("a history that does not fit into RingMemory is refused with the arithmetic", () => {
  const text = said("Schedule=* * * * * *", "History=24h", "RingMemory=16M");
  expect(text).toMatch(
    /^3: "RingMemory": History needs [\d.]+ MB, allowed are 16\.0 MB: \(1 memcached x \d+ columns .* x 86401 slots x 8 bytes$/,
  );
});

test("one second and an hour are 3601 slots", () => {
  const path = join(directory, "good.conf");
  writeFileSync(path, "Schedule=* * * * * *\nHistory=1h\n");
  expect(readSettings(path)).toMatchObject({ kind: "ok", value: { step: 1, slots: 3601 } });
});
