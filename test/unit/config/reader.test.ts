import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { problemText, readConfig } from "../../../src/config/reader.ts";
import { memoryFiles } from "./memory-files.ts";

const MAIN = "/etc/t/main.conf";

function read(contents: Readonly<Record<string, string | Uint8Array>>): { entries: string[]; problems: string[] } {
  const { entries, problems } = readConfig(MAIN, memoryFiles(contents));
  return {
    entries: entries.map(({ name, value, file, line }) => `${file}:${line} ${name}=${value}`),
    problems: problems.map(problemText),
  };
}

interface LineCase {
  readonly name: string;
  readonly text: string | Uint8Array;
  readonly entries?: readonly string[];
  readonly problems?: readonly string[];
}

const lineCases: readonly LineCase[] = [
  { name: "empty file", text: "" },
  { name: "empty lines only", text: "\n\r\n \t \n" },
  { name: "comments, also indented and without line end", text: "# a=1\n   # b=2\n#" },
  { name: "no line end at the end", text: "A=1", entries: ["1 A=1"] },
  { name: "CRLF", text: "A=1\r\n\r\nB=2\r\n", entries: ["1 A=1", "3 B=2"] },
  { name: "white space around name and value", text: " \t A \t = \t 1 2 \t ", entries: ["1 A=1 2"] },
  { name: "later # and = belong to the value", text: "A=b # c=d", entries: ["1 A=b # c=d"] },
  { name: "quotes and backslashes are themselves", text: 'A="x\\', entries: ['1 A="x\\'] },
  { name: "empty value", text: "A=", entries: ["1 A="] },
  { name: "tab in a value", text: "A=b\tc", entries: ["1 A=b\tc"] },
  { name: "byte order mark", text: "\uFEFFA=1\n", entries: ["1 A=1"] },
  { name: "non-ASCII value", text: "A=Zürich €", entries: ["1 A=Zürich €"] },
  { name: "line of exactly 2048 bytes", text: `A=${"x".repeat(2046)}\n`, entries: [`1 A=${"x".repeat(2046)}`] },
  {
    name: "line too long",
    text: `A=${"x".repeat(2047)}\n`,
    problems: ["1: line has 2049 bytes, expected at most 2048"],
  },
  {
    name: "comment too long",
    text: `#${"x".repeat(2048)}`,
    problems: ["1: line has 2049 bytes, expected at most 2048"],
  },
  {
    name: "length counts bytes, not characters",
    text: `A=${"€".repeat(700)}`,
    problems: ["1: line has 2102 bytes, expected at most 2048"],
  },
  {
    name: "no =",
    text: "A=1\nTimeout\nB=2",
    entries: ["1 A=1", "3 B=2"],
    problems: ['2: expected Name=Value, found "Timeout"'],
  },
  { name: "no name", text: "=5", problems: ['1: expected Name=Value, found "=5"'] },
  { name: "no name, white space", text: "  =5", problems: ['1: expected Name=Value, found "=5"'] },
  {
    name: "long line without = is shown in part",
    text: "y".repeat(100),
    problems: [`1: expected Name=Value, found "${"y".repeat(77)}..."`],
  },
  {
    name: "not UTF-8",
    text: Buffer.from("A=1\nB=\xff\nC=3", "latin1"),
    entries: ["1 A=1", "3 C=3"],
    problems: ["2: line is not UTF-8"],
  },
  { name: "UTF-8 cut off", text: Buffer.from([0x41, 0x3d, 0xe2, 0x82]), problems: ["1: line is not UTF-8"] },
  { name: "comment not UTF-8", text: Buffer.from("#\xff", "latin1"), problems: ["1: line is not UTF-8"] },
  { name: "NUL", text: "A=b\0c", problems: ["1: line has the control character 0x00"] },
  { name: "lone CR", text: "A=1\rB=2", problems: ["1: line has the control character 0x0d"] },
  { name: "escape sequence", text: "A=\x1b[31m", problems: ["1: line has the control character 0x1b"] },
  {
    name: "every problem is reported",
    text: "a\nb\nC=1\nd\n",
    entries: ["3 C=1"],
    problems: ["1", "2", "4"].map((line, at) => `${line}: expected Name=Value, found "${["a", "b", "d"][at]}"`),
  },
];

describe("lines", () => {
  test.each(lineCases)("$name", ({ text, entries = [], problems = [] }) => {
    expect(read({ [MAIN]: text })).toEqual({
      entries: entries.map((entry) => `${MAIN}:${entry}`),
      problems: problems.map((problem) => `${MAIN}:${problem}`),
    });
  });

  test("the main file is missing", () => {
    expect(read({}).problems).toEqual([`${MAIN}: cannot read the configuration: no such file or directory`]);
  });
});

interface IncludeCase {
  readonly name: string;
  readonly main: string;
  readonly others?: Readonly<Record<string, string>>;
  /** Without the Include entries themselves. */
  readonly entries?: readonly string[];
  readonly problems?: readonly string[];
}

const D = { "/etc/d/b.conf": "B=1", "/etc/d/a.conf": "\nA=1", "/etc/d/c.txt": "C=1", "/etc/d/.a.conf.swp": "\0" };

const includeCases: readonly IncludeCase[] = [
  {
    name: "a file, at its place",
    main: "X=1\nInclude=/etc/a.conf\nY=1",
    others: { "/etc/a.conf": "A=1" },
    entries: ["/etc/t/main.conf:1 X=1", "/etc/a.conf:1 A=1", "/etc/t/main.conf:3 Y=1"],
  },
  {
    name: "a directory: all files by name, no dot files",
    main: "Include=/etc/d",
    others: D,
    entries: ["/etc/d/a.conf:2 A=1", "/etc/d/b.conf:1 B=1", "/etc/d/c.txt:1 C=1"],
  },
  {
    name: "a directory with a slash at its end",
    main: "Include=/etc/d/",
    others: { "/etc/d/a": "A=1" },
    entries: ["/etc/d/a:1 A=1"],
  },
  {
    name: "a directory's directories are left out",
    main: "Include=/etc/d",
    others: { "/etc/d/a": "A=1", "/etc/d/sub/b": "B=1" },
    entries: ["/etc/d/a:1 A=1"],
  },
  {
    name: "a pattern",
    main: "Include=/etc/d/*.conf",
    others: D,
    entries: ["/etc/d/a.conf:2 A=1", "/etc/d/b.conf:1 B=1"],
  },
  {
    name: "a pattern with several stars; other characters are literal",
    main: "Include=/etc/d/*a+(*).conf*",
    others: { "/etc/d/xa+(y).conf": "A=1", "/etc/d/aa(y).conf": "B=1", "/etc/d/a+()xconf": "C=1" },
    entries: ["/etc/d/xa+(y).conf:1 A=1"],
  },
  { name: "a pattern that nothing matches", main: "Include=/etc/d/*.none", others: D },
  {
    name: "relative to the including file",
    main: "Include=sub/*.conf",
    others: { "/etc/t/sub/a.conf": "Include=../x.conf", "/etc/t/x.conf": "A=1" },
    entries: ["/etc/t/x.conf:1 A=1"],
  },
  { name: "an empty Include is left to its directive's check", main: "Include=" },
  {
    name: "missing file",
    main: "A=1\nInclude=/etc/nope.conf",
    entries: ["/etc/t/main.conf:1 A=1"],
    problems: ['/etc/t/main.conf:2: cannot include "/etc/nope.conf": no such file or directory'],
  },
  {
    name: "missing directory of a pattern",
    main: "Include=/etc/nope/*.conf",
    problems: ['/etc/t/main.conf:1: cannot include "/etc/nope/*.conf": no such file or directory'],
  },
  {
    name: "a pattern in a directory's name",
    main: "Include=/etc/*/a.conf",
    others: D,
    problems: ['/etc/t/main.conf:1: cannot include "/etc/*/a.conf": a * may stand in the last part of the path only'],
  },
  {
    name: "itself",
    main: "Include=main.conf\nA=1",
    entries: ["/etc/t/main.conf:2 A=1"],
    problems: ['/etc/t/main.conf:1: cannot include "/etc/t/main.conf": it was read already, as the main file'],
  },
  {
    name: "its own directory",
    main: "Include=*.conf",
    others: { "/etc/t/a.conf": "A=1" },
    entries: ["/etc/t/a.conf:1 A=1"],
    problems: ['/etc/t/main.conf:1: cannot include "/etc/t/main.conf": it was read already, as the main file'],
  },
  {
    name: "a loop over two files",
    main: "Include=/a",
    others: { "/a": "Include=/b", "/b": "Include=/a" },
    problems: ['/b:1: cannot include "/a": it was read already, for /etc/t/main.conf:1'],
  },
  {
    name: "a file twice, written differently",
    main: "Include=/etc/d/a.conf\nInclude=/etc/t/../d//a.conf",
    others: D,
    entries: ["/etc/d/a.conf:2 A=1"],
    problems: ['/etc/t/main.conf:2: cannot include "/etc/d/a.conf": it was read already, for /etc/t/main.conf:1'],
  },
  {
    name: "problems of included files name those files",
    main: "Include=/a\noops",
    others: { "/a": "A=1\nwrong" },
    entries: ["/a:1 A=1"],
    problems: ['/a:2: expected Name=Value, found "wrong"', '/etc/t/main.conf:2: expected Name=Value, found "oops"'],
  },
];

describe("Include", () => {
  test.each(includeCases)("$name", ({ main, others = {}, entries = [], problems = [] }) => {
    const found = read({ [MAIN]: main, ...others });
    expect(found.problems).toEqual(problems);
    expect(found.entries.filter((entry) => !entry.includes(" Include="))).toEqual(entries);
  });

  test("stands among the entries itself", () => {
    expect(read({ [MAIN]: "Include=/a", "/a": "A=1" }).entries).toEqual([`${MAIN}:1 Include=/a`, "/a:1 A=1"]);
  });

  test("10 deep is read, an eleventh is refused", () => {
    const chain = (length: number): Record<string, string> =>
      Object.fromEntries(
        Array.from({ length }, (_, at) => [`/${at + 1}`, at + 1 < length ? `Include=/${at + 2}` : "Deep=1"]),
      );
    expect(read({ [MAIN]: "Include=/1", ...chain(10) })).toMatchObject({ problems: [] });
    expect(read({ [MAIN]: "Include=/1", ...chain(10) }).entries).toContain("/10:1 Deep=1");
    expect(read({ [MAIN]: "Include=/1", ...chain(11) }).problems).toEqual([
      '/10:1: cannot include "/11": nested more than 10 deep',
    ]);
  });

  test("a main file named relatively is known when it is included", () => {
    const files = memoryFiles({ "./main.conf": "Include=main.conf" });
    expect(readConfig("./main.conf", files).problems.map(problemText)).toEqual([
      './main.conf:1: cannot include "main.conf": it was read already, as the main file',
    ]);
  });
});

const chunk = fc.oneof(
  fc.constantFrom("\n", "\r\n", "=", "#", " ", "Include=", "Include=/etc/t/*", "Timeout=3\n", "\0", "\uFEFF", "é"),
  fc.string({ unit: "binary", maxLength: 6 }),
);

test("any bytes are read without a throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (content) => {
      expect(() => readConfig(MAIN, memoryFiles({ [MAIN]: content }))).not.toThrow();
    }),
  );
});

test("any text: each line gives an entry, a problem or nothing, and each entry is found at its line", () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 30 }), (chunks) => {
      const text = Buffer.from(chunks.join("")).toString("utf8");
      const { entries, problems } = readConfig(MAIN, memoryFiles({ [MAIN]: text, "/etc/t/other": "Other=1" }));
      const lines = text.split("\n");
      for (const { name, value, file, line } of entries) {
        const source = file === MAIN ? (lines[line - 1] ?? "") : "Other=1";
        expect(source.trim().startsWith(name)).toBe(true);
        expect(source.trim().endsWith(value)).toBe(true);
      }
      const taken = [...entries, ...problems.filter(({ text }) => !text.startsWith("cannot include"))];
      const meaning = lines.flatMap((line, at) => (/^\s*(#|$)/.test(line) ? [] : [at + 1]));
      expect(taken.flatMap(({ file, line }) => (file === MAIN ? [line] : []))).toHaveLength(meaning.length);
      expect(new Set(taken.flatMap(({ file, line }) => (file === MAIN ? [line] : [])))).toEqual(new Set(meaning));
    }),
  );
});
