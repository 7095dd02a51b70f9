import { describe, expect, test } from "vitest";
import { parseJson } from "../../../src/zabbix/json.ts";

const nested = (levels: number, [open, close]: readonly [string, string] = ["[", "]"]) =>
  `${open.repeat(levels)}${close.repeat(levels)}`;

describe("parseJson", () => {
  test("takes so many levels and not one more", () => {
    expect(parseJson(nested(64), 64)).toBeDefined();
    expect(parseJson(nested(65), 64)).toBeUndefined();
    expect(parseJson(`${'{"a":'.repeat(65)}1${"}".repeat(65)}`, 64)).toBeUndefined();
    expect(parseJson(nested(32_000), 64)).toBeUndefined();
  });

  test("counts levels, not brackets, and none of those in strings", () => {
    const wide = `[${"[],".repeat(500)}{}]`;
    expect(parseJson(wide, 2)).toHaveLength(501);
    expect(parseJson(wide, 1)).toBeUndefined();
    for (const text of ["[[[[", '\\"[[[[', "\\\\", '{"a":[']) {
      expect(parseJson(JSON.stringify([text, "x"]), 1)).toEqual([text, "x"]);
    }
    expect(parseJson('["\\\\",[["\\""]]]', 2)).toBeUndefined();
  });

  test("is undefined for what is no JSON, whatever its brackets", () => {
    for (const text of ["", "]]]]", '["', '["\\', "[", "{".repeat(70)]) expect(parseJson(text, 64)).toBeUndefined();
  });
});
