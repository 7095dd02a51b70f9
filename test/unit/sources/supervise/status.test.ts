import { describe, expect, test } from "vitest";
import { malformed } from "../../../../src/ring/answer.ts";
import { parseStatus } from "../../../../src/sources/supervise/status.ts";

const DAEMONTOOLS_UP = "400000006b02268e2ebe4924386d00000075";
const RUNIT_UP = "400000006b0228b41b2336545946000000750001";
const S6_UP = "400000006b0228ce1baf87f3400000006b0228ce1ae726b00000000000004618000004";
const S6_GROUP_UP = "400000006b02297a2127e1c1400000006b02290532a73f340000000000007a340000000000007a34000004";

function parsed(hex: string, hasOk: boolean) {
  return parseStatus(Buffer.from(hex, "hex"), hasOk);
}

describe("whose record it is", () => {
  const owners = [
    { name: "18 bytes beside ok", hex: DAEMONTOOLS_UP, hasOk: true, want: { supervisor: "daemontools", pid: 0x6d38 } },
    { name: "18 bytes without ok: s6 2.0", hex: DAEMONTOOLS_UP, hasOk: false, want: { supervisor: "s6", pid: 0x6d38 } },
    { name: "20 bytes beside ok", hex: RUNIT_UP, hasOk: true, want: { supervisor: "runit", pid: 0x4659 } },
    { name: "35 bytes", hex: S6_UP, hasOk: false, want: { supervisor: "s6", pid: 0x4618, want: "up", ready: false } },
    { name: "43 bytes", hex: S6_GROUP_UP, hasOk: false, want: { supervisor: "s6", pid: 0x7a34, want: "up" } },
    {
      name: "35 bytes beside ok: daemontools-encore appends",
      hex: `${DAEMONTOOLS_UP}${"00".repeat(17)}`,
      hasOk: true,
      want: { supervisor: "daemontools", pid: 0x6d38 },
    },
  ] as const;
  test.each(owners)("$name", ({ hex, hasOk, want }) => {
    expect(parsed(hex, hasOk)).toMatchObject({ kind: "ok", value: want });
  });
});

const broken = [
  { name: "nothing", hex: "", hasOk: true, want: "expected 18 or 20 bytes, found 0" },
  { name: "cut short", hex: DAEMONTOOLS_UP.slice(0, 34), hasOk: true, want: "expected 18 or 20 bytes, found 17" },
  { name: "cut short, s6", hex: S6_UP.slice(0, 68), hasOk: false, want: "expected 18, 35 or 43 bytes, found 34" },
  { name: "oversized", hex: DAEMONTOOLS_UP + "00".repeat(46), hasOk: true, want: "expected 18 or 20 bytes, found 64" },
  { name: "oversized, s6", hex: "40".repeat(64), hasOk: false, want: "expected 18, 35 or 43 bytes, found 64" },
  {
    name: "an s6 record of 2.1",
    hex: "40".repeat(26),
    hasOk: false,
    want: "expected 18, 35 or 43 bytes, found 26",
  },
  { name: "a wrong want flag", hex: `${DAEMONTOOLS_UP.slice(0, 34)}78`, hasOk: true, want: "unknown want flag 0x78" },
  { name: "a wrong state of runit", hex: `${RUNIT_UP.slice(0, 38)}03`, hasOk: true, want: "unknown state 0x03" },
  {
    name: "zeros",
    hex: "00".repeat(18),
    hasOk: true,
    want: "expected a TAI64N label, found 000000000000000000000000",
  },
  {
    name: "too many nanoseconds",
    hex: `400000006b02268effffffff${S6_UP.slice(24)}`,
    hasOk: false,
    want: "expected a TAI64N label, found 400000006b02268effffffff",
  },
];

test.each(broken)("a record that is no record: $name", ({ hex, hasOk, want }) => {
  expect(parsed(hex, hasOk)).toEqual(malformed(want));
});

test("sv down has sent TERM, sv once has not", () => {
  const wantsDown = (termed: string) => `${RUNIT_UP.slice(0, 34)}64${termed}01`;
  expect(parsed(wantsDown("01"), true)).toMatchObject({ value: { want: "down" } });
  expect(parsed(wantsDown("00"), true)).toMatchObject({ value: { want: "once" } });
});

test("exit codes and signals of s6", () => {
  const ended = (wait: string) => parsed(`${S6_UP.slice(0, 64)}${wait}08`, false);
  expect(ended("6f00")).toMatchObject({ value: { exit: { kind: "code", value: 111 } } });
  expect(ended("0009")).toMatchObject({ value: { exit: { kind: "signal", value: 9 } } });
});
