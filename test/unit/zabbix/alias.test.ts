import { describe, expect, test } from "vitest";
import { compileAliases } from "../../../src/zabbix/alias.ts";
import { parseKey } from "../../../src/zabbix/key.ts";
import { vectors } from "./vectors.ts";

interface Case {
  readonly key: string;
  readonly reply?: string;
  readonly replies?: Readonly<Record<string, string>>;
}

function compiled(...definitions: readonly string[]): (key: string) => string {
  const aliases = compileAliases(definitions);
  if (aliases.kind === "malformed") throw new Error(aliases.reason);
  return aliases.value;
}

describe("compileAliases: as the real agents", () => {
  const { config, cases } = vectors<{ config: readonly string[]; cases: readonly Case[] }>("user-parameter");
  const prefix = "Alias=";
  const definitions = config.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  const asked = cases.filter(({ key }) => key.startsWith("al"));

  /** The recorded agents knew u.a[*], which prints its first parameter in brackets, and no key that begins with "al". */
  function reply(text: string): string {
    const key = parseKey(text);
    if (key.kind === "ok" && key.value.name === "u.a") return `[${key.value.params[0] ?? ""}]`;
    return "ZBX_NOTSUPPORTED\0Unsupported item key.";
  }

  test.each(asked)("$key", ({ key, reply: same, replies }) => {
    expect(reply(compiled(...definitions)(key))).toBe(same ?? replies?.["zabbix_agentd 7.0.29"]);
  });

  test("there are enough of them", () => expect(asked.length).toBeGreaterThan(10));
});

describe("compileAliases", () => {
  test("a name equal to the whole key goes before a newer one with [*]", () => {
    const resolve = compiled("a[x]:exact", "a[*]:flexible[*]");
    expect(["a[x]", "a[ x]", "a[]", "a"].map(resolve)).toEqual(["exact", "flexible[ x]", "flexible[]", "a"]);
  });

  test("of two that match, the newest counts", () => {
    expect(compiled("a[b[*]:old", "a[*]:new")("a[b[1]")).toBe("new");
    expect(compiled("a[*]:old", "a[b[*]:new")("a[b[1]")).toBe("new");
  });

  test("brackets go over only to a target that ends with [*]", () => {
    const resolve = compiled("a[*]:b[*]", "c[*]:d[1,*]", "e:f[*]");
    expect(["a[1,2]", "c[9]", "e"].map(resolve)).toEqual(["b[1,2]", "d[1,*]", "f[*]"]);
  });

  test("the result is not looked up again", () => expect(compiled("a:b", "b:c")("a")).toBe("b"));

  test("names and targets may hold colons in brackets", () => {
    expect(compiled('a[x:y]:b["c:d"]')("a[x:y]")).toBe('b["c:d"]');
  });

  test("text that is no key comes back unchanged", () => {
    const resolve = compiled("a[*]:b[*]");
    expect(["a[", "a[1]2", "", "a [1]"].map(resolve)).toEqual(["a[", "a[1]2", "", "a [1]"]);
  });

  const malformed = [
    { definitions: ["a"], reason: 'cannot read alias "a": expected an item key and ":" before the key it stands for' },
    {
      definitions: [":b"],
      reason: 'cannot read alias ":b": expected an item key and ":" before the key it stands for',
    },
    {
      definitions: ["a[:b"],
      reason: 'cannot read alias "a[:b": expected an item key and ":" before the key it stands for',
    },
    { definitions: ["a: b"], reason: 'cannot read alias "a: b": " b" is not an item key' },
    { definitions: ["a:b["], reason: 'cannot read alias "a:b[": "b[" is not an item key' },
    { definitions: ["a:"], reason: 'cannot read alias "a:": "" is not an item key' },
    { definitions: ["a:b", "a:c"], reason: 'alias "a" is defined twice' },
  ];
  test.each(malformed)("refuses $definitions", ({ definitions, reason }) => {
    expect(compileAliases(definitions)).toEqual({ kind: "malformed", reason });
  });
});
