import { expect, test } from "vitest";
import { renderOldUserParameters, renderUserParameters } from "../../../src/catalog/user-parameters.ts";
import { discovery, hitRatio, native, oldRatio, stat, state } from "./items.ts";

const SHIM = ". /usr/lib/tidemark/tidemark-value";

const directives = (conf: string) => conf.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

const lines = [
  {
    item: hitRatio,
    want: `UserParameter=memcached.hit_ratio[*],set -- -t "$1" memcached.hit_ratio "$2" "5m" "$3" "get" "$4"; ${SHIM}`,
  },
  { item: state, want: `UserParameter=memcached.state[*],set -- -t "$1" memcached.state "$2"; ${SHIM}` },
  { item: stat, want: `UserParameter=memcached.stat[*],set -- -t "$1" memcached.stat "$2" "" "$3"; ${SHIM}` },
  { item: discovery, want: `UserParameter=memcached.discovery,set -- memcached.discovery; ${SHIM}` },
];
for (const { item, want } of lines) {
  test(`renderUserParameters: ${item.key}`, () => {
    expect(directives(renderUserParameters([item]))).toEqual([want]);
  });
}

test("renderUserParameters: a comment names each item", () => {
  const conf = renderUserParameters([hitRatio, state]);
  expect(conf).toContain("\n# Hit ratio\nUserParameter=memcached.hit_ratio[*],");
  expect(conf).toContain("\n# State\nUserParameter=memcached.state[*],");
});

test("renderUserParameters: a key of the agents is left to them", () => {
  expect(directives(renderUserParameters([native]))).toEqual([]);
});

test("the old keys stand in their own file only", () => {
  expect(directives(renderUserParameters([hitRatio, oldRatio])).join()).not.toContain("memcache.hit_ratio");
  expect(directives(renderOldUserParameters([hitRatio, oldRatio]))).toEqual([
    `UserParameter=memcache.hit_ratio[*],set -- -o "0" memcache.hit_ratio "$1" "1"; ${SHIM}`,
  ]);
});

test("renderOldUserParameters: the whole documentation, in comment lines of bearable length", () => {
  const conf = renderOldUserParameters([oldRatio]);
  const comment = conf.split("\n").filter((line) => line.startsWith("# The text") || line.startsWith("# script"));
  expect(conf.split("\n").every((line) => line.length <= 120)).toBe(true);
  expect(comment.length).toBeGreaterThan(0);
  expect(conf.replaceAll("\n# ", " ")).toContain(oldRatio.doc);
});
