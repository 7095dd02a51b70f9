import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Readings } from "./reading.ts";

const SAMPLES = join(import.meta.dirname, "../../../../samples/rsyslog");
const lines = readdirSync(SAMPLES)
  .filter((name) => /idle\.log|via-udp|backlog/.test(name))
  .flatMap((name) => readFileSync(join(SAMPLES, name), "latin1").split("\n"))
  .filter((line) => line.length < 4000);

/** One thing done to a line: bytes put in, left out, doubled; or another line after its half. */
const change = fc.record({
  at: fc.nat(4000),
  length: fc.nat(40),
  text: fc.oneof(
    fc.string(),
    fc.constantFrom('"', "{", "[", "\\", "\0", "\n", ": origin=", "END\n", "9".repeat(25), "-"),
  ),
  other: fc.option(fc.nat(lines.length - 1)),
});

test("5,000 spoilt lines: none throws, none makes a number that is no counter's", async () => {
  const spoilt = fc.array(fc.tuple(fc.nat(lines.length - 1), fc.array(change, { maxLength: 3 })), {
    minLength: 50,
    maxLength: 50,
  });
  await fc.assert(
    fc.asyncProperty(spoilt, async (chosen) => {
      const readings = new Readings();
      readings.reader.begin();
      for (const [index, changes] of chosen) {
        await readings.read(Buffer.from(`${changes.reduce(spoil, lines[index] ?? "")}\n`, "latin1"));
      }
      readings.reader.quiet();
      for (const { objects } of readings.take()) {
        for (const { numbers } of objects) for (const figure of numbers.values()) expect(isCounter(figure)).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});

function spoil(
  line: string,
  { at, length, text, other }: typeof change extends fc.Arbitrary<infer T> ? T : never,
): string {
  const end = other === null ? line.slice(at + length) : (lines[other] ?? "");
  return line.slice(0, at) + text + end;
}

function isCounter(figure: number | bigint): boolean {
  return figure >= 0 && figure < 2n ** 74n && (typeof figure === "bigint" || Number.isFinite(figure));
}
