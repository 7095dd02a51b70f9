import { expect, test } from "vitest";
import { askedOf, isService, isThere, mayBeService } from "../../../../src/sources/supervise/systemd-choice.ts";
import type { Unit } from "../../../../src/sources/supervise/systemd-unit.ts";

const RUNS: Unit = { name: "a.service", load: "loaded", active: "active", sub: "running", path: "/a", job: "" };
const STOPPED: Unit = { ...RUNS, active: "inactive", sub: "dead" };
const FAILED: Unit = { ...RUNS, active: "failed", sub: "failed" };

const cases: readonly (readonly [string, Unit, string, string, boolean])[] = [
  ["enabled and running", RUNS, "enabled", "simple", true],
  ["enabled and stopped", STOPPED, "enabled", "notify", true],
  ["disabled, but started by hand", RUNS, "disabled", "simple", true],
  ["disabled and stopped", STOPPED, "disabled", "simple", false],
  ["static, started by its socket", RUNS, "static", "notify", true],
  ["disabled and failed", FAILED, "disabled", "simple", true],
  ["one-shot", RUNS, "enabled", "oneshot", false],
  ["one-shot that failed", FAILED, "static", "oneshot", false],
  ["transient", RUNS, "transient", "simple", false],
  ["enabled instance", { ...RUNS, name: "postgresql@15-main.service" }, "enabled-runtime", "forking", true],
  ["instance for one connection", { ...RUNS, name: "ssh@1-10.0.0.1:22.service" }, "static", "simple", false],
];
for (const [name, unit, fileState, type, want] of cases) {
  test(`isService: ${name}: ${want}`, () => {
    expect(isService(unit, { fileState, type, file: "" })).toBe(want);
  });
}

for (const name of [
  "systemd-journald",
  "user@1000",
  "getty@tty1",
  "serial-getty@ttyS0",
  "console-getty",
  "modprobe@drm",
]) {
  test(`mayBeService: not ${name}`, () => expect(mayBeService({ ...RUNS, name: `${name}.service` })).toBe(false));
}
for (const name of ["dbus", "user-manager", "system-tool", "cron"]) {
  test(`mayBeService: ${name}`, () => expect(mayBeService({ ...RUNS, name: `${name}.service` })).toBe(true));
}

test("isThere: what is only mentioned or masked is not, what runs always is", () => {
  expect(isThere({ ...STOPPED, load: "not-found" })).toBe(false);
  expect(isThere({ ...STOPPED, load: "masked" })).toBe(false);
  expect(isThere({ ...RUNS, load: "masked" })).toBe(true);
  expect(isThere({ ...STOPPED, load: "bad-setting" })).toBe(true);
});

test("askedOf: names are completed, patterns are not", () => {
  expect(askedOf(["nginx", "nginx.service", "a.b", "x.timer", "web-*", "[ab].service"])).toEqual({
    names: ["nginx.service", "a.b.service", "x.timer"],
    patterns: ["web-*", "[ab].service"],
    any: true,
  });
  expect(askedOf([])).toEqual({ names: [], patterns: [], any: false });
});
