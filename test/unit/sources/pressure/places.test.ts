import { expect, test } from "vitest";
import { applyConfig } from "../../../../src/config/apply.ts";
import { diskFiles } from "../../../../src/config/files.ts";
import { section } from "../../../../src/sources/pressure/section.ts";
import { sample } from "./samples.ts";
import { World } from "./world.ts";

const NOBODY = "(unknown: No logger has a file in ";

test("without configuration /var/log is the place, and its disk the default one", async () => {
  const world = new World();
  await world.tick();
  world.capture("b");
  await world.tick();
  expect(world.text("pressure.disk.util[,1s]")).toBe("100"); // 1,188 ms in what is taken for a second
  expect(world.text("pressure.disk.util[log,1s]")).toBe("100");
  expect(JSON.parse(world.text("pressure.discovery"))).toEqual([
    { "{#PLACE}": "log", "{#PATH}": "/var/log", "{#PROCESS}": "", "{#DISK}": "vda" },
  ]);
  expect(world.text("pressure.process.state")).toBe("0");
  expect(world.text("pressure.process.written[log,1s]")).toContain(`${NOBODY}"/var/log" open`);
});

test("the logger of a directory is the one with a file right in it", async () => {
  const world = new World({ web: { Path: "/var/log/web" } });
  world.run(50, { comm: "multilog", start: 10, written: 7, open: ["/var/log/web/old/lock"] });
  world.run(60, { comm: "multilog", start: 20, written: 1000, open: ["pipe:[4]", "/var/log/web/lock"] });
  world.run(70, { comm: "vim", start: 5, written: 9, open: ["/var/log/web/current"] });
  await world.tick();
  world.run(60, { comm: "multilog", start: 20, written: 5096 });
  await world.tick();
  expect(world.text("pressure.process.written[web,1s]")).toBe("4096");
  expect(world.text("pressure.process.written.rate[web,1s]")).toBe("4096");
  expect(world.text("pressure.process.state[web]")).toBe("1");
});

test("the captured process: what it wrote, and its life", async () => {
  const world = new World({ a: { Process: "dd" } });
  world.run(23653, { comm: "dd", start: 0, written: 0 });
  for (const name of ["stat", "io"]) world.files.set(`/proc/23653/${name}`, sample(`pid-${name}-dd`));
  await world.tick();
  const taken = world.samples.get("a");
  expect(taken).toMatchObject({ kind: "good", epoch: "boot-1:23653:263239" });
  expect(taken?.kind === "good" ? taken.numbers.get("written") : undefined).toBe(584_105_984);
});

test("a configured process is found by its name, whatever is in it", async () => {
  const world = new World({ a: { Process: "my log)er" }, b: { Process: "a-name-of-more-than-15" } });
  world.run(60, { comm: "my log)er", start: 20, written: 1 });
  world.run(61, { comm: "a-name-of-more-", command: "/bin/sh", start: 21, written: 2 });
  await world.tick();
  await world.tick();
  expect(world.text("pressure.process.written[a,1s]")).toBe("0");
  expect(world.text("pressure.process.written[b,1s]")).toBe("0");
  expect(world.text("pressure.disk.util[a,1s]")).toBe("(unknown: Pressure.a has no Path.)");
});

test("a logger that is restarted counts from its start, one that ends has no value and a state", async () => {
  const world = new World({ log: { Process: "rsyslogd" } });
  world.run(60, { comm: "rsyslogd", start: 20, written: 900_000 });
  await world.tick();
  world.end(60);
  world.run(61, { comm: "rsyslogd", start: 400, written: 500 });
  await world.tick();
  expect(world.text("pressure.process.written[log,1s]")).toBe("500");
  world.end(61);
  await world.tick();
  expect(world.text("pressure.process.written[log,1s]")).toBe('(unknown: No process is called "rsyslogd".)');
  expect(world.text("pressure.process.state[log]")).toBe("0");
});

test("a pid that another life of the same program has taken is another process", async () => {
  const world = new World({ log: { Process: "rsyslogd" } });
  world.run(60, { comm: "rsyslogd", start: 20, written: 900_000 });
  await world.tick();
  await world.tick();
  world.run(60, { comm: "rsyslogd", start: 700, written: 300 });
  await world.tick();
  expect(world.text("pressure.process.written[log,1s]")).toBe("300");
});

test("an older process that takes the place of the one that ended brings no bytes of before", async () => {
  const world = new World({ log: { Process: "rsyslogd" } });
  world.run(60, { comm: "rsyslogd", start: 20, written: 1000 });
  world.run(61, { comm: "rsyslogd", start: 30, written: 900_000 });
  await world.tick();
  world.end(60);
  await world.tick();
  expect(world.text("pressure.process.written[log,1s]")).toBe("(none: 0 of 1 second known.)");
  await world.tick();
  await world.tick();
  expect(world.text("pressure.process.written[log,1s]")).toBe("0");
});

test("bytes survive a restart of the daemon", async () => {
  const world = new World({ log: { Process: "rsyslogd" } });
  world.run(60, { comm: "rsyslogd", start: 20, written: 1000 });
  await world.tick();
  world.restart();
  world.run(60, { comm: "rsyslogd", start: 20, written: 1700 });
  await world.tick();
  expect(world.text("pressure.process.written[log,1s]")).toBe("700");
});

test("bytes that we may not see are told with the command that mends it; the state is fine", async () => {
  const world = new World({ log: { Process: "rsyslogd" } });
  world.run(60, { comm: "rsyslogd", start: 20 });
  await world.tick();
  expect(world.text("pressure.process.state[log]")).toBe("1");
  expect(world.text("pressure.process.written[log,1s]")).toMatch(
    /^\(unknown: Permission denied at "\/proc\/60\/io": mode 0400, owner 0, tidemark runs as .*; mend: mkdir .*CAP_SYS_PTRACE/,
  );
  expect(world.findings).toEqual([
    expect.objectContaining({ what: "rsyslogd process 60", mend: expect.stringContaining("AmbientCapabilities") }),
  ]);
});

test("a logger whose open files we may not see may be the one: its state says so", async () => {
  const world = new World();
  world.run(60, { comm: "rsyslogd", start: 20 });
  await world.tick();
  expect(world.text("pressure.process.state[log]")).toBe("2");
  expect(world.text("pressure.process.written[log,1s]")).toContain('Permission denied at "/proc/60/fd"');
  expect(world.findings).toEqual([]); // nobody asked for it
});

test("a process in a container is left alone", async () => {
  const world = new World({ log: { Process: "rsyslogd" } });
  world.run(60, { comm: "rsyslogd", start: 20, written: 5 });
  world.files.set("/proc/60/status", "NSpid:\t60\t1\n");
  await world.tick();
  expect(world.text("pressure.process.state[log]")).toBe("0");
});

test("a directory that is not there lies on no disk, until it is", async () => {
  const world = new World({ log: { Path: "/var/lgo" } });
  world.missing.add("/var/lgo");
  await world.tick();
  await world.tick();
  expect(world.text("pressure.disk.util[log,1s]")).toBe('(unknown: There is no "/var/lgo".)');
  expect(world.text("pressure.discovery")).toContain('"{#DISK}":""');
  world.missing.clear();
  await world.tick();
  await world.tick();
  expect(world.text("pressure.discovery")).toContain('"{#DISK}":"vda"');
});

test("a place on no disk says so; the others' disks are fine", async () => {
  const world = new World({ a: { Path: "/overlay/x" }, b: { Path: "/link" } });
  world.files.set(
    "/proc/self/mountinfo",
    "1 1 0:9 / / rw - overlay overlay rw\n2 1 254:0 / /data rw - ext4 /dev/vda rw\n",
  );
  world.links.set("/link", "/data/log");
  await world.tick();
  await world.tick();
  expect(world.text("pressure.disk.util[a,1s]")).toMatch(/^\(unknown: "\/overlay\/x" lies on overlay/);
  expect(world.text("pressure.disk.util[b,1s]")).toBe("0");
});

test.each([
  ["Pressure.host.Path", "/x", '"host" is the name of the machine itself'],
  ["Pressure.a.Path", "", "Path or Process is missing"],
  ["Pressure.a.Path", "relative", "does not begin with /"],
])("refused: %s=%s", (name, value, want) => {
  const applied = applyConfig([{ name, value, file: "test", line: 1 }], { core: {}, sections: [section] }, diskFiles);
  expect(JSON.stringify(applied)).toContain(JSON.stringify(want).slice(1, -1));
});
