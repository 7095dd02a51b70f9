import { expect, test } from "vitest";
import { renderOldUserParameters, renderUserParameters } from "../../../src/catalog/user-parameters.ts";
import { agentsOwn, discovery, hitRatio, oldRatio, stat, state } from "./items.ts";

const SHIM = "exec /usr/lib/tidemark/tidemark-value";
const OLD = [{ key: "memcache.hit_ratio", otherwise: "0" }];

const directives = (conf: string) => conf.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

const lines = [
  {
    item: hitRatio,
    want: `UserParameter=memcached.hit_ratio[*],${SHIM} memcached.hit_ratio "$1" "" "$2" "5m" "$3" "get" "$4"`,
  },
  { item: state, want: `UserParameter=memcached.state[*],${SHIM} memcached.state "$1" "" "$2"` },
  { item: stat, want: `UserParameter=memcached.stat[*],${SHIM} memcached.stat "$1" "" "$2" "" "$3"` },
  { item: discovery, want: `UserParameter=memcached.discovery,${SHIM} memcached.discovery` },
];
for (const { item, want } of lines) {
  test(`renderUserParameters: ${item.key}`, () => {
    expect(directives(renderUserParameters([item], OLD))).toEqual([want]);
  });
}

test("renderUserParameters: a comment names each item and its units", () => {
  const conf = renderUserParameters([hitRatio, state], OLD);
  expect(conf).toContain("\n# Hit ratio (%)\nUserParameter=memcached.hit_ratio[*],");
  expect(conf).toContain("\n# State\nUserParameter=memcached.state[*],");
});

for (const key of [
  "memcached.ping",
  "memcached.stats",
  "agent.ping",
  "system.uptime",
  "vfs.fs.size",
  "log",
  "net.if.in",
]) {
  test(`renderUserParameters: ${key} is left to the agents`, () => {
    expect(directives(renderUserParameters([agentsOwn(key)], OLD))).toEqual([]);
  });
}

for (const key of ["memcached.pings", "logdir.age", "network.x"]) {
  test(`renderUserParameters: ${key} only looks like an agent's own`, () => {
    expect(directives(renderUserParameters([agentsOwn(key)], OLD))).toHaveLength(1);
  });
}

test("the old keys stand in their own file only", () => {
  expect(directives(renderUserParameters([hitRatio, oldRatio], OLD)).join()).not.toContain("memcache.hit_ratio");
  expect(directives(renderOldUserParameters([hitRatio, oldRatio], OLD))).toEqual([
    `UserParameter=memcache.hit_ratio[*],${SHIM} -o "0" memcache.hit_ratio "$1" "1"`,
  ]);
});

test("renderOldUserParameters: the whole documentation, in comment lines of bearable length", () => {
  const conf = renderOldUserParameters([oldRatio], OLD);
  const comment = conf.split("\n").filter((line) => line.startsWith("# The text") || line.startsWith("# script"));
  expect(conf.split("\n").every((line) => line.length <= 120)).toBe(true);
  expect(comment.length).toBeGreaterThan(0);
  expect(conf.replaceAll("\n# ", " ")).toContain(oldRatio.doc);
});
