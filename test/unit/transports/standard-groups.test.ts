import { expect, test } from "vitest";
import { momentItem, type Param } from "../../../src/items/item.ts";
import { ok, value } from "../../../src/ring/answer.ts";
import { StandardGroups } from "../../../src/transports/standard-groups.ts";

const length: Param<string> = { doc: "Any text.", fallback: "5m", parse: ok };
const item = momentItem({
  ...{ key: "rate", type: "float", units: "", name: "Test", doc: "Test.", delay: "1m", params: { length } },
  standard: () => [],
  value: () => value(1),
});
const standard = (params: readonly (readonly string[])[], target = "main", isDefault = false) => ({
  ...{ item, target, isDefault, params },
});

test("the same calls are the same group from round to round", () => {
  const groups = new StandardGroups();
  const made = groups.of(standard([["1m"], ["5m"]]));
  groups.keepUsed();
  expect(groups.of(standard([["1m"], ["5m"]]))).toBe(made);
});

test.each([
  ["a call more", standard([["1m"], ["5m"], ["1h"]])],
  ["a call less", standard([["1m"]])],
  ["another parameter", standard([["1m"], ["7m"]])],
  ["more parameters", standard([["1m"], ["5m", "get"]])],
  ["the target is the default one now", standard([["1m"], ["5m"]], "main", true)],
  ["another target", standard([["1m"], ["5m"]], "other")],
])("%s: another group", (_, changed) => {
  const groups = new StandardGroups();
  const made = groups.of(standard([["1m"], ["5m"]]));
  groups.keepUsed();
  expect(groups.of(changed)).not.toBe(made);
});

test("what a round did not use is made anew", () => {
  const groups = new StandardGroups();
  const made = groups.of(standard([["1m"]]));
  groups.keepUsed();
  groups.keepUsed();
  expect(groups.of(standard([["1m"]]))).not.toBe(made);
});
