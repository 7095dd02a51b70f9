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
  { name: "a file that fits both takes nothing back", late: [27.2, 4000], want: 10 },
  { name: "paused 27 s after its start, beside one that was written at its start", late: [27.2, 0.1], want: 37 },
  { name: "once a file was written before its stamp, later ones change nothing", late: [0.1, 27.2], want: 37 },
  { name: "written before the stamp however it is read: the clock was set back", late: [27.2, -3600], want: 10 },
];

test.each(hosts)("$name", ({ late, want }) => {
  const leap = new LeapSeconds();
  // `late`: how much later than the stamp, read with 37, the file was written
  const read = late.map((seconds) => leap.unixTime(STAMP, STAMP - 37 + seconds));
  expect(STAMP - (read.at(-1) ?? 0)).toBe(want);
});
