import { describe, expect, test } from "vitest";
import { asked } from "../../fuzz/asked.ts";
import { campaign } from "../../fuzz/campaign.ts";
import { PARSERS } from "../../fuzz/parsers.ts";

const CASES_IN_ALL = 10_000;

describe("whatever comes, it is read or refused in time and without an exception", () => {
  const count = Math.ceil(CASES_IN_ALL / PARSERS.length);
  for (const fuzzed of PARSERS) test(fuzzed.name, () => campaign(fuzzed, asked({ seed: 1, count })));
});

test("no two parsers have one name", () => {
  expect(new Set(PARSERS.map(({ name }) => name)).size).toBe(PARSERS.length);
});
