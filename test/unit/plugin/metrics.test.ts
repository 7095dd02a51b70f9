import { expect, test } from "vitest";
import metrics from "../../../src/plugin/metrics.json" with { type: "json" };
import { SOURCES } from "../../../src/sources/all.ts";

const pairs = metrics as readonly (readonly string[])[];
const items = SOURCES.flatMap((source) => source.items);

/** One pair that breaks a rule makes agent 2 6.0 panic and 7.0 wait for ever. */
test("each pair is what agent 2 takes", () => {
  for (const [key, description, ...more] of pairs) {
    expect(key).toMatch(/^[A-Za-z0-9._-]+$/);
    expect(description).toMatch(/^\p{Lu}.*\.$/u);
    expect(more).toEqual([]);
  }
});

test("no key is there twice", () => {
  const keys = pairs.map(([key]) => key);
  expect(new Set(keys).size).toBe(keys.length);
});

test("all keys are there but those that agent 2 has itself", () => {
  const keys = pairs.map(([key]) => key);
  const left = items.map(({ key }) => key).filter((key) => !keys.includes(key));
  expect(left.toSorted()).toEqual([
    "agent.hostmetadata",
    "agent.hostname",
    "agent.ping",
    "agent.variant",
    "agent.version",
    "memcached.ping",
    "memcached.stats",
  ]);
});
