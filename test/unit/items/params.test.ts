import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  optional,
  parseWindow,
  percent,
  standardWindows,
  text,
  window,
  windowUpTo,
  word,
} from "../../../src/items/params.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

const HOUR = { step: 60, slots: 61 };
const MINUTE = { step: 1, slots: 61 };

describe("a window", () => {
  test.each([
    ["60", HOUR, ok({ text: "60", seconds: 60, slots: 1 })],
    ["60s", HOUR, ok({ text: "60s", seconds: 60, slots: 1 })],
    ["5m", HOUR, ok({ text: "5m", seconds: 300, slots: 5 })],
    ["1h", HOUR, ok({ text: "1h", seconds: 3600, slots: 60 })],
    ["90s", HOUR, ok({ text: "90s", seconds: 60, slots: 1 })],
    ["1d", { step: 60, slots: 1441 }, ok({ text: "1d", seconds: 86_400, slots: 1440 })],
    ["1w", { step: 3600, slots: 169 }, ok({ text: "1w", seconds: 604_800, slots: 168 })],
    ["59s", HOUR, malformed('"59s" is shorter than one step of 1m')],
    ["0", MINUTE, malformed('"0" is shorter than one step of 1s')],
    ["61m", HOUR, malformed('"61m" is longer than the history of 1h')],
    ["61", MINUTE, malformed('"61" is longer than the history of 1m')],
    ["3m", { step: 45, slots: 3 }, malformed('"3m" is longer than the history of 90s')],
    ["", HOUR, malformed('expected a length of time such as 30s, 5m or 1h, found ""')],
    ["-5m", HOUR, malformed('expected a length of time such as 30s, 5m or 1h, found "-5m"')],
    ["5 m", HOUR, malformed('expected a length of time such as 30s, 5m or 1h, found "5 m"')],
    ["5M", HOUR, malformed('expected a length of time such as 30s, 5m or 1h, found "5M"')],
    ["1.5h", HOUR, malformed('expected a length of time such as 30s, 5m or 1h, found "1.5h"')],
    ["5m5s", HOUR, malformed('expected a length of time such as 30s, 5m or 1h, found "5m5s"')],
    ["9999999999", HOUR, malformed('expected a length of time such as 30s, 5m or 1h, found "9999999999"')],
  ])("%j in %j", (given, context, want) => {
    expect(parseWindow(given, context)).toEqual(want);
  });

  test("is never outside the ring", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 1, max: 3600 }),
        fc.integer({ min: 2, max: 3601 }),
        (asked, step, slots) => {
          for (const one of [asked, `${asked.length * 7}s`, `${asked.length}m`]) {
            const found = parseWindow(one, { step, slots });
            if (found.kind === "ok") {
              expect(found.value.slots).toBeGreaterThanOrEqual(1);
              expect(found.value.slots).toBeLessThan(slots);
              expect(found.value.seconds).toBe(found.value.slots * step);
            }
          }
        },
      ),
    );
  });
});

test("windowUpTo shortens its fallback alone", () => {
  const param = windowUpTo("15m");
  expect(param.parse("15m", HOUR)).toEqual(ok({ text: "15m", seconds: 900, slots: 15 }));
  expect(param.parse("15m", MINUTE)).toEqual(ok({ text: "1m", seconds: 60, slots: 60 }));
  expect(param.parse("16m", MINUTE)).toEqual(malformed('"16m" is longer than the history of 1m'));
});

test("standardWindows are those that fit", () => {
  expect(standardWindows(HOUR)).toEqual(["1m", "5m", "15m", "60m"]);
  expect(standardWindows({ step: 60, slots: 60 })).toEqual(["1m", "5m", "15m"]);
  expect(standardWindows({ step: 300, slots: 61 })).toEqual(["5m", "15m", "60m"]);
  expect(standardWindows(MINUTE)).toEqual(["1m"]);
});

test("word takes one of its list, letter by letter", () => {
  const param = word("which", ["get", "incr"], "get");
  expect(param.fallback).toBe("get");
  expect(param.parse("incr", HOUR)).toEqual(ok("incr"));
  expect(param.parse("GET", HOUR)).toEqual(malformed('expected one of "get", "incr", found "GET"'));
});

test("percent is a number from 0 to 100", () => {
  const param = percent("share", "1");
  for (const good of ["0", "1", "99.5", "100"]) expect(param.parse(good, HOUR)).toEqual(ok(Number(good)));
  for (const bad of ["", "101", "-1", "1e1", "x", "100.1"]) {
    expect(param.parse(bad, HOUR)).toEqual(malformed(`expected a number from 0 to 100, found "${bad}"`));
  }
});

test("an optional parameter is undefined when it is left out, else as strict as before", () => {
  const param = optional(window());
  expect(param.fallback).toBe("");
  expect(param.parse("", HOUR)).toEqual(ok(undefined));
  expect(param.parse("5m", HOUR)).toEqual(ok({ text: "5m", seconds: 300, slots: 5 }));
  expect(param.parse("x", HOUR).kind).toBe("malformed");
});

test("text takes anything", () => {
  expect(text("name").parse('a "b"', HOUR)).toEqual(ok('a "b"'));
  expect(text("name").fallback).toBeUndefined();
});
