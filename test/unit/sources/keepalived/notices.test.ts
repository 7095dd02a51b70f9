import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Notice, NoticeReader, parseNotice } from "../../../../src/sources/keepalived/notices.ts";

const SAMPLES = new URL("../../../samples/keepalived/", import.meta.url);
const captured = readFileSync(new URL("2.2.7-notify-fifo.txt", SAMPLES));
const four = readFileSync(new URL("2.2.7-four-instances-fifo.txt", SAMPLES));

function told(notices: readonly Notice[]): readonly string[] {
  return notices.map(({ name, state, priority }) => `${name} ${state} ${priority}`);
}

function pushed(...chunks: readonly (Buffer | string)[]) {
  const reader = new NoticeReader();
  const notices = chunks.flatMap((chunk) => reader.push(Buffer.from(chunk)));
  return { notices: told(notices), strange: reader.takeStrange() };
}

const WHOLE = {
  notices: [
    "VI_1 backup 100",
    "VI_1 master 100",
    "VI_1 fault 100",
    "VI_1 backup 100",
    "VI_1 master 100",
    "VI_1 gone 100",
  ],
  strange: 0,
};

describe("the notify FIFO of keepalived 2.2.7", () => {
  test("one instance from start to stop", () => expect(pushed(captured)).toEqual(WHOLE));

  test("groups are left out, names have spaces, quotes and letters beyond ASCII", () => {
    expect(pushed(four)).toEqual({
      notices: [
        "VI_1 backup 100",
        "VI two ü backup 90",
        "VI backup 90",
        "'V4' master 255",
        "VI_1 master 100",
        "VI two ü master 90",
        "VI master 90",
      ],
      strange: 0,
    });
  });

  test("every cut in two reads alike", () => {
    const whole = pushed(four);
    for (let cut = 0; cut <= four.length; cut++)
      expect(pushed(four.subarray(0, cut), four.subarray(cut))).toEqual(whole);
  });

  test("byte by byte", () => {
    expect(pushed(...[...captured].map((byte) => Buffer.from([byte])))).toEqual(WHOLE);
  });
});

describe("parseNotice", () => {
  test.each([
    ["MASTER_RX_LOWER_PRI", "master"],
    ["MASTER_PRIORITY", "master"],
    ["BACKUP_PRIORITY", "backup"],
    ["DELETED", "gone"],
    ["STOP", "gone"],
  ])("%s", (word, state) => {
    expect(parseNotice(`INSTANCE "a" ${word} 7`)).toEqual({ name: "a", state, priority: 7 });
  });

  test('a name with quotes: "a" FAULT 1', () => {
    expect(parseNotice('INSTANCE "x" FAULT 1" MASTER 2')).toEqual({ name: 'x" FAULT 1', state: "master", priority: 2 });
  });

  test.each(['GROUP "g" MASTER 0', "VS [192.0.2.9]:tcp:80 UP", "RS [192.0.2.8]:tcp:80 [192.0.2.9]:tcp:80 DOWN"])(
    "something else of keepalived: %s",
    (line) => expect(parseNotice(line)).toBe("other"),
  );

  test.each([
    "",
    "INSTANCE",
    'INSTANCE "" MASTER 1',
    'INSTANCE "a" MASTER',
    'INSTANCE "a" MASTER 256',
    'INSTANCE "a" MASTER -1',
    'INSTANCE "a" MASTER 100 ',
    'INSTANCE "a" master 100',
    'INSTANCE "a" constructor 100',
    'INSTANCE "a" {UNKNOWN} 100',
    'instance "a" MASTER 100',
    "INSTANCE a MASTER 100",
    ' INSTANCE "a" MASTER 100',
    "\0\0\0\0",
  ])("no line of keepalived: %j", (line) => expect(parseNotice(line)).toBeUndefined());
});

describe("garbage in the FIFO", () => {
  const good = 'INSTANCE "a" MASTER 1\n';

  test("costs its own lines only, and is counted", () => {
    expect(pushed(`\xff\xfe\0\n${good}half a line\n${good}`)).toEqual({
      notices: ["a master 1", "a master 1"],
      strange: 2,
    });
  });

  test("a line without end is dropped up to its end, whatever its length, and counts once", () => {
    const endless = Array.from({ length: 100 }, () => "x".repeat(65_536));
    expect(pushed(...endless, `rest\n${good}`)).toEqual({ notices: ["a master 1"], strange: 1 });
  });

  test("a half line is not taken for a whole one", () => {
    expect(pushed('INSTANCE "a" MASTER 10')).toEqual({ notices: [], strange: 0 });
    expect(pushed('INSTANCE "a" MASTER 10', "0\n")).toEqual({ notices: ["a master 100"], strange: 0 });
  });

  test("what was strange is told once", () => {
    const reader = new NoticeReader();
    reader.push(Buffer.from("a\nb\n"));
    expect([reader.takeStrange(), reader.takeStrange()]).toEqual([2, 0]);
  });
});
