import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { StatusReader, type Verdict } from "../../../../src/sources/gearman/status-reader.ts";

const capture = (name: string) => readFileSync(`test/samples/gearmand/1.1.20-${name}.txt`, "latin1");
const STATUS = capture("status");
const TAIL = `${capture("version")}${capture("getpid")}`;

function read(text: string, size = text.length || 1): Verdict | undefined {
  const reader = new StatusReader();
  const bytes = Buffer.from(text, "latin1");
  for (let at = 0; at < bytes.length; at += size) if (reader.feed(bytes.subarray(at, at + size))) break;
  return reader.verdict;
}

function reading(text: string) {
  const verdict = read(text);
  if (verdict?.kind !== "read") throw new Error(JSON.stringify(verdict));
  return verdict.reading;
}

test("the reply of a real gearmand", () => {
  expect(read(`${STATUS}${TAIL}`)).toEqual({
    kind: "read",
    reading: {
      functions: new Map([
        ["wc", { waiting: 0, running: 0, workers: 1 }],
        ["reverse", { waiting: 4, running: 1, workers: 1 }],
        ["nobody_handles", { waiting: 3, running: 0, workers: 0 }],
      ]),
      all: { waiting: 7, running: 1, workers: 2 },
      stuck: 1,
      version: "1.1.20+ds",
      pid: 27_720,
    },
  });
});

test("it reads alike in pieces of every size, and is never whole before its last byte", () => {
  const text = `${STATUS}${TAIL}`;
  for (let size = 1; size < text.length; size++) expect(read(text, size), `${size}`).toEqual(read(text));
  for (let end = 0; end < text.length; end++) expect(read(text.slice(0, end))?.kind, `${end}`).not.toBe("read");
});

const good = [
  { name: "no functions", text: ".\nOK 1.1.20\nOK 1\n", want: [] },
  { name: "a name with tabs", text: "a\tb\t1\t0\t0\n.\nOK 1\nOK 1\n", want: ["a\tb"] },
  { name: "a name with line feeds", text: "a\nb\n\nc\t1\t0\t0\nd\t0\t0\t0\n.\nOK 1\nOK 1\n", want: ["a\nb\n\nc", "d"] },
  { name: "a name like the end", text: "e\n.\nf\t1\t0\t0\n.\t1\t0\t0\n.\nOK 1\nOK 1\n", want: ["e\n.\nf", "."] },
  { name: "an empty name", text: "\t1\t0\t0\n.\nOK 1\nOK 1\n", want: [""] },
  { name: "bytes that are no text", text: "\xff\xfe\t1\t0\t0\n.\nOK 1\nOK 1\n", want: ["\xff\xfe"] },
  { name: "CR LF", text: "a\t1\t0\t0\r\n.\r\nOK 1\r\nOK 1\r\n", want: ["a"] },
];
for (const { name, text, want } of good) {
  test(`functions: ${name}`, () => expect([...reading(text).functions.keys()]).toEqual(want));
}

test("servers that do not know version or getpid, or say no OK", () => {
  expect(reading(".\n0.32\nERR UNKNOWN_COMMAND Unknown+server+command\r\n")).toMatchObject({
    version: "0.32",
    pid: undefined,
  });
  expect(reading(`.\n${capture("bogus")}ERR UNKNOWN_COMMAND\r\n`)).toMatchObject({
    version: undefined,
    pid: undefined,
  });
});

test("a function that stands twice is one", () => {
  const { functions, all } = reading("a\t3\t1\t1\na\t2\t0\t1\n.\nOK 1\nOK 1\n");
  expect([...functions]).toEqual([["a", { waiting: 4, running: 1, workers: 2 }]]);
  expect(all).toEqual({ waiting: 4, running: 1, workers: 2 });
});

const foreign = [
  {
    name: "an error",
    text: "ERR UNKNOWN_COMMAND Unknown+server+commandstatus\r\n",
    want: '"ERR UNKNOWN_COMMAND Unknown+server+comma"',
  },
  { name: "binary", text: "\0RES\0\0\0\x13\0\0\0\0", want: "a packet of the binary protocol" },
  { name: "no number", text: "a\tx\t1\t1\n", want: 'a line "a.x.1.1"' },
  { name: "a negative number", text: "a\t-1\t0\t0\n", want: 'a line "a.-1.0.0"' },
  { name: "a fraction", text: "a\t1.5\t0\t0\n", want: 'a line "a.1.5.0.0"' },
  { name: "2^64", text: "a\t18446744073709551616\t0\t0\n", want: 'a line "a.18446744073709551616.0.0"' },
  { name: "more running than there are", text: "a\t1\t2\t1\n", want: '2 running of 1 jobs of "a"' },
  { name: "half a line", text: "a\t1\n.\nOK 1\nOK 1\n", want: 'a line "a.1"' },
  { name: "SSH", text: "SSH-2.0-OpenSSH_9.2\r\n", want: '"SSH-2.0-OpenSSH_9.2."' },
  { name: "memcached", text: "ERROR\r\nVERSION 1.6.18\r\nERROR\r\n", want: '"ERROR."' },
  { name: "a line without end", text: `a${"x".repeat(9000)}`, want: "a line of more than 8192 bytes" },
];
for (const { name, text, want } of foreign) {
  test(`foreign: ${name}`, () => expect(read(text)).toEqual({ kind: "foreign", found: want }));
}

test("line feeds alone are given up as soon as no name can have so many", () => {
  const reader = new StatusReader();
  expect(reader.feed(Buffer.from(`f\t1\t0\t1\n${"\n".repeat(512)}\t1\t0\t1\n`))).toBe(false);
  expect(reader.feed(Buffer.alloc(514, "\n"))).toBe(true);
  expect(reader.verdict).toEqual({ kind: "foreign", found: "514 lines that are no function" });
});

test("a reply without end is given up, however it is cut", () => {
  const line = Buffer.from(`${"f".repeat(90)}\t1\t0\t0\n`);
  const reader = new StatusReader();
  let fed = 0;
  while (!reader.feed(line)) fed += line.length;
  expect(reader.verdict).toEqual({ kind: "foreign", found: "more than 1048576 bytes without an end" });
  expect(fed).toBeLessThanOrEqual(2 ** 20);
});
