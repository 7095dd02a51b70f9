import { expect, test } from "vitest";
import { value } from "../../../src/ring/answer.ts";
import type { Sample } from "../../../src/ring/sample.ts";
import { Troubles } from "../../../src/schedule/troubles.ts";
import { good } from "../ring/sampling.ts";

function logged() {
  const lines: string[] = [];
  const say = (text: string) => void lines.push(text);
  return { lines, troubles: new Troubles({ error: say, warning: say, info: say, debug: say }) };
}

function failed(target: string, reason: string): Sample {
  return { kind: "failed", target, stamp: { clock: 0, mono: 0 }, state: 0, reason };
}

test("one line when a target stops being well, one when it is well again", () => {
  const { lines, troubles } = logged();
  troubles.note("cache", good(0, {}));
  for (const reason of ["connection refused", "connection refused", "no reply within 3 s"]) {
    troubles.note("cache", failed("main", reason));
    troubles.say();
  }
  troubles.note("cache", good(1, {}));
  troubles.note("cache", good(2, {}));
  troubles.say();
  expect(lines).toEqual(['Cache "main": connection refused.', 'Cache "main" is well again.']);
});

test("good values with a note are trouble, too", () => {
  const { lines, troubles } = logged();
  troubles.note("cache", good(0, {}));
  troubles.note("cache", { ...good(1, {}), note: "new clients are not let in" });
  troubles.say();
  expect(lines).toEqual(['Cache "main": new clients are not let in.']);
});

test("no more than ten lines a tick, and the rest counted", () => {
  const { lines, troubles } = logged();
  for (let at = 0; at < 1000; at++) troubles.note("cache", { ...good(0, {}), target: `m${at}` });
  for (let at = 0; at < 1000; at++) troubles.note("cache", failed(`m${at}`, "unreachable"));
  troubles.say();
  expect(lines).toHaveLength(11);
  expect(lines.at(-1)).toBe("So did 990 other targets; tidemark status shows them all.");
});

test("what was wrong from the start, and a target that left the list, are no news", () => {
  const { lines, troubles } = logged();
  troubles.note("cache", failed("main", "never there"));
  troubles.follow("cache", value(new Map()));
  troubles.note("cache", good(1, {}));
  troubles.say();
  expect(lines).toEqual([]);
});
