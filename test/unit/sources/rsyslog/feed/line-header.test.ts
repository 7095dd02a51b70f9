import { describe, expect, test } from "vitest";
import { LineHeaders, type LineTime } from "../../../../../src/sources/rsyslog/feed/line-header.ts";
import { LocalZone } from "../../../../../src/sources/rsyslog/feed/local-zone.ts";
import { ctime, START } from "./text.ts";

const local = (seconds: number): LineTime => ({ kind: "local", seconds });
const exact = (clock: number): LineTime => ({ kind: "exact", clock });
/** Sun, 1 Nov 2026 00:00:00 UTC. */
const NOVEMBER = 1_793_491_200;

describe("LineHeaders", () => {
  test.each([
    [`${ctime(START)}x`, local(START)],
    ["Sun Nov  1 00:00:00 2026: x", local(NOVEMBER)],
    ["<47>Nov  1 00:00:00 vm rsyslogd-pstats: x", local(NOVEMBER)],
    ["Nov  1 00:00:00 vm rsyslogd-pstats:x", local(NOVEMBER)],
    ["<47>Nov  1 00:00:00 vm rsyslogd-pstats[12]: x", local(NOVEMBER)],
    ["2026-11-01T00:00:00.5+00:00 vm rsyslogd-pstats: x", exact(NOVEMBER + 0.5)],
    ["<47>2026-11-01T02:30:00+02:30 vm rsyslogd-pstats: x", exact(NOVEMBER)],
    ["<47>1 2026-10-31T19:00:00-05:00 vm rsyslogd-pstats - - - x", exact(NOVEMBER)],
    ["<47>1 2026-11-01T00:00:00Z vm rsyslogd-pstats 7 - - x", exact(NOVEMBER)],
    ["<47>rsyslogd-pstats: x", undefined],
    ["x", undefined],
    ["  x", undefined],
  ])("%s", (line, time) => {
    expect(new LineHeaders().split(line, START)).toEqual({ time, body: "x" });
  });

  test.each([
    "Sat Nov 21 23:36:15 2026 x",
    "Sam Nov 21 23:36:15 2026: x",
    "rsyslogd-pstats: origin=core.action processed=1 ",
    "my rsyslogd-pstats: x",
    "<47>Nov  1 00:00:00 vm other: x",
    "<47>Nov  1 00:00:00 vm rsyslogd-pstats-two: x",
    `<47>${" ".repeat(500)}rsyslogd-pstats: x`,
  ])("no header: %.60s", (line) => {
    expect(new LineHeaders().split(line, START)).toEqual({ time: undefined, body: line });
  });

  test("a header without a year is of the nearest one", () => {
    const near = (clock: number) => new LineHeaders().split("<47>Dec 31 23:59:59 vm rsyslogd-pstats: x", clock).time;
    const newYear = Date.UTC(2027, 0, 1) / 1000;
    expect(near(newYear + 3600)).toEqual(local(newYear - 1));
    expect(near(newYear - 3600)).toEqual(local(newYear - 1));
    expect(near(newYear - 200 * 86_400)).toEqual(local(Date.UTC(2026, 0, 1) / 1000 - 1));
  });

  test("lines of different times, one after the other", () => {
    const headers = new LineHeaders();
    const times = [0, 0, 1, 0].map((second) => headers.split(`${ctime(START + second)}x`, START).time);
    expect(times).toEqual([0, 0, 1, 0].map((second) => local(START + second)));
    expect(headers.split("x", START).time).toBeUndefined();
  });
});

describe("LocalZone", () => {
  test.each([0, 3600, -18_000, 20_700, 45_900, 50_400, -43_200])("%i seconds east of UTC", (east) => {
    const zone = new LocalZone();
    zone.learn(local(START + east), START + 0.3, 0);
    expect(zone.clock(local(START + east), START)).toBe(START);
    expect(zone.clock(local(START + east - 86_000), START)).toBe(START - 86_000);
  });

  test("a time that came late tells nothing new", () => {
    const zone = new LocalZone();
    zone.learn(local(START), START, 0);
    zone.learn(local(START), START + 1234, 10);
    zone.learn(local(START), START + 900 + 1234, 1000);
    expect(zone.clock(local(START), START)).toBe(START);
  });

  test("summer time ends", () => {
    const zone = new LocalZone();
    zone.learn(local(START + 7200), START, 60);
    zone.learn(local(START + 3600 + 60), START + 100, 60);
    expect(zone.clock(local(START + 3600 + 60), START)).toBe(START + 60);
  });

  test("before anything is known, the time at hand is a guess", () => {
    expect(new LocalZone().clock(local(START + 3600 - 100), START)).toBe(START - 100);
    expect(new LocalZone().clock(exact(START), 0)).toBe(START);
  });
});
