import { describe, expect, test } from "vitest";
import type { Sender } from "../../../../src/sources/qmail/sender.ts";
import { slotsNow } from "../../../../src/sources/qmail/slots.ts";
import type { Logged } from "../../../../src/sources/qmail/status-log.ts";

const NOW = 1_700_000_000;
const UP: Sender = { kind: "up", since: NOW - 100_000 };
const HIDDEN: Sender = { kind: "hidden", reason: "" };

function logged(used: number, age: number): Logged {
  const status = { kind: "slots", local: { used: 0, max: 10 }, remote: { used, max: 20 }, stamp: undefined } as const;
  return { status, clock: NOW - age };
}

function now(found: Logged, sender: Sender, isLogged: boolean | undefined): string {
  const slots = slotsNow(found, { sender, isLogged, now: NOW });
  return slots.kind === "known" ? `${slots.remote.used}/${slots.remote.max}` : `${slots.kind}: ${slots.reason}`;
}

describe("a status holds until the next one", () => {
  test.each([
    ["idle since yesterday", logged(0, 86_000), UP, true, "0/20"],
    ["busy", logged(5, 1200), UP, true, "5/20"],
    ["just written, nobody sees by whom", logged(5, 100), HIDDEN, undefined, "5/20"],
    ["written in the very second of the start", logged(0, 0.5), { kind: "up", since: NOW }, true, "0/20"],
  ] as const)("%s", (_, found, sender, isLogged, want) => expect(now(found, sender, isLogged)).toBe(want));
});

describe("but is not served as fresh", () => {
  const at = "2023-11-14";
  test.each([
    ["busy for longer than any delivery", logged(1, 3700), UP, true, `unknown: the newest status is that of ${at}`],
    ["no logger", logged(0, 10), UP, false, `unknown: the newest status is that of ${at}`],
    ["old, and nobody sees whether qmail-send runs", logged(0, 200), HIDDEN, true, "unknown: "],
    [
      "old, and nobody sees when qmail-send was started",
      logged(0, 200),
      { kind: "up", since: undefined },
      true,
      "unknown: ",
    ],
    ["old, and nobody sees the logger", logged(0, 200), UP, undefined, "unknown: "],
    ["from the future, the clock was set back", logged(0, -200), UP, undefined, "unknown: "],
    ["of a life before", logged(3, 50), { kind: "up", since: NOW - 20 }, true, `none: qmail-send was started ${at}`],
    ["qmail-send does not run", logged(3, 5), { kind: "down" }, true, "none: qmail-send does not run"],
    [
      "it has ended",
      { status: { kind: "exiting", stamp: undefined }, clock: NOW },
      UP,
      true,
      "none: qmail-send has ended",
    ],
  ] as const)("%s", (_, found, sender, isLogged, want) => {
    expect(now(found, sender, isLogged).slice(0, want.length)).toBe(want);
  });
});
