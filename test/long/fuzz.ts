import { describe, test } from "vitest";
import { asked } from "../fuzz/asked.ts";
import { campaign } from "../fuzz/campaign.ts";
import type { Fuzzed } from "../fuzz/fuzzed.ts";

const CASES = 1_000_000;

/** A million cases for each parser, others in each run; a failure names the seed. */
export function fuzzLong(parsers: readonly Fuzzed[]): void {
  const cases = asked({ seed: Date.now() % 2 ** 31, count: CASES });
  describe("whatever comes, it is read or refused in time and without an exception", () => {
    for (const fuzzed of parsers) test(fuzzed.name, () => campaign(fuzzed, cases));
  });
}
