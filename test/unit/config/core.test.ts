import { expect, test } from "vitest";
import { loadConfig } from "../../../src/config/apply.ts";
import { accessLines, CORE } from "../../../src/config/core.ts";
import { foreignReason } from "../../../src/config/foreign.ts";
import { formatValue } from "../../../src/config/kinds.ts";
import { readConfig } from "../../../src/config/reader.ts";
import type { Directive } from "../../../src/config/spec.ts";
import { ok } from "../../../src/ring/answer.ts";
import { memoryFiles } from "./memory-files.ts";

const directives: readonly (readonly [string, Directive<unknown>])[] = Object.entries(CORE);

test.each(directives)("%s: doc is made of sentences", (_, { doc }) => expect(doc).toMatch(/^[A-Z0-9].*\.$/));

const single = directives.filter(([, { kind }]) => kind.join === undefined);

test.each(single)("%s: its fallback is a value that the file could give", (_, { kind, fallback }) => {
  expect(kind.parse(formatValue(kind, fallback))).toEqual(ok(fallback));
});

test("no directive is also refused as an agent's", () => {
  expect(directives.filter(([name]) => foreignReason(name) !== undefined)).toEqual([]);
});

test("AllowKey and DenyKey keep their order between the two, over files", () => {
  const { entries } = readConfig(
    "/main",
    memoryFiles({ "/main": "DenyKey=a\nTimeout=3\nInclude=/b\nDenyKey=*", "/b": "AllowKey=b[*]\nDenyKey=c" }),
  );
  expect(accessLines(entries)).toEqual([
    { allow: false, pattern: "a" },
    { allow: true, pattern: "b[*]" },
    { allow: false, pattern: "c" },
    { allow: false, pattern: "*" },
  ]);
});

test("the values have the types of their kinds", () => {
  const loaded = loadConfig(
    "/c",
    { core: CORE, sections: [] },
    memoryFiles({ "/c": "Server=\nHistory=2h\nRingMemory=1G" }),
  );
  if (loaded.kind !== "ok") expect.unreachable();
  const { Server, History, RingMemory, Hostname } = loaded.config.core;
  const typed: readonly [readonly string[], number, number, string | undefined] = [
    Server,
    History,
    RingMemory,
    Hostname,
  ];
  expect(typed).toEqual([[], 7200, 2 ** 30, undefined]);
});
