import { type Item, momentItem, type Param, targetItem } from "../../../src/items/item.ts";
import { none, ok } from "../../../src/ring/answer.ts";

const param = (fallback: string | undefined): Param<string> => ({ doc: "a word", fallback, parse: ok });

const declared = { type: "float", units: "", delay: "1m", name: "Test", doc: "A test." } as const;
const silent = { standard: () => [], value: () => none("test") };

export const hitRatio: Item = targetItem({
  ...declared,
  ...silent,
  key: "memcached.hit_ratio",
  source: "memcached",
  units: "%",
  name: "Hit ratio",
  doc: "Share of requests answered from the cache.",
  freshness: "sample",
  params: { window: param("5m"), command: param("get") },
});

export const state: Item = targetItem({
  ...declared,
  ...silent,
  key: "memcached.state",
  source: "memcached",
  type: "unsigned",
  name: "State",
  freshness: "always",
  params: {},
});

export const stat: Item = targetItem({ ...hitRatio, key: "memcached.stat", params: { name: param(undefined) } });

export const discovery: Item = momentItem({
  ...declared,
  ...silent,
  key: "memcached.discovery",
  type: "json",
  params: {},
});

export const oldRatio: Item = momentItem({
  ...declared,
  ...silent,
  key: "memcache.hit_ratio",
  params: { minutes: param("1") },
  ignoresMore: true,
  family: "legacy",
  doc: "The text of the old script. ".repeat(9).trim(),
});

export const native: Item = momentItem({ ...declared, ...silent, key: "memcached.ping", params: {}, family: "native" });
