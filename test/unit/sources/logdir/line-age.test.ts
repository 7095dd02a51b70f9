import { expect, test } from "vitest";
import { lineAge } from "../../../../src/sources/logdir/line-age.ts";

const now = { clock: 10_000, mono: 500 };

test.each([
  ["as the stamp says", 9_880, undefined, 120],
  ["older than the first look", 5_000, undefined, 5_000],
  ["a stamp in the future, no growth seen: since the first look", 20_000, undefined, 99],
  ["a stamp in the future, growth seen: since then", 20_000, { after: 430, until: 490 }, 9],
  ["a stamp of 1970, growth seen: not before the look before it", 3, { after: 430, until: 490 }, 71],
  ["growth and stamp agree", 9_950, { after: 430, until: 490 }, 50],
  ["stamped a moment ahead", 10_000.2, { after: 440, until: 500 }, 0],
])("%s", (_, newest, growing, want) => {
  expect(lineAge(newest, now, { first: 400, growing })).toBeCloseTo(want, 6);
});
