import { Duplex } from "node:stream";
import { expect, test } from "vitest";
import type { Io } from "../../../../src/io/io.ts";
import type { Tick } from "../../../../src/sources/source.ts";
import { SystemdReader } from "../../../../src/sources/supervise/systemd.ts";
import { fakeIo } from "../../schedule/fake-io.ts";
import { type FakeBus, fakeBus } from "./systemd-fake-bus.ts";

const NAMES = ["demo-crash", "demo-failed", "demo-stopped", "demo-up", "nosuch"];
const BUS = "/run/dbus/system_bus_socket";
/** When the answers were recorded. */
const NOW = { clock: 1795321472.701, mono: 5004.939345857 };

for (const cut of [1, 7, 65536]) {
  test(`five units, answers in chunks of ${cut} bytes`, async () => {
    const bus = fakeBus({ cut });
    const scan = await look(
      new SystemdReader(
        machine(() => bus.socket),
        NAMES,
      ),
    );
    expect(scan.incomplete).toBeUndefined();
    expect(scan.services).toMatchObject([
      { name: "demo-crash.service", state: "up", pid: 1628, since: 1795321472.262232, count: { value: 297 } },
      { name: "demo-failed.service", state: "failed for good", exit: { kind: "signal", value: 11 } },
      { name: "demo-stopped.service", state: "down", since: undefined, normallyUp: false },
      { name: "demo-up.service", state: "up", pid: 19, path: "/etc/systemd/system/demo-up.service" },
      { name: "nosuch.service", kind: "unread", reason: 'systemd knows no unit "nosuch.service"' },
    ]);
    expect(bus.met.serials).toEqual(bus.met.serials.map((_, place) => place + 1));
    expect(bus.met.most).toBe(64); // dbus-daemon refuses the 129th, and the last batch here has more
  });
}

test("without systemd: quiet without names, a reason for each with them", async () => {
  const io: Io = { ...fakeIo(NOW), connect: () => failing("nobody may connect") };
  expect(await look(new SystemdReader(io, []))).toEqual({ services: [], incomplete: undefined, findings: [] });
  expect(await look(new SystemdReader(io, ["a", "b*"]))).toMatchObject({
    services: [{ name: "a.service", state: "cannot read", reason: "systemd does not run on this machine" }],
    incomplete: undefined,
  });
});

test("systemd without a bus: a finding and no services; an error when units were named", async () => {
  const gone = (): Io => machine(() => failing("connect ENOENT"));
  const found = [{ what: "systemd", mend: "apt-get install dbus && systemctl start dbus.socket" }];
  expect(await look(new SystemdReader(gone(), []))).toMatchObject({
    services: [],
    incomplete: undefined,
    findings: found,
  });
  expect(await look(new SystemdReader(gone(), ["a"]))).toMatchObject({
    services: [{ name: "a.service", state: "cannot read", reason: `cannot use the bus at ${BUS}: connect ENOENT` }],
    incomplete: `cannot use the bus at ${BUS}: connect ENOENT`,
  });
});

test("a bus that is not for us: an error and the command that mends it", async () => {
  const reader = new SystemdReader(
    machine(() => failing("connect EACCES")),
    [],
  );
  expect(await look(reader)).toMatchObject({
    incomplete: `cannot use the bus at ${BUS}: connect EACCES`,
    findings: [{ mend: `chmod 0755 /run/dbus && chmod 0666 ${BUS}` }],
  });
});

test("a bus that goes away: the units that were known stay, and the next look connects anew", async () => {
  const buses: FakeBus[] = [];
  const reader = new SystemdReader(
    machine(() => connected(buses)),
    NAMES,
  );
  const known = (await look(reader)).services.map(({ name }) => name);
  buses[0]?.socket.destroy();
  const failed = await look(reader);
  expect(failed).toMatchObject({ incomplete: `the bus at ${BUS} closed the connection` });
  expect(failed.services.map(({ name, state }) => [name, state])).toEqual(known.map((name) => [name, "cannot read"]));
  expect((await look(reader)).incomplete).toBeUndefined();
  expect(buses).toHaveLength(2);
  await reader.close();
  expect(buses[1]?.socket.destroyed).toBe(true);
});

const refusals: readonly (readonly [string, () => Duplex, string])[] = [
  [
    "refuses the login",
    () => fakeBus({ login: "REJECTED EXTERNAL\r\n" }).socket,
    `the bus at ${BUS} refused the login: REJECTED EXTERNAL`,
  ],
  [
    "is none",
    () => fakeBus({ login: "x".repeat(5000) }).socket,
    `the bus at ${BUS} refused the login: ${"x".repeat(60)}`,
  ],
  [
    "sends garbage",
    () => fakeBus({ answer: () => Buffer.from("HTTP/1.1 400 Bad Request") }).socket,
    `the bus at ${BUS} sent expected a D-Bus message, got byte 0x48`,
  ],
  ["closes in the middle", () => closing(fakeBus()).socket, `the bus at ${BUS} closed the connection`],
];
for (const [name, connect, reason] of refusals) {
  test(`a bus that ${name}`, async () => {
    expect(await look(new SystemdReader(machine(connect), ["a"]))).toMatchObject({ incomplete: reason });
  });
}

for (const [name, bus] of [
  ["login", fakeBus({ login: "" })],
  ["calls", fakeBus({ answer: () => undefined })],
] as const) {
  test(`a bus that never answers ${name} costs no more than the deadline`, async () => {
    const deadline = new AbortController();
    const scan = look(
      new SystemdReader(
        machine(() => bus.socket),
        ["a"],
      ),
      deadline.signal,
    );
    setImmediate(() => deadline.abort());
    expect(await scan).toMatchObject({ incomplete: `the bus at ${BUS} did not answer in time` });
    expect(bus.socket.destroyed).toBe(true);
  });
}

test("an error of systemd spoils the list of patterns, with its words", async () => {
  // type 3, serial of the call it answers 2, error name "e.E", body "no"
  const error = Buffer.from(
    "6c03000107000000010000001f0000000501750002000000040173000300000065 2e4500 0000000008016700017300 00 020000006e6f00".replaceAll(
      " ",
      "",
    ),
    "hex",
  );
  let calls = 0;
  const bus = fakeBus({ answer: (recorded) => (++calls === 2 ? error : recorded) });
  expect(
    await look(
      new SystemdReader(
        machine(() => bus.socket),
        [],
      ),
    ),
  ).toMatchObject({ incomplete: "no (e.E)" });
});

function machine(connect: () => Duplex): Io {
  return { ...fakeIo(NOW), connect, list: () => [] };
}

function look(reader: SystemdReader, deadline: AbortSignal = new AbortController().signal) {
  const tick: Tick = { slot: 1, stamp: NOW, deadline, seconds: 3 };
  return reader.look(tick);
}

function connected(buses: FakeBus[]): Duplex {
  const bus = fakeBus();
  buses.push(bus);
  return bus.socket;
}

function failing(words: string): Duplex {
  return new Duplex({ read: () => undefined, write: (_, __, done) => done() }).destroy(new Error(words));
}

/** Ends as soon as the first call has come. */
function closing(bus: FakeBus): FakeBus {
  setImmediate(() => bus.socket.destroy());
  return bus;
}
