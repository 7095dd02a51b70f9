import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { imported, tooLong, violations } from "./architecture.ts";

const ROOT = new URL("../../", import.meta.url);

function read(folder: string, kind = /\.ts$/): ReadonlyMap<string, string> {
  const names = readdirSync(new URL(folder, ROOT), { recursive: true, encoding: "utf8" });
  const files = names.filter((name) => kind.test(name)).map((name) => `${folder}/${name}`);
  return new Map(files.map((path) => [path, readFileSync(new URL(path, ROOT), "utf8")]));
}

test("src keeps to the table of rooms", () => {
  const tree = read("src", /\.(?:ts|json)$/);
  expect(tree.size).toBeGreaterThan(8);
  expect(violations(tree)).toEqual([]);
});

test("test files are no longer than source files", () => {
  const tree = read("test");
  expect(tree.size).toBeGreaterThan(8);
  expect([...tree].flatMap(([path, text]) => tooLong(path, text))).toEqual([]);
});

const cases: readonly {
  readonly name: string;
  readonly tree: Record<string, string>;
  readonly want: readonly string[];
}[] = [
  {
    name: "what the table allows",
    tree: {
      "src/ring/ring.ts": 'import type { Answer } from "./answer.ts";\n',
      "src/ring/answer.ts": "",
      "src/zabbix/key.ts": 'import { ok } from "../ring/answer.ts";\nimport { crc32 } from "node:zlib";\n',
      "src/words/sentence.ts": "",
      "src/items/registry.ts": 'import { parseKey } from "../zabbix/key.ts";\n',
      "src/sources/source.ts": 'import "../words/sentence.ts";\n',
      "src/sources/memcached/wire.ts": 'import "../source.ts";\nimport memjs from "memjs";\n',
      "src/sources/memcached/items.ts": 'import { a } from "./wire.ts";\n',
      "src/sources/all.ts": 'import { b } from "./memcached/items.ts";\n',
      "src/cli/version.ts": 'import text from "../../package.json" with { type: "json" };\n',
      "src/main.ts": 'import "./sources/all.ts";\nimport "node:http";\n',
    },
    want: [],
  },
  {
    name: "a room above",
    tree: { "src/ring/ring.ts": 'import { get } from "../items/item.ts";\n', "src/items/item.ts": "" },
    want: ["src/ring/ring.ts imports ../items/item.ts: ring may import no other room"],
  },
  {
    name: "a type counts, and so does a statement of several lines, a re-export and an import on demand",
    tree: {
      "src/journal/a.ts": 'import type { S } from "../ring/sample.ts";\n',
      "src/journal/b.ts": 'import {\n  one,\n  two,\n} from "../ring/sample.ts";\n',
      "src/journal/c.ts": 'export { one } from "../ring/sample.ts";\n',
      "src/journal/d.ts": 'const s = await import("../ring/sample.ts");\n',
      "src/ring/sample.ts": "",
    },
    want: ["a", "b", "c", "d"].map(
      (name) => `src/journal/${name}.ts imports ../ring/sample.ts: journal may import ring/answer, io/make-directory`,
    ),
  },
  {
    name: "one file of a room that is allowed only in part",
    tree: { "src/items/a.ts": 'import "../zabbix/packet.ts";\n', "src/zabbix/packet.ts": "" },
    want: ["src/items/a.ts imports ../zabbix/packet.ts: items may import ring, zabbix/key, zabbix/access"],
  },
  {
    name: "a transport that asks a source",
    tree: { "src/transports/passive.ts": 'import "../sources/all.ts";\n', "src/sources/all.ts": "" },
    want: [
      "src/transports/passive.ts imports ../sources/all.ts: transports may import ring, items, zabbix, outbox, config, io",
    ],
  },
  {
    name: "a source that imports another",
    tree: { "src/sources/rsyslog.ts": 'import "./memcached/wire.ts";\n', "src/sources/memcached/wire.ts": "" },
    want: ["src/sources/rsyslog.ts imports ./memcached/wire.ts: one source may not import another"],
  },
  {
    name: "the world where it may not be met, and a package",
    tree: { "src/derive/rate.ts": 'import fs from "node:fs";\n', "src/config/read.ts": 'import "zod";\n' },
    want: [
      "src/derive/rate.ts imports node:fs: derive may reach nothing outside",
      "src/config/read.ts imports zod: config may reach node:fs, node:fs/promises, node:path, node:net",
    ],
  },
  {
    name: "a file outside src",
    tree: { "src/cli/get.ts": 'import "../../test/real/start.ts";\n' },
    want: ["src/cli/get.ts imports ../../test/real/start.ts: there is no such file in src"],
  },
  {
    name: "a room that the table does not know",
    tree: { "src/utils/misc.ts": "" },
    want: ["src/utils/misc.ts is in no room that the table knows"],
  },
  {
    name: "a cycle, named once",
    tree: {
      "src/ring/a.ts": 'import "./b.ts";\n',
      "src/ring/b.ts": 'import "./c.ts";\n',
      "src/ring/c.ts": 'import type { A } from "./a.ts";\n',
      "src/ring/d.ts": 'import "./a.ts";\n',
    },
    want: ["import cycle: src/ring/a.ts -> src/ring/b.ts -> src/ring/c.ts -> src/ring/a.ts"],
  },
  {
    name: "a file that is too long, and a default export",
    tree: {
      "src/ring/a.ts": "\n".repeat(400),
      "src/ring/b.ts": "\n".repeat(401),
      "src/ring/c.ts": "export default 1;\n",
    },
    want: ["src/ring/b.ts has 401 lines; more than 400 want to be two files", "src/ring/c.ts has a default export"],
  },
];

for (const { name, tree, want } of cases) {
  test(`violations: ${name}`, () => {
    expect(violations(new Map(Object.entries(tree)))).toEqual(want);
  });
}

test("imported: only import statements, not texts that look like them", () => {
  const text =
    '// import "./comment.ts";\nexport const from = "x";\nconst s = `import "y"`;\n * import z from "./doc.ts";\n';
  expect(imported(text)).toEqual([]);
});
