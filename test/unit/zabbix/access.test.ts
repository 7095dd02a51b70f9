import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchesWildcard } from "../../../src/words/wildcard.ts";
import { type Access, type AccessRule, compileAccess } from "../../../src/zabbix/access.ts";
import { compileAliases } from "../../../src/zabbix/alias.ts";
import { parseKey } from "../../../src/zabbix/key.ts";
import { vectors } from "./vectors.ts";

interface Case {
  readonly rules: readonly string[];
  readonly key: string;
  readonly result?: "allow" | "deny" | "start-up error";
}

function rule(line: string): AccessRule {
  const [name = "", ...pattern] = line.split("=");
  return { allow: name === "AllowKey", pattern: pattern.join("=") };
}

function compiled(...lines: readonly string[]): Access {
  const access = compileAccess(lines.map(rule));
  if (access.kind === "malformed") throw new Error(access.reason);
  return access.value;
}

function allows(access: Access, text: string): boolean {
  const key = parseKey(text);
  return key.kind === "ok" && access.allows(key.value);
}

describe("compileAccess: as the real agents", () => {
  const aliases = compileAliases(["al.b:t.b[1]"]);
  const resolve = aliases.kind === "ok" ? aliases.value : () => "";
  const known = /^(t\.a|t\.b|agent\.ping|system\.run)(\[|$)/;

  function outcome({ rules, key }: Case): string {
    const access = compileAccess(rules.map(rule));
    if (access.kind === "malformed") return "start-up error";
    const resolved = resolve(key);
    return known.test(resolved) && allows(access.value, resolved) ? "allow" : "deny";
  }

  for (const one of vectors<{ cases: readonly Case[] }>("access-rules").cases) {
    // One case was let through and then failed for want of a parameter.
    test(`${one.rules.join(" ")} | ${one.key}`, () => expect(outcome(one)).toBe(one.result ?? "allow"));
  }
});

describe("compileAccess", () => {
  test("the first rule that matches decides", () => {
    const access = compiled("AllowKey=m.stat[a,*]", "DenyKey=m.stat[*]", "AllowKey=m.*", "DenyKey=*");
    const keys = ["m.stat[a,x]", "m.stat[b,x]", "m.other", "m.stat", "x"];
    expect(keys.map((key) => allows(access, key))).toEqual([true, false, true, true, false]);
  });

  test("several stars at the end are one", () => {
    const access = compiled("DenyKey=k[x,*,**]");
    expect(["k[x]", "k[x,y]", "k[y]", "k"].map((key) => allows(access, key))).toEqual([false, false, true, true]);
    expect(allows(compiled("DenyKey=k[*,*]"), "k[x]")).toBe(false);
  });

  test("a star at the end does not stand for parameters before it", () => {
    const access = compiled("DenyKey=k[x,,*]");
    expect(["k[x]", "k[x,]", "k[x,,y]"].map((key) => allows(access, key))).toEqual([true, false, false]);
  });

  const warned = [
    {
      lines: ["DenyKey=a[*]", "DenyKey=a[**]"],
      warnings: ["DenyKey=a[**] is left out: it duplicates DenyKey=a[*] above"],
    },
    {
      lines: ["DenyKey=a[x]", 'AllowKey=a["x"]'],
      warnings: ['AllowKey=a["x"] is left out: it conflicts with DenyKey=a[x] above'],
    },
    { lines: ["DenyKey=*", "AllowKey=b"], warnings: ['AllowKey=b is left out: no key gets past the rule "*" above'] },
    { lines: ["DenyKey=a", "AllowKey=b"], warnings: ["AllowKey=b is left out: no DenyKey follows it"] },
    { lines: ["DenyKey=a", "AllowKey=*"], warnings: [] },
    {
      lines: ["DenyKey=a", "AllowKey=b", "AllowKey=system.run[x]"],
      warnings: ["AllowKey=b is left out: no DenyKey follows it"],
    },
  ];
  test.each(warned)("warns of $lines", ({ lines, warnings }) => expect(compiled(...lines).warnings).toEqual(warnings));

  test("AllowKey=* at the end says nothing but that commands are allowed", () => {
    expect(allows(compiled("DenyKey=a", "AllowKey=*"), "system.run[x]")).toBe(true);
    expect(allows(compiled("DenyKey=a"), "system.run[x]")).toBe(false);
    expect(allows(compiled("DenyKey=a"), "system.run")).toBe(true);
  });

  test.each(["", "[a]", "k[a", "k[a]b", 'k["a]', "k[[[a]]]", "k y", "ключ"])("DenyKey=%s is malformed", (pattern) => {
    expect(compileAccess([{ allow: false, pattern }])).toEqual({
      kind: "malformed",
      reason: `cannot read DenyKey=${pattern}: expected an item key, "*" allowed`,
    });
  });
});

describe("matchesWildcard", () => {
  interface WildcardCase {
    readonly value: string;
    readonly pattern: string;
    readonly match: boolean;
  }
  const { cases } = vectors<{ cases: readonly WildcardCase[] }>("wildcard");
  test.each(cases)("$value | $pattern", ({ value, pattern, match }) => {
    expect(matchesWildcard(value, pattern)).toBe(match);
  });

  test("agrees with the regular expression of the same meaning", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "."), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", ".", "*"), maxLength: 6 });
    fc.assert(
      fc.property(letters, pattern, (text, stars) => {
        const expression = new RegExp(`^${stars.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
        expect(matchesWildcard(text, stars)).toBe(expression.test(text));
      }),
      { numRuns: 2_000 },
    );
  });
});
