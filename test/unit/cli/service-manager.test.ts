import { describe, expect, test } from "vitest";
import { READY, reloading, STOPPING, serviceManager } from "../../../src/cli/service-manager.ts";

const PID = 4711;

describe("serviceManager", () => {
  test("a process that was started by hand has nobody to tell", async () => {
    const manager = serviceManager({}, PID);
    expect(manager).toMatchObject({ sockets: [], watchdogSeconds: undefined });
    expect(await manager.tell("READY=1")).toBeUndefined();
  });

  test("sockets, watchdog and descriptor are read, and taken out of the environment", () => {
    const env = {
      PATH: "/bin",
      LISTEN_PID: "4711",
      LISTEN_FDS: "2",
      LISTEN_FDNAMES: "a:b",
      WATCHDOG_PID: "4711",
      WATCHDOG_USEC: "120000000",
      NOTIFY_SOCKET: "/run/systemd/notify",
      NOTIFY_FD: "9",
    };
    expect(serviceManager(env, PID)).toMatchObject({ sockets: [3, 4], watchdogSeconds: 120 });
    expect(env).toEqual({ PATH: "/bin" });
  });

  const others = [
    { name: "sockets of another process", env: { LISTEN_PID: "1", LISTEN_FDS: "2" } },
    { name: "sockets of nobody", env: { LISTEN_FDS: "2" } },
    { name: "a number of sockets that is none", env: { LISTEN_PID: "4711", LISTEN_FDS: "-1" } },
    { name: "the watchdog of another process", env: { WATCHDOG_PID: "1", WATCHDOG_USEC: "1000000", NOTIFY_FD: "9" } },
    { name: "a watchdog that could not be fed", env: { WATCHDOG_PID: "4711", WATCHDOG_USEC: "1000000" } },
    { name: "a watchdog without time", env: { WATCHDOG_PID: "4711", WATCHDOG_USEC: "0", NOTIFY_FD: "9" } },
  ];
  for (const { name, env } of others) {
    test(`${name}: not ours`, () => {
      expect(serviceManager(env, PID)).toMatchObject({ sockets: [], watchdogSeconds: undefined });
    });
  }

  test("a watchdog that names no process is ours", () => {
    expect(serviceManager({ WATCHDOG_USEC: "500000", NOTIFY_FD: "9" }, PID).watchdogSeconds).toBe(0.5);
  });

  test("only systemd hears more than that we are ready", async () => {
    const [systemd, s6] = [{ NOTIFY_SOCKET: "/run/systemd/notify", NOTIFY_FD: "987654" }, { NOTIFY_FD: "987654" }];
    const told = async (env: NodeJS.ProcessEnv) => {
      const manager = serviceManager({ ...env }, PID);
      const untold = await Promise.all([READY, reloading(1.5), STOPPING].map((state) => manager.tell(state)));
      return untold.map((reason) => reason !== undefined); // the descriptor is gone, so what is told fails
    };
    expect([await told(systemd), await told(s6), await told({})]).toEqual([
      [true, true, true],
      [true, false, false],
      [false, false, false],
    ]);
  });

  test("since when the configuration is read anew, in microseconds", () => {
    expect(reloading(12345.6789012)).toBe("RELOADING=1\nMONOTONIC_USEC=12345678901");
  });

  test("a descriptor that is gone is a reason, not an exception", async () => {
    const untold = await serviceManager({ NOTIFY_FD: "987654" }, PID).tell("READY=1");
    expect(untold).toMatch(/^cannot tell the service manager READY=1: EBADF/);
  });
});
