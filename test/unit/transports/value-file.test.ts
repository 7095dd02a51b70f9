import { expect, test } from "vitest";
import { type Item, momentItem, type Param, targetItem } from "../../../src/items/item.ts";
import { none, ok, value } from "../../../src/ring/answer.ts";
import { configuredCall, fileText, standardCall } from "../../../src/transports/value-file.ts";

const text = (fallback: string | undefined): Param<string> => ({ doc: "Any text.", fallback, parse: ok });
const declared = { type: "float", units: "", name: "Test", doc: "Test.", delay: "1m" } as const;
const ratio: Item = targetItem({
  ...declared,
  key: "memcached.hit_ratio",
  source: "memcached",
  freshness: "sample",
  params: { window: text("5m"), command: text("get") },
  standard: () => [],
  value: () => none("test"),
});
const stat: Item = targetItem({ ...ratio, key: "memcached.stat", params: { name: text(undefined) } });
const version: Item = momentItem({
  ...declared,
  key: "tidemark.version",
  params: {},
  standard: () => [[]],
  value: () => value("0.1.0"),
});
const agentsOwn: Item = { ...version, key: "agent.ping", family: "native" };
const items = new Map([ratio, stat, version].map((item) => [item.key, item]));

const configured = [
  { key: "memcached.hit_ratio[main,5m,get]", want: "memcached.hit_ratio,main,5m,get" },
  { key: "memcached.hit_ratio[main]", want: "memcached.hit_ratio,main,5m,get" },
  { key: "memcached.hit_ratio[main,]", want: "memcached.hit_ratio,main,5m,get" },
  { key: "memcached.hit_ratio[main,,set]", want: "memcached.hit_ratio,main,5m,set" },
  { key: 'memcached.hit_ratio["main", 300]', want: "memcached.hit_ratio,main,300,get" },
  { key: "memcached.hit_ratio", want: "memcached.hit_ratio,,5m,get" },
  { key: "memcached.hit_ratio[main,5m,get,]", want: "memcached.hit_ratio,main,5m,get" },
  { key: "memcached.stat[main]", want: "memcached.stat,main," },
  { key: "tidemark.version", want: "tidemark.version" },
  { key: "my.alias[a,b]", want: "my.alias,a,b" },
  { key: "my.alias", want: "my.alias" },
  { key: "memcached.hit_ratio[main", want: undefined },
  { key: "memcached.hit_ratio[../../etc/passwd]", want: undefined },
  { key: 'memcached.hit_ratio["a,b"]', want: undefined },
  { key: "memcached.hit_ratio[a b]", want: undefined },
  { key: "memcached.hit_ratio[ä]", want: undefined },
  { key: `memcached.stat[main,${"x".repeat(235)}]`, want: `memcached.stat,main,${"x".repeat(235)}` },
  { key: `memcached.stat[main,${"x".repeat(236)}]`, want: undefined },
];
for (const { key, want } of configured) {
  test(`configuredCall: ${key.slice(0, 60)}`, () => {
    expect(configuredCall(key, items)).toEqual({ names: want === undefined ? [] : [want], key });
  });
}

const standard = [
  {
    name: "of some target",
    item: ratio,
    params: ["main", "15m"],
    isDefault: false,
    want: ["memcached.hit_ratio,main,15m,get"],
  },
  {
    name: "of the default target",
    item: ratio,
    params: ["main", "15m"],
    isDefault: true,
    want: ["memcached.hit_ratio,main,15m,get", "memcached.hit_ratio,,15m,get"],
  },
  { name: "without parameters", item: version, params: [], isDefault: false, want: ["tidemark.version"] },
  { name: "with a parameter that the shim refuses", item: stat, params: ["main", "a/b"], isDefault: true, want: [] },
  { name: "of a key that agents have", item: agentsOwn, params: [], isDefault: false, want: [] },
];
for (const { name, item, params, isDefault, want } of standard) {
  test(`standardCall: ${name}`, () => {
    expect(standardCall({ key: "the.key", item, params, isDefault })).toEqual({ names: want, key: "the.key" });
  });
}

const texts = [
  { name: "a number", reply: { kind: "value", text: "66.66", clock: 1 }, want: "= 66.66\n" },
  { name: "an empty text", reply: { kind: "value", text: "", clock: 1 }, want: "= \n" },
  { name: "two lines", reply: { kind: "value", text: "a\nb", clock: 1 }, want: "+\na\nb" },
  {
    name: "1,000 characters",
    reply: { kind: "value", text: "x".repeat(1000), clock: 1 },
    want: `= ${"x".repeat(1000)}\n`,
  },
  {
    name: "1,001 characters",
    reply: { kind: "value", text: "x".repeat(1001), clock: 1 },
    want: `+\n${"x".repeat(1001)}`,
  },
  {
    name: "none",
    reply: { kind: "none", reason: "No get requests in the last 5m." },
    want: "! No get requests in the last 5m.\n",
  },
  { name: "unknown, over two lines", reply: { kind: "unknown", reason: "One.\r\n Two." }, want: "! One. Two.\n" },
] as const;
for (const { name, reply, want } of texts) {
  test(`fileText: ${name}`, () => expect(fileText(reply)).toBe(want));
}
