import { expect, test } from "vitest";
import { agentClashes } from "../../../src/cli/agent-conf.ts";
import { readConfig } from "../../../src/config/reader.ts";
import { momentItem } from "../../../src/items/item.ts";
import { value } from "../../../src/ring/answer.ts";
import { memoryFiles } from "../config/memory-files.ts";

function item(key: string, family?: "native" | "legacy") {
  const plain = { key, params: {}, type: "unsigned", units: "", name: "A", doc: "A.", delay: "1m" } as const;
  return momentItem({
    ...plain,
    ...(family === undefined ? {} : { family }),
    standard: () => [],
    value: () => value(1),
  });
}

const ITEMS = [item("memcached.state"), item("memcache.hit_ratio", "legacy"), item("memcached.ping", "native")];

const OURS = "UserParameter=memcached.state[*],exec /usr/lib/tidemark/tidemark-value memcached.state";

const cases: readonly { name: string; lines: readonly string[]; want: readonly string[] }[] = [
  { name: "no lines of that kind", lines: ["Server=127.0.0.1"], want: [] },
  { name: "our own lines", lines: [OURS], want: [] },
  {
    name: "other keys",
    lines: ["UserParameter=memcached.states,/bin/true", "UserParameter=a[*],tidemark-valued"],
    want: [],
  },
  { name: "a key that only tidemark itself answers", lines: ["UserParameter=memcached.ping,/bin/true"], want: [] },
  {
    name: "an old line of a hand-made check",
    lines: ["", "UserParameter=memcache.hit_ratio[*],/usr/local/bin/hit-ratio $1"],
    want: [
      'item key "memcache.hit_ratio": /agent:2 defines it, too: the agent would not start with tidemark-legacy.conf; remove line 2 of /agent before tidemark-legacy.conf is included',
    ],
  },
  {
    name: "a line beside ours",
    lines: [OURS, "UserParameter=memcached.state,/bin/true"],
    want: [
      'item key "memcached.state": /agent:2 and /agent:1 define it: the agent does not start; remove line 2 of /agent',
    ],
  },
  {
    name: "ours twice",
    lines: [OURS, OURS],
    want: [
      'item key "memcached.state": /agent:2 includes it a second time: the agent does not start; include tidemark.conf once',
    ],
  },
  {
    name: "the plugin beside our lines",
    lines: ["Plugins.Tidemark.System.Path=/usr/lib/tidemark/plugin", OURS],
    want: [
      "plugin and UserParameter lines: /agent:1 and /agent:2 both bring our keys: the agent does not start; remove line 1 of /agent, or do not include tidemark.conf",
    ],
  },
  { name: "the plugin alone", lines: ["Plugins.Tidemark.System.Path=/usr/lib/tidemark/plugin"], want: [] },
];

test.each(cases)("$name", ({ lines, want }) => {
  const { entries } = readConfig("/agent", memoryFiles({ "/agent": lines.join("\n") }));
  const told = agentClashes(entries, ITEMS).map(({ what, found, mend }) => `${what}: ${found}; ${mend}`);
  expect(told).toEqual(want);
});
