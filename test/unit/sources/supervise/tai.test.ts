import { expect, test } from "vitest";
import { LeapSeconds, parseTai64n } from "../../../../src/sources/supervise/tai.ts";

const STAMP = 1_795_303_055;

test("a label is seconds and nanoseconds", () => {
  const bytes = Buffer.from(`${"00".repeat(3)}400000006b02268e1dcd6500`, "hex");
  expect(parseTai64n(bytes, 3)).toEqual({ kind: "ok", value: 0x6b02268e + 0.5 });
});

const hosts = [
  { name: "written at the stamp, with leap seconds", late: [0.1], want: 37 },
  { name: "written at the stamp, without leap seconds", late: [27.1], want: 10 },
  { name: "written a little before, by a coarse clock", late: [26.5], want: 10 },
  { name: "written long after: both fit", late: [4000], want: 37 },
  { name: "decided by the first that fits to one only", late: [4000, 27.2, 0.1], want: 10 },
];

test.each(hosts)("$name", ({ late, want }) => {
  const leap = new LeapSeconds();
  // `late`: how much later than the stamp, read with 37, the file was written
  const read = late.map((seconds) => leap.unixTime(STAMP, STAMP - 37 + seconds));
  expect(STAMP - (read.at(-1) ?? 0)).toBe(want);
});
