import { expect, test } from "vitest";
import { sample } from "./samples.ts";
import { World } from "./world.ts";

/** Between the two captures, by their own clock. */
const SECONDS = 5.138;

/** Two ticks, one on each capture. */
async function captured(): Promise<World> {
  const world = new World();
  await world.tick();
  world.capture("b");
  await world.tick(SECONDS);
  return world;
}

test("figures of the captured seconds", async () => {
  const world = await captured();
  expect(world.text("pressure.load")).toBe("2.23");
  expect(world.text("pressure.load[15m]")).toBe("1.83");
  const number = (key: string) => Number(world.text(key));
  const [iowait, all] = [94, 86 + 0 + 454 + 356 + 94 + 13]; // columns of a-stat and b-stat subtracted
  expect(number("pressure.iowait[5s]")).toBeCloseTo((100 * iowait) / all, 4);
  expect(number("pressure.io.some[5s]")).toBeCloseTo((148547093 - 147694345) / 1e4 / SECONDS, 4);
  expect(number("pressure.io.full[5s]")).toBeCloseTo((105984547 - 105274414) / 1e4 / SECONDS, 4);
  expect(number("pressure.cpu.some[5s]")).toBeCloseTo((362301377 - 361465377) / 1e4 / SECONDS, 4);
  expect(world.text("pressure.memory.some[5s]")).toBe("0");
  expect(number("pressure.disk.util[vda,5s]")).toBeCloseTo((226680 - 225492) / 10 / SECONDS, 4);
  expect(number("pressure.disk.written.rate[vda,5s]")).toBeCloseTo(((27808520 - 24950536) * 512) / SECONDS, 0);
  expect(number("pressure.disk.read.rate[vda,5s]")).toBeCloseTo(((10928922 - 10928634) * 512) / SECONDS, 0);
  expect(world.text("pressure.net.received.rate[eth0,5s]")).toBe("0");
});

test("before there are two samples, windows have no value and levels have one", async () => {
  const world = new World();
  await world.tick();
  expect(world.text("pressure.load")).toBe("2.26");
  for (const key of ["iowait[1s]", "io.some[1s]", "disk.util[vda,1s]", "net.sent.rate[lo,1s]"]) {
    expect(world.text(`pressure.${key}`), key).toBe("(none: 0 of 1 second known.)");
  }
});

test("iowait that goes back is neither negative nor a reset of anything", async () => {
  const world = new World();
  await world.tick();
  world.files.set("/proc/stat", sample("a-stat").replace("335687 19075", "335787 19070"));
  await world.tick();
  expect(world.text("pressure.iowait[1s]")).toBe("0");
  expect(world.text("pressure.io.some[1s]")).toBe("0");
  expect(world.text("pressure.disk.util[vda,1s]")).toBe("0");
});

test("figures survive a restart of the daemon, not one of the machine", async () => {
  const world = new World();
  await world.tick();
  world.restart();
  world.capture("b");
  await world.tick();
  expect(world.text("pressure.disk.written.rate[vda,1s]")).toBe(String((27808520 - 24950536) * 512));
  world.files.set("/proc/sys/kernel/random/boot_id", "boot-2\n");
  world.files.set("/proc/diskstats", "254 0 vda 1 0 8 1 1 0 16 1 0 250 1\n");
  world.restart();
  await world.tick();
  expect(world.text("pressure.disk.written.rate[vda,1s]")).toBe(String(16 * 512));
  expect(world.text("pressure.disk.util[vda,1s]")).toBe("25");
});

test("an interface that was made anew says nothing of that step, and spoils nothing else", async () => {
  const world = new World();
  await world.tick();
  world.files.set(
    "/proc/net/dev",
    "  lo: 3000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0\neth0: 50 1 0 0 0 0 0 0 60 1 0 0 0 0 0 0\n",
  );
  await world.tick();
  expect(world.text("pressure.net.received.rate[lo,1s]")).toBe("2000");
  expect(world.text("pressure.net.received.rate[eth0,1s]")).toBe("(none: 0 of 1 second known.)");
  expect(world.text("pressure.disk.util[vda,1s]")).toBe("0");
});

test.each([
  ["EOPNOTSUPP", "the kernel keeps no pressure figures unless it is started with psi=1", 1],
  ["ENOENT", "the kernel keeps no pressure figures; Linux 4.20 or newer with CONFIG_PSI does", 0],
  ["EACCES", "said EACCES", 0],
])("pressure files that say %s: those items are not supported, all else is fine", async (fails, why, findings) => {
  const world = new World();
  for (const name of ["cpu", "io", "memory"]) world.files.set(`/proc/pressure/${name}`, { fails });
  await world.tick();
  await world.tick();
  expect(world.text("pressure.io.full[1s]")).toBe(`(unknown: Cannot read "/proc/pressure/io": ${why}.)`);
  expect(world.text("pressure.iowait[1s]")).not.toContain("unknown");
  expect(world.samples.get("host")).toMatchObject({ kind: "good", state: 1 });
  expect(world.findings.filter(({ mend }) => mend.includes("psi=1"))).toHaveLength(findings);
});

test("a kernel without the total of all tasks still has the other", async () => {
  const world = new World();
  world.files.set("/proc/pressure/io", "some avg10=0.00 avg60=0.00 avg300=0.00 total=5\n");
  await world.tick();
  await world.tick();
  expect(world.text("pressure.io.some[1s]")).toBe("0");
  expect(world.text("pressure.io.full[1s]")).toMatch(/^\(unknown: "\/proc\/pressure\/io" /);
});

test("each file that cannot be read costs its own items only", async () => {
  const world = new World();
  for (const name of ["loadavg", "stat", "diskstats", "net/dev"]) world.files.delete(`/proc/${name}`);
  await world.tick();
  await world.tick();
  expect(world.text("pressure.load")).toBe('(unknown: Cannot read "/proc/loadavg".)');
  expect(world.text("pressure.iowait[1s]")).toBe("(none: 0 of 1 second known.)");
  expect(world.text("pressure.disk.util[vda,1s]")).toBe('(unknown: Cannot read "/proc/diskstats".)');
  expect(world.text("pressure.disk.discovery")).toBe('(unknown: Cannot read "/proc/diskstats".)');
  expect(world.text("pressure.net.discovery")).toBe('(unknown: Cannot read "/proc/net/dev".)');
  expect(world.text("pressure.io.some[1s]")).toBe("0");
});

test("without /proc at all the machine cannot be seen, and nothing is invented", async () => {
  const world = new World();
  world.files.clear();
  await world.tick();
  expect(world.samples.get("host")).toMatchObject({ kind: "failed", reason: "cannot read /proc" });
  expect(world.text("pressure.load")).toBe("(unknown: No good sample yet: cannot read /proc.)");
  expect(JSON.parse(world.text("pressure.get"))).toEqual({
    ...{ target: "host", state: 2, state_text: "cannot see", error: "cannot read /proc" },
  });
});

test("old figures are refused", async () => {
  const world = await captured();
  await world.pass(4);
  for (const key of ["pressure.load", "pressure.disk.util[vda,5s]", "pressure.net.discovery"]) {
    expect(world.text(key), key).toMatch(/^\(unknown: Last good sample .*: no attempt has finished since .*\.\)$/);
  }
  expect(Object.keys(JSON.parse(world.text("pressure.get")))).not.toContain("load");
});

test("discovery and the words for what is not there", async () => {
  const world = await captured();
  expect(JSON.parse(world.text("pressure.disk.discovery"))).toEqual([{ "{#DISK}": "vda" }]);
  expect(JSON.parse(world.text("pressure.net.discovery"))).toEqual([
    { "{#INTERFACE}": "lo" },
    { "{#INTERFACE}": "eth0" },
  ]);
  expect(world.text("pressure.disk.util[sdx]")).toBe(
    '(unknown: Parameter "window": "5m" is longer than the history of 1m.)',
  );
  expect(world.text("pressure.disk.util[sdx,5s]")).toBe('(unknown: No disk "sdx"; there are "vda".)');
  expect(world.text("pressure.net.sent.rate[ifb0,5s]")).toBe(
    '(unknown: No network interface "ifb0"; there are "lo", "eth0".)',
  );
});

test("a thousand disks and interfaces do not make the ring grow beyond 32 of each", async () => {
  const world = new World({ db: { Path: "/srv/db" } });
  const names = Array.from({ length: 1000 }, (_, at) => at);
  world.files.set("/proc/diskstats", names.map((at) => `8 ${at} dm-${at} 1 1 1 1 1 1 1 1 1 1 1`).join("\n"));
  world.files.set("/proc/net/dev", names.map((at) => `veth${at}: 1 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0`).join("\n"));
  world.files.set("/proc/self/mountinfo", "1 1 8:999 / / rw - ext4 /dev/dm-999 rw\n");
  await world.tick();
  const host = world.samples.get("host");
  expect(host?.kind === "good" ? host.parts.size : 0).toBe(64);
  expect(JSON.parse(world.text("pressure.disk.discovery"))[0]).toEqual({ "{#DISK}": "dm-999" }); // the place's own
});

test("names that key parameters cannot hold are shortened, and asked for so", async () => {
  const world = new World();
  world.files.set("/proc/diskstats", "72 0 cciss/c0d0 1 1 1 1 1 1 1 1 1 1 1\n");
  await world.tick();
  await world.tick();
  const [row] = JSON.parse(world.text("pressure.disk.discovery"));
  expect(row["{#DISK}"]).toMatch(/^cciss_c0d0-[0-9a-f]{6}$/);
  expect(world.text(`pressure.disk.util[${row["{#DISK}"]},1s]`)).toBe("0");
});

test("every standard call is answered, and the master has all figures", async () => {
  const world = await captured();
  for (const key of world.calls()) expect(world.text(key), key).not.toMatch(/Parameter|Unsupported|No disk|fault/);
  expect(world.calls().length).toBeGreaterThan(15);
  const all = JSON.parse(world.text("pressure.get"));
  expect(Object.keys(all)).toEqual([
    ...["target", "state", "state_text", "error", "time", "age", "load", "iowait", "cpu", "io", "memory"],
    ...["disks", "interfaces", "places"],
  ]);
  expect(all).toMatchObject({ state: 1, load: { "15m": 1.83 }, places: { log: { disk: "vda", state: 0 } } });
});
