import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { applyConfig, loadConfig, problemAt } from "../../../src/config/apply.ts";
import { CORE } from "../../../src/config/core.ts";
import { choice, integer, optional, readableFile, repeatable, text } from "../../../src/config/kinds.ts";
import { problemText } from "../../../src/config/reader.ts";
import { directive, type SectionSpec } from "../../../src/config/spec.ts";
import { memoryFiles } from "./memory-files.ts";

const MAIN = "/etc/tidemark/tidemark.conf";

const GENERAL = { SlowMs: directive({ kind: integer(1, 60_000), fallback: 100, doc: "Slow." }) };
const NAMED = {
  Uri: directive({ kind: optional(text), fallback: undefined, doc: "Where." }),
  Protocol: directive({ kind: choice(["auto", "text"]), fallback: "auto", doc: "How." }),
  PasswordFile: directive({ kind: optional(readableFile), fallback: undefined, doc: "Secret." }),
  Pool: directive({ kind: repeatable(text), fallback: [], doc: "Pools." }),
};
const MEMCACHED: SectionSpec<typeof GENERAL, typeof NAMED> = {
  prefix: "Memcached",
  general: GENERAL,
  named: NAMED,
  check: (_, { Uri }) => (Uri === undefined ? "has no Uri" : undefined),
};
const SUPERVISE: SectionSpec = {
  prefix: "Supervise",
  general: { Directories: directive({ kind: repeatable(text), fallback: ["/service"], doc: "Where." }) },
  named: {},
};
const SPEC = { core: CORE, sections: [MEMCACHED, SUPERVISE] };

function load(
  content: string,
  others: Readonly<Record<string, string>> = {},
): ReturnType<typeof loadConfig<typeof CORE>> {
  return loadConfig(MAIN, SPEC, memoryFiles({ [MAIN]: content, ...others }));
}

function problems(content: string, others: Readonly<Record<string, string>> = {}): readonly string[] {
  const loaded = load(content, others);
  return loaded.kind === "ok" ? [] : loaded.problems.map((problem) => problemText(problem).replace(`${MAIN}:`, ""));
}

describe("values", () => {
  test("without a file every directive has its fallback and every section is there", () => {
    const loaded = loadConfig(undefined, SPEC, memoryFiles({}));
    if (loaded.kind !== "ok") expect.unreachable();
    expect(loaded.config.core).toMatchObject({
      Server: ["127.0.0.1"],
      ListenPort: 10_055,
      Timeout: 3,
      Hostname: undefined,
    });
    expect([...loaded.config.sections]).toEqual([
      ["Memcached", { general: { SlowMs: 100 }, named: new Map() }],
      ["Supervise", { general: { Directories: ["/service"] }, named: new Map() }],
    ]);
    expect(loaded.config.entries).toEqual([]);
  });

  test("an empty file says the same as none", () => {
    expect(load("")).toEqual(loadConfig(undefined, SPEC, memoryFiles({})));
  });

  test("core directives, general and named ones, targets in the order of the file", () => {
    const loaded = load(
      [
        "ListenPort=10060",
        "UserParameter.Keys=memcached.get[b]",
        "UserParameter.Keys=memcached.hit_ratio[b,5m,get]",
        "Memcached.SlowMs=50",
        "Memcached.b.Protocol=text",
        "Memcached.a.b.c.Uri=x",
        "Memcached.b.Uri=y",
        "Memcached.b.Pool=one",
        "Memcached.b.Pool=two",
        "Supervise.Directories=/etc/service",
      ].join("\n"),
    );
    if (loaded.kind !== "ok") expect.unreachable();
    const { core, sections } = loaded.config;
    expect(core.ListenPort).toBe(10_060);
    expect(core["UserParameter.Keys"]).toEqual(["memcached.get[b]", "memcached.hit_ratio[b,5m,get]"]);
    expect(sections.get("Memcached")?.general).toEqual({ SlowMs: 50 });
    expect([...(sections.get("Memcached")?.named ?? [])]).toEqual([
      ["b", { Uri: "y", Protocol: "text", PasswordFile: undefined, Pool: ["one", "two"] }],
      ["a.b.c", { Uri: "x", Protocol: "auto", PasswordFile: undefined, Pool: [] }],
    ]);
    expect(sections.get("Supervise")?.general["Directories"]).toEqual(["/etc/service"]);
  });

  test("a target may be spread over files", () => {
    const loaded = load("Memcached.a.Uri=x\nInclude=secret.conf", {
      "/etc/tidemark/secret.conf": "Memcached.a.PasswordFile=/etc/tidemark/a.pw",
      "/etc/tidemark/a.pw": "u:p",
    });
    expect(loaded.kind === "ok" && loaded.config.sections.get("Memcached")?.named.get("a")).toMatchObject({
      Uri: "x",
      PasswordFile: "/etc/tidemark/a.pw",
    });
  });

  test.each(["a", "A.b:c_d-e", "7", "__proto__", "x".repeat(64), "SlowMs", ".."])("%j is a target name", (name) => {
    const loaded = load(`Memcached.${name}.Uri=x`);
    expect(loaded.kind === "ok" && [...(loaded.config.sections.get("Memcached")?.named.keys() ?? [])]).toEqual([name]);
  });
});

interface Refused {
  readonly name: string;
  readonly conf: string;
  readonly others?: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

const refusals: readonly Refused[] = [
  // Unknown names
  {
    name: "typing mistake in a core directive",
    conf: "Timeuot=3",
    problems: ['1: unknown directive "Timeuot". Did you mean "Timeout"?'],
  },
  { name: "wrong case", conf: "timeout=3", problems: ['1: unknown directive "timeout". Did you mean "Timeout"?'] },
  { name: "nothing near", conf: "Foo=1", problems: ['1: unknown directive "Foo"'] },
  {
    name: "typing mistake in Include",
    conf: "Inlcude=/x",
    problems: ['1: unknown directive "Inlcude". Did you mean "Include"?'],
  },
  {
    name: "typing mistake in a dotted core directive",
    conf: "UserParameters.Key=x",
    problems: ['1: unknown directive "UserParameters.Key". Did you mean "UserParameter.Keys"?'],
  },
  {
    name: "typing mistake in a target's directive",
    conf: "Memcached.main.Urii=x",
    problems: ['1: unknown directive "Memcached.main.Urii". Did you mean "Memcached.main.Uri"?'],
  },
  {
    name: "typing mistake in the prefix",
    conf: "Memcache.main.Uri=x",
    problems: ['1: unknown directive "Memcache.main.Uri". Did you mean "Memcached.main.Uri"?'],
  },
  {
    name: "typing mistakes in both, target name with dots",
    conf: "memcache.a.b.uir=x",
    problems: ['1: unknown directive "memcache.a.b.uir". Did you mean "Memcached.a.b.Uri"?'],
  },
  {
    name: "a target's directive that is far off",
    conf: "Memcached.a-long-target-name.Xyz=x",
    problems: [
      '1: unknown directive "Memcached.a-long-target-name.Xyz". A target has Uri, Protocol, PasswordFile, Pool.',
    ],
  },
  {
    name: "typing mistake in a general directive",
    conf: "Memcached.SlowMS=5\nMemcached.SlowM=5",
    problems: [
      '1: unknown directive "Memcached.SlowMS". Did you mean "Memcached.SlowMs"?',
      '2: unknown directive "Memcached.SlowM". Did you mean "Memcached.SlowMs"?',
    ],
  },
  {
    name: "something else in a section: the prefix in common is no likeness",
    conf: "Memcached.Xyz=5\nSupervise.Xyz=5",
    problems: ['1: unknown directive "Memcached.Xyz"', '2: unknown directive "Supervise.Xyz"'],
  },
  {
    name: "typing mistake in the prefix of a general directive",
    conf: "Supervize.Directories=/x",
    problems: ['1: unknown directive "Supervize.Directories". Did you mean "Supervise.Directories"?'],
  },
  {
    name: "a target's directive without a target",
    conf: "Memcached.Uri=x",
    problems: ['1: "Memcached.Uri" lacks the name of a target, expected "Memcached.NAME.Uri"'],
  },
  {
    name: "and with a typing mistake on top",
    conf: "Memcached.Protocoll=x",
    problems: ['1: unknown directive "Memcached.Protocoll". Did you mean "Memcached.NAME.Protocol"?'],
  },
  {
    name: "a general directive with a target",
    conf: "Memcached.main.SlowMs=5",
    problems: ['1: "Memcached.main.SlowMs" is not set for one target, expected "Memcached.SlowMs"'],
  },
  {
    name: "a section without targets",
    conf: "Supervise.x.y=1",
    problems: ['1: unknown directive "Supervise.x.y". "Supervise" has no targets.'],
  },
  { name: "unknown section", conf: "Foo.bar.Baz=1", problems: ['1: unknown directive "Foo.bar.Baz"'] },
  { name: "dots only", conf: "..=1", problems: ['1: unknown directive ".."'] },
  {
    name: "a name of the language's objects",
    conf: "constructor=1\n__proto__=1",
    problems: ['1: unknown directive "constructor"', '2: unknown directive "__proto__"'],
  },
  {
    name: "such a name in a section",
    conf: "Memcached.toString=1\nMemcached.a.valueOf=1",
    problems: [
      '1: unknown directive "Memcached.toString"',
      '2: unknown directive "Memcached.a.valueOf". A target has Uri, Protocol, PasswordFile, Pool.',
    ],
  },
  {
    name: "a name of great length is shown in part",
    conf: `${"x".repeat(2000)}=1`,
    problems: [`1: unknown directive "${"x".repeat(77)}..."`],
  },
  {
    name: "an agent's directive",
    conf: "LogFile=/var/log/x\nLoadModule=x.so\nStartAgents=3",
    problems: [
      '1: "LogFile" is a directive of Zabbix agents only: tidemark writes its log to standard error',
      '2: "LoadModule" is a directive of Zabbix agents only: tidemark loads no modules',
      '3: "StartAgents" is a directive of Zabbix agents only: one process answers all passive checks',
    ],
  },
  {
    name: "agent 2's plugins",
    conf: "Plugins.Memcached.Timeout=3",
    problems: ['1: "Plugins.Memcached.Timeout" is a directive of Zabbix agents only: tidemark loads no modules'],
  },
  // Target names
  ...[
    ["empty", "Memcached..Uri", ""],
    ["with a bracket", "Memcached.a[1].Uri", "a[1]"],
    ["with a space", "Memcached.a b.Uri", "a b"],
    ["with @", "Memcached.a@b.Uri", "a@b"],
    ["not ASCII", "Memcached.ä.Uri", "ä"],
    ["the sample file's <name>", "Memcached.<name>.Uri", "<name>"],
    ["of 65 characters", `Memcached.${"x".repeat(65)}.Uri`, "x".repeat(65)],
  ].map(([what = "", directive = "", name = ""]) => ({
    name: `target name ${what}`,
    conf: `${directive}=x`,
    problems: [`1: target name "${name}", expected 1-64 letters, digits, dots, dashes, colons and underscores`],
  })),
  // Values
  {
    name: "value out of range",
    conf: "ListenPort=65536",
    problems: ['1: bad value "65536" for "ListenPort": too large, expected integer 1-65535'],
  },
  {
    name: "empty value",
    conf: "DebugLevel=",
    problems: ['1: bad value "" for "DebugLevel": not an integer, expected integer 0-5'],
  },
  {
    name: "trailing comment",
    conf: "DebugLevel=4 # debug",
    problems: ['1: bad value "4 # debug" for "DebugLevel": not an integer, expected integer 0-5'],
  },
  {
    name: "one bad element of a list",
    conf: "ListenIP=127.0.0.1, localhost",
    problems: [
      '1: bad value "127.0.0.1, localhost" for "ListenIP": "localhost": not an IP address, expected comma-separated list, each IP address',
    ],
  },
  {
    name: "long value is shown in part",
    conf: `StateDir=${"x".repeat(100)}`,
    problems: [`1: bad value "${"x".repeat(77)}..." for "StateDir": does not begin with /, expected absolute path`],
  },
  {
    name: "empty line of a repeatable directive",
    conf: "DenyKey=",
    problems: ['1: bad value "" for "DenyKey": empty, expected item key, * for any text'],
  },
  { name: "empty Include", conf: "Include=", problems: ['1: bad value "" for "Include": empty, expected path'] },
  {
    name: "unreadable file",
    conf: "Memcached.a.Uri=x\nMemcached.a.PasswordFile=/nope",
    problems: ['2: bad value "/nope" for "Memcached.a.PasswordFile": cannot read it: no such file or directory'],
  },
  // Twice
  {
    name: "core directive twice",
    conf: "Timeout=3\n\nTimeout=3",
    problems: [`3: "Timeout" is given already at ${MAIN}:1`],
  },
  {
    name: "three times, the first bad: each later one names the first",
    conf: "Timeout=x\nTimeout=3\nTimeout=4",
    problems: [
      '1: bad value "x" for "Timeout": not a time, expected time 1s-30s (suffixes s, m, h, d, w)',
      `2: "Timeout" is given already at ${MAIN}:1`,
      `3: "Timeout" is given already at ${MAIN}:1`,
    ],
  },
  {
    name: "a target in two files",
    conf: "Include=/d",
    others: { "/d/a.conf": "Memcached.main.Uri=x", "/d/b.conf": "# my copy\nMemcached.main.Uri=y" },
    problems: ['/d/b.conf:2: "Memcached.main.Uri" is given already at /d/a.conf:1'],
  },
  // Sections
  {
    name: "section check, at the target's first line",
    conf: "Memcached.ok.Uri=x\nMemcached.bad.Protocol=text\nMemcached.bad.Pool=p",
    problems: ['2: "Memcached.bad": has no Uri'],
  },
  {
    name: "no section check for a target with another fault",
    conf: "Memcached.a.Protocol=text\nMemcached.a.Urii=x\nMemcached.b.Protocol=tekst",
    problems: [
      '2: unknown directive "Memcached.a.Urii". Did you mean "Memcached.a.Uri"?',
      '3: bad value "tekst" for "Memcached.b.Protocol": not known, expected one of auto, text',
    ],
  },
  // All of them
  {
    name: "faults of reading and of meaning together, by line",
    conf: "Foo=1\noops\nTimeout=99\nInclude=/nope",
    problems: [
      '1: unknown directive "Foo"',
      '2: expected Name=Value, found "oops"',
      '3: bad value "99" for "Timeout": too large, expected time 1s-30s (suffixes s, m, h, d, w)',
      '4: cannot include "/nope": no such file or directory',
    ],
  },
];

describe("refused", () => {
  test.each(refusals)("$name", ({ conf, others = {}, problems: expected }) => {
    expect(problems(conf, others)).toEqual(expected);
  });

  test("a missing file is the only problem", () => {
    expect(loadConfig("/nope.conf", SPEC, memoryFiles({}))).toEqual({
      kind: "refused",
      problems: [
        { file: "/nope.conf", line: undefined, text: "cannot read the configuration: no such file or directory" },
      ],
    });
  });
});

describe("problemAt", () => {
  const entries = [
    { name: "Alias", value: "a:b", file: MAIN, line: 1 },
    { name: "Alias", value: "a:c", file: "/d/a.conf", line: 7 },
  ];
  test("names the last line of the directive", () => {
    const problem = problemAt(MAIN, entries, { name: "Alias", text: "duplicate name" });
    expect(problemText(problem)).toBe('/d/a.conf:7: "Alias": duplicate name');
  });
  test("names the file when the fallback is at fault", () => {
    const problem = problemAt(MAIN, entries, { name: "History", text: "needs 200M" });
    expect(problemText(problem)).toBe(`${MAIN}: "History": needs 200M`);
  });
});

const segment = fc.constantFrom(
  "Memcached",
  "Memcache",
  "Supervise",
  "Uri",
  "SlowMs",
  "Server",
  "a",
  "",
  "__proto__",
  "ä",
);
const name = fc.oneof(
  fc.constantFrom(...Object.keys(CORE)),
  fc.array(segment, { maxLength: 5 }).map((parts) => parts.join(".")),
  fc.string(),
);
const entry = fc.record({
  name,
  value: fc.oneof(fc.string(), fc.constantFrom("1", "3s", "/x")),
  file: fc.constant(MAIN),
  line: fc.nat(),
});

test("any entries are applied or refused without a throw; every problem names a line that was given", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), (entries) => {
      const applied = applyConfig(entries, SPEC, memoryFiles({}));
      const lines = new Set(entries.map(({ line }) => line));
      if (applied.kind === "ok") expect(applied.config.entries).toBe(entries);
      else for (const { line } of applied.problems) expect(lines).toContain(line);
    }),
  );
});
