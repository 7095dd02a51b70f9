import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostName, ipAddress } from "../../../src/config/agent-kinds.ts";
import {
  bytes,
  choice,
  duration,
  formatValue,
  integer,
  list,
  number,
  optional,
  path,
  readableFile,
  repeatable,
  secretFile,
  text,
  yesNo,
} from "../../../src/config/kinds.ts";
import type { Kind } from "../../../src/config/spec.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";
import { memoryFiles } from "./memory-files.ts";

interface Table {
  readonly name: string;
  readonly kind: Kind<unknown>;
  readonly syntax: string;
  readonly good: readonly (readonly [text: string, value: unknown])[];
  readonly bad: readonly (readonly [text: string, reason: string])[];
}

const tables: readonly Table[] = [
  {
    name: "integer",
    kind: integer(1, 30),
    syntax: "integer 1-30",
    good: [
      ["1", 1],
      ["30", 30],
      ["007", 7],
    ],
    bad: [
      ["0", "too small"],
      ["31", "too large"],
      ["99999999999999999999999", "too large"],
      ["", "not an integer"],
      ["-1", "not an integer"],
      ["+1", "not an integer"],
      ["1.0", "not an integer"],
      ["1e1", "not an integer"],
      ["0x1", "not an integer"],
      ["1 2", "not an integer"],
      ["3s", "not an integer"],
      ["5 # five", "not an integer"],
      ["\u0663", "not an integer"],
      ["1\n", "not an integer"],
    ],
  },
  {
    name: "number",
    kind: number(0, 100),
    syntax: "number 0-100",
    good: [
      ["0", 0],
      ["0.5", 0.5],
      ["100", 100],
    ],
    bad: [
      ["100.1", "too large"],
      [".5", "not a number"],
      ["5.", "not a number"],
      ["-0", "not a number"],
      ["NaN", "not a number"],
      ["5%", "not a number"],
      ["1,5", "not a number"],
    ],
  },
  {
    name: "duration",
    kind: duration(60, 2_678_400),
    syntax: "time 1m-31d (suffixes s, m, h, d, w)",
    good: [
      ["60", 60],
      ["60s", 60],
      ["90s", 90],
      ["5m", 300],
      ["1h", 3600],
      ["2d", 172_800],
      ["1w", 604_800],
    ],
    bad: [
      ["59", "too small"],
      ["0m", "too small"],
      ["5w", "too large"],
      ["", "not a time"],
      ["h", "not a time"],
      ["1M", "not a time"],
      ["1y", "not a time"],
      ["1h30m", "not a time"],
      ["1 h", "not a time"],
      ["1.5h", "not a time"],
      ["-1h", "not a time"],
    ],
  },
  {
    name: "bytes",
    kind: bytes(1024, 2 ** 31),
    syntax: "size 1K-2G (suffixes K, M, G)",
    good: [
      ["1024", 1024],
      ["1K", 1024],
      ["128M", 134_217_728],
      ["2G", 2 ** 31],
    ],
    bad: [
      ["1023", "too small"],
      ["3G", "too large"],
      ["128m", "not a size"],
      ["1T", "not a size"],
      ["1MB", "not a size"],
      ["", "not a size"],
      ["K", "not a size"],
    ],
  },
  {
    name: "choice",
    kind: choice(["auto", "text", "binary"]),
    syntax: "one of auto, text, binary",
    good: [["text", "text"]],
    bad: [
      ["Text", "not known"],
      ["", "not known"],
      ["auto,text", "not known"],
    ],
  },
  {
    name: "yesNo",
    kind: yesNo,
    syntax: "0 or 1 (no or yes)",
    good: [
      ["1", true],
      ["yes", true],
      ["0", false],
      ["no", false],
    ],
    bad: [
      ["", "neither yes nor no"],
      ["true", "neither yes nor no"],
      ["2", "neither yes nor no"],
    ],
  },
  { name: "text", kind: text, syntax: "text", good: [["a # b", "a # b"]], bad: [["", "empty"]] },
  {
    name: "path",
    kind: path,
    syntax: "absolute path",
    good: [["/run/tidemark", "/run/tidemark"]],
    bad: [
      ["run", "does not begin with /"],
      ["", "does not begin with /"],
      ["~/x", "does not begin with /"],
    ],
  },
  {
    name: "optional",
    kind: optional(integer(1, 30)),
    syntax: "integer 1-30, or nothing",
    good: [
      ["", undefined],
      ["3", 3],
    ],
    bad: [["0", "too small"]],
  },
  {
    name: "list of at least one",
    kind: list(integer(1, 30), { atLeast: 1 }),
    syntax: "comma-separated list, each integer 1-30",
    good: [
      ["1", [1]],
      ["1 , 2,3", [1, 2, 3]],
    ],
    bad: [
      ["", "an element is empty"],
      ["1,,2", "an element is empty"],
      ["1,", "an element is empty"],
      [",", "an element is empty"],
      ["1,31", '"31": too large'],
    ],
  },
  {
    name: "list that may be empty",
    kind: list(integer(1, 30), { atLeast: 0 }),
    syntax: "comma-separated list, each integer 1-30",
    good: [["", []]],
    bad: [[",", "an element is empty"]],
  },
  {
    name: "repeatable",
    kind: repeatable(integer(1, 30)),
    syntax: "integer 1-30",
    good: [["3", [3]]],
    bad: [["31", "too large"]],
  },
  {
    name: "ipAddress",
    kind: ipAddress,
    syntax: "IP address",
    good: [
      ["127.0.0.1", "127.0.0.1"],
      ["::", "::"],
    ],
    bad: [
      ["localhost", "not an IP address"],
      ["127.1", "not an IP address"],
      ["[::1]", "not an IP address"],
      ["*", "not an IP address"],
      ["127.0.0.1:10055", "not an IP address"],
    ],
  },
  {
    name: "hostName",
    kind: hostName,
    syntax: "host name of at most 128 letters, digits, spaces, dots, dashes and underscores",
    good: [
      ["web 1.example_com-a", "web 1.example_com-a"],
      ["a".repeat(128), "a".repeat(128)],
    ],
    bad: [
      ["a/b", 'has the character "/"'],
      ['"x y"', 'has the character """'],
      ["a,b", 'has the character ","'],
      ["h\u{1F600}", 'has the character "\u{1F600}"'],
      ["", "empty"],
      ["a".repeat(129), "has 129 characters"],
    ],
  },
];

for (const { name, kind, syntax, good, bad } of tables) {
  describe(name, () => {
    test("names its syntax", () => expect(kind.syntax).toBe(syntax));
    test.each(good)("takes %j", (found, value) => expect(kind.parse(found)).toEqual(ok(value)));
    test.each(bad)("refuses %j", (found, reason) => expect(kind.parse(found)).toEqual(malformed(reason)));
    test.each(good)("formats the value of %j so that it parses alike", (found, value) =>
      expect(kind.parse(formatValue(kind, value))).toEqual(kind.parse(found)),
    );
  });
}

test("duration and bytes: every value within bounds survives format and parse", () => {
  for (const kind of [duration(0, 1e9), bytes(0, 2 ** 40)]) {
    fc.assert(
      fc.property(fc.nat(1e9), (value) => {
        expect(kind.parse(formatValue(kind, value))).toEqual(ok(value));
      }),
    );
  }
});

test("repeatable: lines are joined in their order", () => {
  expect(repeatable(text).join?.(["b"], ["a"])).toEqual(["b", "a"]);
});

describe("secretFile", () => {
  const verify = (mode: number, path: string): string | undefined =>
    secretFile.verify?.(path, memoryFiles({ "/password": "secret" }, mode));
  const verified: readonly (readonly [mode: number, path: string, expected: string | undefined])[] = [
    [0o400, "/password", undefined],
    [0o640, "/password", undefined],
    [0o644, "/password", "everybody may use it: mode 0644, expected 0640 or stricter"],
    [0o602, "/password", "everybody may use it: mode 0602, expected 0640 or stricter"],
    [0o640, "/nope", "cannot read it: no such file or directory"],
  ];
  test.each(verified)("mode %o of %s", (mode, path, expected) => expect(verify(mode, path)).toBe(expected));
});

describe("readableFile", () => {
  const files = memoryFiles({ "/etc/password": "user:secret" });
  const absent = "cannot read it: no such file or directory";
  const verify = <T>(kind: Kind<T>, value: T): string | undefined => kind.verify?.(value, files);
  const each = list(readableFile, { atLeast: 1 });
  const verified: readonly (readonly [name: string, found: string | undefined, expected: string | undefined])[] = [
    ["there", verify(readableFile, "/etc/password"), undefined],
    ["absent", verify(readableFile, "/etc/nope"), absent],
    ["optional and absent", verify(optional(readableFile), "/etc/nope"), absent],
    ["optional and not given", verify(optional(readableFile), undefined), undefined],
    ["second of a list", verify(each, ["/etc/password", "/x"]), absent],
    ["second of several lines", verify(repeatable(readableFile), ["/etc/password", "/x"]), absent],
    ["a list of texts", verify(list(text, { atLeast: 1 }), ["/x"]), undefined],
  ];
  test.each(verified)("%s", (_, found, expected) => expect(found).toBe(expected));
});
