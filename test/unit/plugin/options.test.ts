import { describe, expect, test } from "vitest";
import { CORE } from "../../../src/config/core.ts";
import { resolveName } from "../../../src/config/names.ts";
import { PUSH } from "../../../src/config/push.ts";
import { configText } from "../../../src/plugin/config.ts";
import { pluginOptions } from "../../../src/plugin/options.ts";
import { SOURCES } from "../../../src/sources/all.ts";
import type { OptionNode } from "../../../src/zabbix/plugin.ts";

const DEFAULTS = { socket: "/run/tidemark/tidemark.sock", directory: "/run/zabbix/tidemark" };
const SPEC = { core: CORE, sections: [...SOURCES.map(({ section }) => section), PUSH] };

/** The tree that the agent makes of `Plugins.Tidemark.<line>` lines, of which the first is line 1. */
function tree(...lines: readonly string[]): OptionNode {
  const root: Growing = { Name: "Tidemark", Nodes: [] };
  for (const [at, line] of lines.entries()) {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/.exec(line) ?? [];
    let node = root;
    for (const part of name.split(".")) node = child(node, part, at + 1);
    node.Nodes.push({ Value: Buffer.from(value).toString("base64"), Line: at + 1, Nodes: [] });
  }
  return root;
}

interface Growing {
  readonly Name?: string;
  readonly Value?: string;
  readonly Line?: number;
  readonly Nodes: Growing[];
}

function child({ Nodes }: Growing, name: string, line: number): Growing {
  const found = Nodes.find(({ Name }) => Name === name);
  if (found !== undefined) return found;
  const made = { Name: name, Line: line, Nodes: [] };
  Nodes.push(made);
  return made;
}

const read = (...lines: readonly string[]) => pluginOptions(tree(...lines), DEFAULTS);

describe("pluginOptions", () => {
  test("without options the defaults hold", () => {
    const nothing = { options: { ...DEFAULTS, directives: [] }, faults: [] };
    expect(pluginOptions({}, DEFAULTS)).toEqual(nothing);
    expect(pluginOptions({ Name: "Tidemark", Nodes: [] }, DEFAULTS)).toEqual(nothing);
  });

  test("what the agent keeps for itself, and 6.0 hands over too, is nobody's directive", () => {
    const { options, faults } = read("System.Path=/x", "System.Capacity=1", "Schedule=* * * * *");
    expect(faults).toEqual([]);
    expect(options.directives).toEqual(["Schedule=* * * * *"]);
  });

  test("names with dots, and names of targets with dots, are whole again", () => {
    const lines = ["Memcached.main.Uri=tcp://127.0.0.1:11211", "Memcached.a.b.Uri=tcp://c:1", "LogDir.web.Path=/a=b"];
    expect(read(...lines).options.directives).toEqual(lines);
  });

  test("a name that has a value and children keeps both", () => {
    const lines = ["UserParameter=1", "UserParameter.X=2"];
    expect(read(...lines).options.directives).toEqual(lines);
  });

  test("lines keep the order of the file, which decides between AllowKey and DenyKey", () => {
    const lines = ["DenyKey=memcached.get[*]", "AllowKey=memcached.*", "DenyKey=*", "Schedule=* * * * *"];
    expect(read(...lines).options.directives).toEqual(lines);
  });

  test("a directive that is there twice is left to tidemark, which refuses it or takes both", () => {
    const lines = ["Schedule=* * * * *", "Schedule=*/2 * * * *"];
    expect(read(...lines).options.directives).toEqual(lines);
  });

  test("the door's own options", () => {
    const { options, faults } = read("Socket=/a/b.sock", "Directory=/c");
    expect(faults).toEqual([]);
    expect(options).toEqual({ socket: "/a/b.sock", directory: "/c", directives: [] });
  });

  const REFUSED: readonly (readonly [readonly string[], RegExp])[] = [
    [["Socket=/a", "Socket=/b"], /^Plugins\.Tidemark\.Socket: it is there twice$/],
    [["Directory=/a", "Directory=/a"], /^Plugins\.Tidemark\.Directory: it is there twice$/],
    [["Socket=a/b"], /^Plugins\.Tidemark\.Socket: expected an absolute path, found "a\/b"$/],
    [["Directory="], /^Plugins\.Tidemark\.Directory: expected an absolute path, found ""$/],
    [[`Socket=/${"x".repeat(107)}`], /^Plugins\.Tidemark\.Socket: a socket's path has at most 107 bytes, .* has 108$/],
    [[`Directory=/${"x".repeat(100)}`], /^Plugins\.Tidemark\.Directory: .* has 115$/],
    [["#a=b"], /^Plugins\.Tidemark\.#a: no option has such a name$/],
    [["=b"], /^Plugins\.Tidemark\.: no option has such a name$/],
  ];
  for (const [lines, fault] of REFUSED) {
    test(`${JSON.stringify(lines).slice(0, 60)} is refused`, () => {
      expect(read(...lines).faults).toEqual([expect.stringMatching(fault)]);
    });
  }

  test("the longest paths that a socket can have pass", () => {
    expect(read(`Socket=/${"x".repeat(106)}`, `Directory=/${"x".repeat(92)}`).faults).toEqual([]);
  });

  test("no value makes a second directive", () => {
    const { options } = read("Schedule=1\nListenPort=1\r\nServer=2");
    expect(configText(options).split("\n")).toHaveLength(5);
  });

  test("a tree that makes no sense says nothing", () => {
    expect(pluginOptions({ Nodes: [{}, { Name: "A" }, { Nodes: [{ Name: "B", Nodes: [] }] }] }, DEFAULTS)).toEqual({
      options: { ...DEFAULTS, directives: [] },
      faults: [],
    });
  });
});

/** Every name that tidemark.conf may have; named targets as "x". */
const directives = [
  ...Object.keys(CORE),
  ...SPEC.sections.flatMap(({ prefix, general, named }) => [
    ...Object.keys(general).map((name) => `${prefix}.${name}`),
    ...Object.keys(named).map((name) => `${prefix}.x.${name}`),
  ]),
];
const OF_THE_PORT = [
  "Server",
  "ListenIP",
  "ListenPort",
  "TLSAccept",
  "StateDir",
  "RunDir",
  "Include",
  "UserParameter.Files",
  "UserParameter.Keys",
];

describe("every directive", () => {
  test("there are some", () => expect(directives.length).toBeGreaterThan(60));

  for (const name of directives) {
    test(`${name} is ${OF_THE_PORT.includes(name) ? "refused" : "passed on"}`, () => {
      const { options, faults } = read(`${name}=v`);
      if (OF_THE_PORT.includes(name)) {
        expect(faults).toEqual([expect.stringMatching(`^Plugins\\.Tidemark\\.${name}: not for the plugin, which .*`)]);
        return;
      }
      expect(faults).toEqual([]);
      expect(options.directives).toEqual([`${name}=v`]);
      expect(resolveName(name, SPEC).kind).toBe("known");
    });
  }
});
