import { expect, test } from "vitest";
import { renderOldUserParameters, renderUserParameters } from "../../../src/catalog/user-parameters.ts";
import { parameterNames } from "../../../src/items/arguments.ts";
import type { Params } from "../../../src/items/item.ts";
import { SOURCES } from "../../../src/sources/all.ts";

const items = SOURCES.flatMap((source) => source.items);

test("there are items to check", () => expect(items.length).toBeGreaterThan(40));

test("every default is one that the shim lets through", () => {
  for (const item of items.filter(({ family }) => family !== "native")) {
    for (const [name, { fallback }] of Object.entries(item.params as Params)) {
      expect(fallback ?? "", `${item.key} <${name}>`).toMatch(/^[A-Za-z0-9_.:-]*$/);
    }
  }
});

test("an agent has no more than $1 to $9, and the last one catches what was asked too much", () => {
  for (const item of items) expect(parameterNames(item).length, item.key).toBeLessThanOrEqual(8);
});

test("no line is longer than zabbix_agentd reads, and no key stands twice", () => {
  const lines = [renderUserParameters(items), renderOldUserParameters(items)].join("").split("\n");
  const keys = lines.flatMap((line) => /^UserParameter=([^[,]+)/.exec(line)?.[1] ?? []);
  expect(lines.filter((line) => line.length > 2000)).toEqual([]);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test("the old keys are the three of the hand-made checks", () => {
  const old = items.filter(({ family }) => family === "legacy").map(({ key }) => key);
  expect(old.sort()).toEqual(["memcache.check_max_age", "memcache.hit_ratio", "memcached.curr_conn"]);
});

test("keys that agents have themselves are marked as theirs", () => {
  const marked = items.filter(({ family }) => family === "native").map(({ key }) => key);
  expect(marked).toEqual(expect.arrayContaining(["memcached.ping", "memcached.stats", "agent.ping"]));
  expect(items.filter(({ key, family }) => key.startsWith("agent.") && family !== "native")).toEqual([]);
});
