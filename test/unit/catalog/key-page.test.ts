import { expect, test } from "vitest";
import { renderKeyPage } from "../../../src/catalog/key-page.ts";
import { discovery, hitRatio, oldRatio, stat, state } from "./items.ts";

const page = renderKeyPage([
  {
    name: "memcached",
    items: [hitRatio, state, stat, discovery, oldRatio],
    discoveries: [{ item: discovery, macros: [{ name: "URI", doc: "Where it listens." }] }],
    fields: [
      { name: "get_hits", kind: "counter", unit: "", doc: "Hits | found keys.", part: false, ringed: true },
      { name: "age", kind: "gauge", unit: "s", doc: "Oldest item.", part: true, ringed: false },
    ],
  },
  { name: "empty", items: [], discoveries: [], fields: [] },
]);

const expected = [
  "### `memcached.hit_ratio[<target>,<window>,<command>]`\n\n**Hit ratio** (float, %, every 1m). Share of requests answered from the cache.\n\n- `<window>`: a word (default `5m`)\n- `<command>`: a word (default `get`)\n",
  "### `memcached.state[<target>]`\n\n**State** (unsigned, every 1m, always). A test.\n",
  "- `<name>`: a word (required)\n",
  "### `memcached.discovery`\n\n**Test** (json, every 1m). A test.\n\n- `{#URI}`: Where it listens.\n",
  "- `<minutes>`: a word (default `1`)\n- Further parameters are ignored.\n",
  "### Fields of memcached\n",
  "| `get_hits` | counter |  | yes | Hits \\| found keys. |\n| `age` | gauge, part | s |  | Oldest item. |\n",
];
for (const text of expected) {
  test(`renderKeyPage: ${text.slice(0, 50).replaceAll("\n", " ")}`, () => expect(page).toContain(text));
}

test("renderKeyPage: every family has its heading, and none a table without rows", () => {
  expect(page).toContain("\n## empty\n");
  expect(page).not.toContain("Fields of empty");
});
