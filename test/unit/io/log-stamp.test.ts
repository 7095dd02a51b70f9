import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { lastLine, stampClock } from "../../../src/io/log-stamp.ts";

const SAMPLES = new URL("../../samples/log-dirs/", import.meta.url);

/** Unix time of the newest line of a captured file, and the mtimes that were captured with it. */
const captured = [
  ["multilog", "current.tail", 1795303926.67154],
  ["multilog", "@400000006b0229fb0de89d94.s.tail", 1795303921.22754],
  ["svlogd", "current.tail", 1795303926.57954],
  ["svlogd", "@400000006b0229f303e4642c.s.tail", 1795303913.06354],
  ["s6-log", "current.tail", 1795303926.78398],
  ["s6-log", "@400000006b022a172c9ef69d.s.tail", 1795303922.74354],
] as const;

for (const [logger, name, mtime] of captured) {
  test(`${logger}'s ${name} was last written when its mtime says`, () => {
    const line = lastLine(readFileSync(new URL(`${logger}/${name}`, SAMPLES)), false);
    if (line.kind !== "line" || line.stamp === undefined) throw new Error(JSON.stringify(line));
    expect(Math.abs(stampClock(line.stamp, mtime, logger) - mtime)).toBeLessThan(0.02);
    expect(Math.abs(stampClock(line.stamp, mtime, "multilog") - mtime)).toBeLessThan(0.02);
  });
}

const TAI = "@400000006b022a002830cf8c";
const PLAIN = 0x6b022a00 - 10 + 0x2830cf8c / 1e9;

test.each([
  ["written at the stamp of a clock without leap seconds", PLAIN, "s6-log", PLAIN],
  ["written at the stamp of a clock with them", PLAIN - 27, "multilog", PLAIN - 27],
  ["copied later, by multilog", PLAIN + 5000, "multilog", PLAIN],
  ["copied later, by s6-log", PLAIN + 5000, "s6-log", PLAIN - 27],
])("offset of a label: %s", (_, written, logger, want) => {
  const line = lastLine(Buffer.from(`${TAI} x\n`), true);
  if (line.kind !== "line" || line.stamp === undefined) throw new Error(JSON.stringify(line));
  expect(stampClock(line.stamp, written, logger)).toBeCloseTo(want, 5);
});

describe("the last whole line", () => {
  const found = (text: string, whole = true) => {
    const line = lastLine(Buffer.from(text, "latin1"), whole);
    if (line.kind !== "line") return line.kind;
    return line.stamp === undefined ? "no stamp" : stampClock(line.stamp, PLAIN, "multilog");
  };

  test.each([
    ["one line", `${TAI} x\n`, PLAIN],
    ["a line that is only its stamp", `${TAI}\n`, PLAIN],
    ["an unfinished line after it", `${TAI} x\n@400000006b0299`, PLAIN],
    ["svlogd -tt", "2026-11-21_23:32:06.58429 x\n", 1795303926.58429],
    ["svlogd -ttt", "2026-11-21T23:32:06.58429 x\n", 1795303926.58429],
    ["the leap day", "2024-02-29_00:00:00.00000 x\n", 1709164800],
    ["the first of March", "2023-03-01_00:00:00.00000 x\n", 1677628800],
    ["the beginning", "1970-01-01_00:00:01.50000 x\n", 1.5],
    ["s6-log's T, in local time", "2026-11-21 23:32:06.584290000  x\n", "no stamp"],
    ["no stamp at all", "hello\n", "no stamp"],
    ["an empty line", "\n", "no stamp"],
    ["a label of the far past", "@000000006b022a002830cf8c x\n", "no stamp"],
    ["a label with too many nanoseconds", "@400000006b022a00ffffffff x\n", "no stamp"],
    ["a label cut short", "@400000006b022a002830cf8 x\n", "no stamp"],
    ["a label in capitals", "@400000006B022A002830CF8C x\n", "no stamp"],
    ["bytes of no encoding", "\xff\xfe\x00\n", "no stamp"],
    ["nothing", "", "none"],
    ["no newline yet", `${TAI} x`, "none"],
  ] as const)("%s", (_, text, want) => {
    const got = found(text);
    if (typeof want === "number") expect(got).toBeCloseTo(want, 4);
    else expect(got).toBe(want);
  });

  test("that begins before the bytes at hand is beyond them", () => {
    expect(found("of a long line\n", false)).toBe("beyond");
    expect(found("of a long line", false)).toBe("beyond");
    expect(found(`of a long line\n${TAI} x\n`, false)).toBeCloseTo(PLAIN, 4);
  });
});
