import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Value } from "../../../../src/sources/supervise/dbus-value.ts";
import type { ServiceRecord } from "../../../../src/sources/supervise/record.ts";
import { Stamps } from "../../../../src/sources/supervise/systemd-stamps.ts";
import { recordOf, type Unit, unitsOf } from "../../../../src/sources/supervise/systemd-unit.ts";

/** When the captures were made: both clocks of 252-when.txt. */
const NOW = { clock: 1795304529.095, mono: 2516.83 };
const UP: Unit = { name: "a.service", load: "loaded", active: "active", sub: "running", path: "/a", job: "" };
const FACTS = { fileState: "enabled", type: "simple", file: "/a" };

describe("recordOf: what `systemctl show` printed of each unit", () => {
  const captured = shown();
  const cases: readonly (readonly [string, object])[] = [
    ["demo-up", { state: "up", up: true, pid: 66, since: 1795304523, want: "up", count: { value: 0 } }],
    [
      "demo-crash",
      {
        state: "wants up but down",
        up: false,
        pid: undefined,
        since: 1795304527,
        want: "up",
        exit: { kind: "code", value: 7 },
        count: { kind: "restarts", value: 1 },
        note: 'it ended with result "exit-code"',
      },
    ],
    ["demo-limit", { state: "failed for good", up: false, exit: { kind: "code", value: 3 }, count: { value: 5 } }],
    ["demo-failed", { state: "failed for good", exit: { kind: "signal", value: 11 }, since: 1795304523 }],
    ["demo-oneshot", { state: "up", up: true, pid: undefined, exit: { kind: "code", value: 0 } }],
    ["demo-stubborn", { state: "wants down but up", up: true, pid: 65, want: "down" }],
    ["demo-starting", { state: "starting or not ready", up: true, pid: 63, want: "up" }],
    ["demo-stopped", { state: "down", up: false, pid: undefined, since: undefined, want: "down" }],
    ["nosuch", { kind: "unread", state: "cannot read", reason: 'systemd knows no unit "nosuch.service"' }],
  ];
  test("all of them", () => expect(cases.map(([name]) => name)).toEqual([...captured.keys()]));
  for (const [name, want] of cases) {
    test(name, () => expect(captured.get(name)).toMatchObject(want));
  }
});

describe("recordOf: states", () => {
  const cases: readonly (readonly [string, Partial<Unit>, Record<string, Value>, object])[] = [
    ["frozen", {}, { FreezerState: "frozen" }, { state: "paused", up: true }],
    ["reloading", { active: "reloading", sub: "reload" }, {}, { state: "up", up: true }],
    ["refreshing, of newer ones", { active: "refreshing", sub: "x" }, {}, { state: "up" }],
    [
      "waits for its job",
      { active: "inactive", sub: "dead", job: "start" },
      {},
      { state: "starting or not ready", up: false, want: "up" },
    ],
    [
      "restarts by hand",
      { active: "deactivating", sub: "stop-sigterm", job: "restart" },
      { MainPID: 5 },
      { state: "finishing", want: "up" },
    ],
    [
      "cleans up",
      { active: "deactivating", sub: "stop-post" },
      { MainPID: 0 },
      { state: "finishing", up: false, pid: undefined },
    ],
    [
      "queued restart of newer ones",
      { active: "activating", sub: "auto-restart-queued" },
      {},
      { state: "wants up but down" },
    ],
    [
      "no state that is known",
      { active: "dancing", sub: "tango" },
      {},
      { kind: "unread", reason: '"a.service" is "dancing" (tango), a state that is not known' },
    ],
    [
      "bad unit file",
      { active: "inactive", load: "bad-setting" },
      { LoadError: ["x", "no ExecStart"] },
      { kind: "unread", reason: 'systemd cannot load "a.service": no ExecStart' },
    ],
    [
      "bad unit file without words",
      { active: "inactive", load: "error" },
      {},
      { reason: 'systemd cannot load "a.service": error' },
    ],
    [
      "runs on with a spoilt file",
      { load: "bad-setting" },
      {},
      { state: "up", note: 'the unit file of "a.service" is now bad-setting' },
    ],
    ["masked", { active: "inactive", load: "masked" }, {}, { state: "down" }],
    [
      "condition not met",
      { active: "inactive" },
      { ConditionResult: false, ConditionTimestampMonotonic: 5n },
      { state: "down", note: "systemd did not start it: a condition of the unit is not met" },
    ],
    [
      "condition never looked at",
      { active: "inactive" },
      { ConditionResult: false, ConditionTimestampMonotonic: 0n },
      { state: "down" },
    ],
    [
      "dumped core",
      { active: "failed" },
      { ExecMainCode: 3, ExecMainStatus: 6, Result: "core-dump" },
      { state: "failed for good", exit: { kind: "signal", value: 6 }, note: 'systemd gave up with result "core-dump"' },
    ],
    [
      "no service at all, such as a socket",
      { name: "a.socket", sub: "listening" },
      { ActiveEnterTimestamp: 1795304000000000n },
      { state: "up", since: 1795304000, pid: undefined },
    ],
  ];
  for (const [name, unit, properties, want] of cases) {
    test(name, () => expect(record(unit, properties)).toMatchObject(want));
  }
  test("a masked unit and one with unmet conditions are as good as any: no note of theirs is elsewhere", () => {
    expect(record({}, {})).not.toHaveProperty("note");
    expect(record({}, {})).not.toHaveProperty("exit");
    expect(record({}, {})).not.toHaveProperty("count"); // unknown is not 0
  });
  for (const [fileState, want] of [
    ["enabled", true],
    ["enabled-runtime", true],
    ["disabled", false],
    ["masked", false],
    ["static", undefined],
    ["", undefined],
  ] as const) {
    test(`"${fileState}" is ${want === undefined ? "not known to be" : want ? "" : "not "} started at boot`, () => {
      const made = recordOf(UP, { ...FACTS, fileState }, new Map(), new Stamps(NOW));
      expect(made).toMatchObject({ normallyUp: want });
    });
  }
});

describe("recordOf: the last restart counts once its program is there", () => {
  const cases: readonly (readonly [string, Partial<Unit>, number, number])[] = [
    ["waits for the time between", { active: "activating", sub: "auto-restart" }, 0, 4],
    ["due, job in the queue", { active: "activating", sub: "auto-restart", job: "restart" }, 0, 3],
    ["due, newer systemd", { active: "activating", sub: "auto-restart-queued" }, 0, 3],
    ["in ExecStartPre", { active: "activating", sub: "start-pre" }, 0, 3],
    ["started, not yet ready", { active: "activating", sub: "start" }, 9, 4],
    ["up", {}, 9, 4],
  ];
  for (const [name, unit, pid, want] of cases) {
    test(name, () => {
      expect(record(unit, { MainPID: pid, NRestarts: 4 })).toMatchObject({ count: { kind: "restarts", value: want } });
    });
  }
  test("the first start has none", () => {
    const starting = { active: "activating", sub: "start-pre" };
    expect(record(starting, { MainPID: 0, NRestarts: 0 })).toMatchObject({ count: { value: 0 } });
  });
});

describe("since", () => {
  const started = (clock: number, mono: number): Record<string, Value> => ({
    ExecMainStartTimestamp: BigInt(clock * 1e6),
    ExecMainStartTimestampMonotonic: BigInt(mono * 1e6),
  });
  test("a stamp from before a clock step is of today's clock", () => {
    expect(record({}, started(86_400, 16.83))).toMatchObject({ since: NOW.clock - 2500 });
  });
  test("it stays what it was said to be, until there is a new start", () => {
    const stamps = new Stamps(NOW);
    const since = (at: number): number =>
      stamps.since("a.service", { kind: "start", clock: 86_400 + at, mono: 16.83 + at });
    const first = since(0);
    stamps.turn({ clock: NOW.clock + 60.2, mono: NOW.mono + 60 });
    expect(since(0)).toBe(first);
    stamps.turn({ clock: NOW.clock + 7200, mono: NOW.mono + 120 });
    expect(since(0)).toBe(first);
    expect(since(100)).toBeCloseTo(NOW.clock + 7200 - (NOW.mono + 120 - 116.83), 3);
  });
  test("an end is the same end while the next start is prepared", () => {
    const stamps = new Stamps(NOW);
    const since = (sub: string, properties: Record<string, Value>): unknown => {
      stamps.turn(NOW);
      const unit = { ...UP, active: "activating", sub };
      const made = recordOf(unit, FACTS, new Map(Object.entries(properties)), stamps);
      return made.kind === "read" ? made.since : made.reason;
    };
    const unitEnd = { InactiveEnterTimestamp: 1795304528100000n, InactiveEnterTimestampMonotonic: 2515835000n };
    const end = { ExecMainExitTimestamp: 1795304528000000n, ExecMainExitTimestampMonotonic: 2515735000n };
    expect(since("start-pre", unitEnd)).toBe(1795304528.1);
    expect(since("auto-restart", { ...unitEnd, ...end })).toBe(1795304528);
    expect(since("start-pre", unitEnd)).toBe(1795304528);
    expect(since("start", { MainPID: 9, ...unitEnd, ...started(1795304529, 2516.735) })).toBe(1795304529);
    expect(since("start-pre", unitEnd)).toBe(1795304528.1); // the end of another life
  });
});

test("unitsOf: rows that are none are malformed", () => {
  for (const rows of [[], ["x"], [[["a.service"]]], [[[..."abcdefghi"]]], [[["", ..."bcdefghij"]]]]) {
    expect(unitsOf(rows).kind).toBe("malformed");
  }
});

function record(unit: Partial<Unit>, properties: Record<string, Value>): ServiceRecord {
  return recordOf({ ...UP, ...unit }, FACTS, new Map(Object.entries(properties)), new Stamps(NOW));
}

/** Blocks of `### name` and lines `Property=value`, as the D-Bus values that they were made of. */
function shown(): ReadonlyMap<string, ServiceRecord> {
  const blocks = readFileSync("test/samples/systemd/252-show-all.txt", "utf8").split(/^### /m).slice(1);
  return new Map(
    blocks.map((block) => {
      const [name = "", ...lines] = block.trim().split("\n");
      const texts = new Map(lines.map((line) => line.split(/=(.*)/s) as [string, string]));
      const text = (property: string): string => texts.get(property) ?? "";
      const unit = {
        ...UP,
        name: text("Id"),
        load: text("LoadState"),
        active: text("ActiveState"),
        sub: text("SubState"),
      };
      const facts = { ...FACTS, fileState: text("UnitFileState") };
      const properties = new Map([...texts].map(([property, value]) => [property, asValue(value)]));
      return [name, recordOf(unit, facts, properties, new Stamps(NOW))];
    }),
  );
}

function asValue(text: string): Value {
  if (text.startsWith("@")) return BigInt(text.slice(1)) * 1_000_000n;
  return /^\d+$/.test(text) ? Number(text) : text;
}
