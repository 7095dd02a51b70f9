import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { parseArguments } from "../../../src/items/arguments.ts";
import { SOURCES } from "../../../src/sources/all.ts";
import { compileAliases } from "../../../src/zabbix/alias.ts";
import { parseKey, scanKey } from "../../../src/zabbix/key.ts";

const PAGE = readFileSync("docs/migration.md", "utf8");
const LINES = [...PAGE.matchAll(/^Alias=(.*)$/gm)].map(([, line = ""]) => line);
const ITEMS = new Map(SOURCES.flatMap(({ items }) => items).map((item) => [item.key, item]));
const HOUR = { step: 60, slots: 61 };

const compiled = compileAliases(LINES);

test("the alias lines of the page are taken as they stand", () => {
  expect(LINES.length).toBeGreaterThan(15);
  expect(compiled.kind).toBe("ok");
});

test.each(LINES)("%s leads to a key that is answered", (line) => {
  if (compiled.kind !== "ok") throw new Error(compiled.reason);
  const asked = line.slice(0, scanKey(line)?.end);
  const key = parseKey(compiled.value(asked));
  if (key.kind !== "ok") throw new Error(key.reason);
  const item = ITEMS.get(key.value.name);
  if (item === undefined) throw new Error(`there is no key ${key.value.name}`);
  expect(parseArguments(item, key.value.params, HOUR)).toMatchObject({ kind: "ok" });
});
