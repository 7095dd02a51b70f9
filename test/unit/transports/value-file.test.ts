import { expect, test } from "vitest";
import { type Item, momentItem, type Param, targetItem } from "../../../src/items/item.ts";
import { none, ok, value } from "../../../src/ring/answer.ts";
import { configuredCall, standardGroup, valueLine } from "../../../src/transports/value-file.ts";

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
  { key: "memcached.hit_ratio[main,5m,get]", want: ["memcached.hit_ratio,main", "5m,get"] },
  { key: "memcached.hit_ratio[main]", want: ["memcached.hit_ratio,main", "5m,get"] },
  { key: "memcached.hit_ratio[main,]", want: ["memcached.hit_ratio,main", "5m,get"] },
  { key: "memcached.hit_ratio[main,,set]", want: ["memcached.hit_ratio,main", "5m,set"] },
  { key: 'memcached.hit_ratio["main", 300]', want: ["memcached.hit_ratio,main", "300,get"] },
  { key: "memcached.hit_ratio", want: ["memcached.hit_ratio,", "5m,get"] },
  { key: "memcached.hit_ratio[main,5m,get,]", want: ["memcached.hit_ratio,main", "5m,get"] },
  { key: "memcached.stat[main]", want: ["memcached.stat,main", ""] },
  { key: "tidemark.version", want: ["tidemark.version", ""] },
  { key: "my.alias[a,b]", want: ["my.alias", "a,b"] },
  { key: "my.alias", want: ["my.alias", ""] },
  { key: "memcached.hit_ratio[main", want: undefined },
  { key: "memcached.hit_ratio[../../etc/passwd]", want: undefined },
  { key: 'memcached.hit_ratio["a,b"]', want: undefined },
  { key: "memcached.hit_ratio[a b]", want: undefined },
  { key: "memcached.hit_ratio[ä]", want: undefined },
  { key: `memcached.stat[main,${"x".repeat(235)}]`, want: ["memcached.stat,main", "x".repeat(235)] },
  { key: `memcached.stat[main,${"x".repeat(236)}]`, want: undefined },
];
for (const { key, want } of configured) {
  test(`configuredCall: ${key.slice(0, 60)}`, () => {
    const [group, call] = want ?? [];
    expect(configuredCall(key, items)).toEqual(want === undefined ? undefined : { group, call: { call, key } });
  });
}

test("standardGroup: a target's calls, its defaults filled in", () => {
  const params = [["15m"], ["5m", "set"], []];
  expect(standardGroup({ item: ratio, target: "main", isDefault: false, params })).toEqual({
    name: "memcached.hit_ratio,main",
    alias: undefined,
    calls: [
      { call: "15m,get", key: "memcached.hit_ratio[main,15m]" },
      { call: "5m,set", key: "memcached.hit_ratio[main,5m,set]" },
      { call: "5m,get", key: "memcached.hit_ratio[main]" },
    ],
  });
});

test("standardGroup: the default target has a second name", () => {
  expect(standardGroup({ item: ratio, target: "main", isDefault: true, params: [] })).toMatchObject({
    alias: "memcached.hit_ratio,",
  });
});

const wholes = [
  { name: "without parameters", item: version, params: [[]], want: [{ call: "", key: "tidemark.version" }] },
  { name: "with a parameter that the shim refuses", item: stat, params: [["a/b"], ["a"]], want: ["a"] },
  { name: "with one that no file name can hold", item: stat, params: [["x".repeat(242)], ["a"]], want: ["a"] },
  { name: "of a key that agents have", item: agentsOwn, params: [[]], want: [] },
];
for (const { name, item, params, want } of wholes) {
  test(`standardGroup: ${name}`, () => {
    const { calls } = standardGroup({ item, target: undefined, isDefault: false, params });
    expect(calls).toMatchObject(want.map((each) => (typeof each === "string" ? { call: each } : each)));
    expect(calls).toHaveLength(want.length);
  });
}

const texts = [
  { name: "a number", reply: { kind: "value", text: "66.66", clock: 1 }, want: { line: "5m,get= 66.66\n" } },
  { name: "an empty text", reply: { kind: "value", text: "", clock: 1 }, want: { line: "5m,get= \n" } },
  { name: "two lines", reply: { kind: "value", text: "a\nb", clock: 1 }, want: { line: "5m,get+\n", whole: "a\nb" } },
  {
    name: "200 characters",
    reply: { kind: "value", text: "x".repeat(200), clock: 1 },
    want: { line: `5m,get= ${"x".repeat(200)}\n` },
  },
  {
    name: "201 characters",
    reply: { kind: "value", text: "x".repeat(201), clock: 1 },
    want: { line: "5m,get+\n", whole: "x".repeat(201) },
  },
  {
    name: "none",
    reply: { kind: "none", reason: "No get requests in the last 5m." },
    want: { line: "5m,get! No get requests in the last 5m.\n" },
  },
  {
    name: "unknown, over two lines",
    reply: { kind: "unknown", reason: "One.\r\n Two." },
    want: { line: "5m,get! One. Two.\n" },
  },
] as const;
for (const { name, reply, want } of texts) {
  test(`valueLine: ${name}`, () => expect(valueLine("5m,get", reply)).toEqual({ whole: undefined, ...want }));
}
