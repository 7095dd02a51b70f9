import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { realIo } from "../../src/io/real-io.ts";
import type { Scan, ServiceRecord } from "../../src/sources/supervise/record.ts";
import { SystemdReader } from "../../src/sources/supervise/systemd.ts";
import { BootedSystemd, canBoot } from "./booted-systemd.ts";
import { waitFor } from "./wait.ts";

const UNITS: Readonly<Record<string, string>> = {
  "demo-up.service": unit("ExecStart=/bin/sleep 100000\nRestart=always\nRestartSec=100ms"),
  "demo-hand.service": unit("ExecStart=/bin/sleep 100000"),
  "demo-crash.service": unit(
    "ExecStart=/bin/sh -c 'sleep 0.3; exit 7'\nRestart=always\nRestartSec=600ms",
    "StartLimitIntervalSec=0",
  ),
  "demo-limit.service": unit("ExecStart=/bin/sh -c 'exit 3'\nRestart=always\nRestartSec=50ms"),
  "demo-segv.service": unit("ExecStart=/bin/sh -c 'kill -SEGV $$$$'"),
  "demo-once.service": unit("Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true"),
  "demo-ready.service": unit(
    "Type=notify\nNotifyAccess=all\nExecStart=/bin/sh -c 'while [ ! -e /run/ready ]; do sleep 0.05; done; systemd-notify --ready; exec sleep 100000'",
  ),
  "demo-stubborn.service": unit(
    `ExecStart=/bin/sh -c 'trap "" TERM; touch /run/deaf; while :; do sleep 0.1; done'\nTimeoutStopSec=60`,
  ),
  "demo-pre.service": unit(
    "ExecStartPre=/bin/sh -c 'while [ ! -e /run/go ]; do sleep 0.05; done'\nExecStart=/bin/sleep 100000\nRestart=always\nRestartSec=50ms",
  ),
  "demo-condition.service": unit("ExecStart=/bin/sleep 100000", "ConditionPathExists=/nowhere"),
  "demo-enabled.service": unit("ExecStart=/bin/sleep 100000"),
  "demo-broken.service": "[Service]\nType=simple\n",
  "demo-of-many@.service": unit("ExecStart=/bin/sleep 100000"),
};

describe.skipIf(!canBoot())("a real systemd", () => {
  let systemd: BootedSystemd;
  let all: SystemdReader;

  beforeAll(async () => {
    systemd = await BootedSystemd.boot(UNITS);
    all = new SystemdReader(systemd.io(), ["demo-*"]);
  });

  afterAll(async () => {
    await all?.close();
    await systemd?.end();
  });

  /** The unit's record once it is in this state; it says the same as systemctl, asked before and after. */
  async function reaches(name: string, state: ServiceRecord["state"]): Promise<ServiceRecord> {
    const reader = new SystemdReader(systemd.io(), [name]);
    try {
      return await waitFor(
        async () => {
          const before = await systemd.show(name);
          const [record] = (await look(reader)).services;
          if (record?.state !== state || !same(before, await systemd.show(name))) return undefined;
          agrees(record, before);
          return record;
        },
        { what: `${name} to be "${state}"` },
      );
    } finally {
      await reader.close();
    }
  }

  test("down, up, down by hand, up again", async () => {
    expect(await reaches("demo-hand.service", "down")).toMatchObject({ up: false, since: undefined, want: "down" });
    await systemd.systemctl("start", "demo-hand");
    expect(await reaches("demo-hand.service", "up")).toMatchObject({ up: true, want: "up", count: { value: 0 } });
    await systemd.systemctl("stop", "demo-hand");
    expect(await reaches("demo-hand.service", "down")).toMatchObject({ want: "down", pid: undefined });
    await systemd.systemctl("start", "demo-hand");
    await reaches("demo-hand.service", "up");
  });

  test("killed: another pid, another stamp, one restart more; restarted by hand: the count begins anew", async () => {
    await systemd.systemctl("start", "demo-up");
    const first = await reaches("demo-up.service", "up");
    await systemd.systemctl("kill", "--signal=KILL", "demo-up");
    const second = await waitFor(async () => differs(first, await reaches("demo-up.service", "up")), {
      what: "the restart",
    });
    expect(second).toMatchObject({ count: { kind: "restarts", value: 1 } });
    await systemd.systemctl("restart", "demo-up");
    expect(await reaches("demo-up.service", "up")).toMatchObject({ count: { value: 0 } });
  });

  test("frozen and thawed", async () => {
    await systemd.systemctl("start", "demo-up");
    await systemd.systemctl("freeze", "demo-up");
    expect(await reaches("demo-up.service", "paused")).toMatchObject({ up: true });
    await systemd.systemctl("thaw", "demo-up");
    await reaches("demo-up.service", "up");
  });

  test("a crash loop shows by its count and its exit code", async () => {
    await systemd.systemctl("start", "demo-crash");
    const first = await reaches("demo-crash.service", "wants up but down");
    expect(first).toMatchObject({ want: "up", exit: { kind: "code", value: 7 } });
    await waitFor(async () => countOf(await reaches("demo-crash.service", "up")) >= countOf(first) + 2, {
      what: "two restarts",
    });
    await systemd.systemctl("stop", "demo-crash");
  });

  test("given up: at the start limit, and for want of Restart=; reset by hand", async () => {
    await systemd.systemctl("start", "demo-limit", "demo-segv");
    const limit = { count: { kind: "restarts", value: 5 }, exit: { kind: "code", value: 3 } };
    expect(await reaches("demo-limit.service", "failed for good")).toMatchObject(limit);
    const dead = await reaches("demo-segv.service", "failed for good");
    expect(dead).toMatchObject({ exit: { kind: "signal", value: 11 }, up: false });
    await systemd.systemctl("reset-failed", "demo-limit");
    await reaches("demo-limit.service", "down");
  });

  test("starting, then ready: one life with one stamp", async () => {
    await systemd.systemctl("start", "--no-block", "demo-ready");
    const starting = await reaches("demo-ready.service", "starting or not ready");
    expect(starting).toMatchObject({ up: true });
    await systemd.inside("touch", "/run/ready");
    const ready = await reaches("demo-ready.service", "up");
    expect(differs(starting, ready)).toBe(undefined);
  });

  test("a restart counts when its program is there, not while ExecStartPre still runs", async () => {
    await systemd.inside("touch", "/run/go");
    await systemd.systemctl("start", "demo-pre");
    await systemd.inside("rm", "/run/go");
    await systemd.systemctl("kill", "--signal=KILL", "demo-pre");
    const waits = await reaches("demo-pre.service", "starting or not ready");
    expect(waits).toMatchObject({ up: false, pid: undefined, count: { value: 0 } });
    await systemd.inside("touch", "/run/go");
    expect(await reaches("demo-pre.service", "up")).toMatchObject({ count: { value: 1 } });
  });

  test("deaf to TERM: wants down but up, then killed", async () => {
    await systemd.systemctl("start", "demo-stubborn");
    await waitFor(() => systemd.has("/run/deaf"), { what: "the trap" });
    await systemd.systemctl("stop", "--no-block", "demo-stubborn");
    expect(await reaches("demo-stubborn.service", "wants down but up")).toMatchObject({ up: true, want: "down" });
    await systemd.systemctl("kill", "--signal=KILL", "demo-stubborn");
    expect(await reaches("demo-stubborn.service", "failed for good")).toMatchObject({ up: false });
  });

  test("one-shots, unmet conditions, spoilt and unknown units", async () => {
    await systemd.systemctl("enable", "demo-condition"); // else it is forgotten at once
    await systemd.systemctl("start", "demo-once", "demo-condition");
    expect(await reaches("demo-once.service", "up")).toMatchObject({ pid: undefined, up: true });
    expect(await reaches("demo-condition.service", "down")).toMatchObject({
      note: "systemd did not start it: a condition of the unit is not met",
    });
    const named = new SystemdReader(systemd.io(), ["nosuch", "bad name", "demo-broken", "dbus.socket"]);
    const scan = await look(named);
    await named.close();
    expect(scan.incomplete).toBeUndefined();
    expect(scan.services).toMatchObject([
      { name: "bad name.service", reason: 'systemd takes "bad name.service" for no name of a unit' },
      { name: "dbus.socket", state: "up", pid: undefined },
      { name: "demo-broken.service", reason: expect.stringMatching(/^systemd cannot load "demo-broken.service": /) },
      { name: "nosuch.service", reason: 'systemd knows no unit "nosuch.service"' },
    ]);
  });

  test("unconfigured: what is enabled, runs or has failed; no one-shots, no instances", async () => {
    await systemd.systemctl("start", "demo-once", "demo-up", "demo-segv", "demo-of-many@1");
    await systemd.systemctl("enable", "demo-enabled");
    const reader = new SystemdReader(systemd.io(), []);
    const found = (await look(reader)).services;
    await reader.close();
    const names = found.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(["dbus.service", "demo-enabled.service", "demo-segv.service", "demo-up.service"]),
    );
    for (const name of ["demo-once.service", "demo-of-many@1.service"]) expect(names).not.toContain(name);
    expect(found.find(({ name }) => name === "demo-enabled.service")).toMatchObject({
      state: "down",
      normallyUp: true,
    });
  });

  test("the bus goes and comes back: reasons for every unit, then the records again", async () => {
    const before = (await look(all)).services.map(({ name }) => name);
    expect(before.length).toBeGreaterThan(3);
    await systemd.systemctl("stop", "dbus.socket", "dbus.service");
    const gone = await look(all);
    expect(gone.incomplete).toMatch(/^(?:the bus at|cannot use the bus at) \/run\/dbus\/system_bus_socket/);
    expect(gone.services.map(({ name, state }) => [name, state])).toEqual(before.map((name) => [name, "cannot read"]));
    await systemd.systemctl("start", "dbus.socket", "dbus.service");
    await waitFor(async () => (await look(all)).incomplete === undefined, { what: "the bus" });
  });
});

test("this machine, whatever runs it: an answer or nothing, and quickly", async () => {
  const reader = new SystemdReader(realIo(), []);
  const started = performance.now();
  const scan = await look(reader);
  await reader.close();
  expect(performance.now() - started).toBeLessThan(4000);
  expect(scan.incomplete).toBeUndefined();
});

function unit(service: string, more = ""): string {
  return `[Unit]\nDefaultDependencies=no\n${more}\n[Service]\n${service}\n[Install]\nWantedBy=default.target\n`;
}

function look(reader: SystemdReader): Promise<Scan> {
  return reader.look({ slot: 1, stamp: realIo().now(), deadline: AbortSignal.timeout(3000), seconds: 3 });
}

const COMPARED = ["ActiveState", "SubState", "MainPID", "NRestarts", "ExecMainStartTimestamp", "ExecMainExitTimestamp"];

function same(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): boolean {
  return COMPARED.every((name) => before.get(name) === after.get(name));
}

/** What systemctl printed, read on its own and compared where a record says it. */
function agrees(record: ServiceRecord, shown: ReadonlyMap<string, string>): void {
  if (record.kind !== "read") throw new Error(record.reason);
  const pid = Number(shown.get("MainPID"));
  expect(record.pid).toBe(pid === 0 ? undefined : pid);
  expect(record.path).toBe(shown.get("FragmentPath"));
  if (record.up) expect([0, 1]).toContain(Number(shown.get("NRestarts")) - countOf(record));
  const code = Number(shown.get("ExecMainCode"));
  const exit = code === 0 || record.pid !== undefined ? undefined : Number(shown.get("ExecMainStatus"));
  expect(record.exit?.value).toBe(exit);
  const since = shown.get(record.up ? "ExecMainStartTimestamp" : "ExecMainExitTimestamp") ?? "";
  if (since !== "") expect(record.since).toBeCloseTo(unixSeconds(since), 3);
}

/** "Sat 2026-11-21 23:42:03.123456 UTC" */
function unixSeconds(text: string): number {
  const [, day, time] = text.split(" ");
  return Date.parse(`${day}T${time?.slice(0, 12)}Z`) / 1000 + Number(`0.000${time?.slice(12)}`);
}

function countOf(record: ServiceRecord): number {
  return record.kind === "read" ? (record.count?.value ?? Number.NaN) : Number.NaN;
}

/** The second when it is another life of the program than the first. */
function differs(first: ServiceRecord, second: ServiceRecord): ServiceRecord | undefined {
  if (first.kind !== "read" || second.kind !== "read") return undefined;
  return first.pid !== second.pid && first.since !== second.since ? second : undefined;
}
