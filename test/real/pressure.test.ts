import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import type { Program } from "./program.ts";
import { start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const home = temporaryDirectory();
const NAME = "fsync-loop";
/** Writes the same blocks over and over, each time down to the disk. */
const LOOP = `
  process.title = "${NAME}";
  const { fsyncSync, openSync, writeSync } = require("node:fs");
  const file = openSync(process.argv[1], "w");
  const block = Buffer.alloc(65536);
  for (let at = 0; ; at++) {
    writeSync(file, block, 0, block.length, 0);
    fsyncSync(file);
    if (at === 0) process.stdout.write("ready");
  }
`;
const SECONDS = 4;
/** Both read at the same second, but not at the same instant, beside a load that comes in bursts. */
const NEAR_PERCENT = 8;
const NEAR_SHARE = 0.25;

/** "254:0" of the file system that the files of this test lie on. */
function deviceNumber(): string {
  const { dev } = statSync(home);
  return `${(dev >>> 8) & 0xfff}:${(dev & 0xff) | ((dev >>> 12) & 0xfff00)}`;
}

/** What the kernel says, read without any of tidemark's code. */
function reading(pid: number) {
  const words = (path: string) =>
    readFileSync(path, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/));
  const disk = words("/proc/diskstats").find(([major, minor]) => `${major}:${minor}` === deviceNumber()) ?? [];
  const cpu = (words("/proc/stat")[0] ?? []).slice(1, 9).map(Number);
  const stalled = words("/proc/pressure/io").map((line) => Number(line.at(-1)?.slice("total=".length)));
  const network = words("/proc/net/dev").find(([name]) => name === "lo:") ?? [];
  return {
    seconds: performance.now() / 1000,
    busyMs: Number(disk[12]),
    sectors: Number(disk[9]),
    iowait: cpu[4] ?? Number.NaN,
    ticks: cpu.reduce((sum, each) => sum + each, 0),
    some: stalled[0] ?? Number.NaN,
    full: stalled[1] ?? Number.NaN,
    loSent: Number(network[9]),
    written: Number(/write_bytes: (\d+)/.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1]),
  };
}

type Reading = ReturnType<typeof reading>;

/** At the next whole second, when the daemon's tick fires, too. */
async function readAtTick(pid: number): Promise<Reading> {
  await waitFor(() => Date.now() % 1000 > 900, { what: "the end of a second" });
  await waitFor(() => Date.now() % 1000 < 100, { what: "a new second" });
  return reading(pid);
}

const hasDisk = readFileSync("/proc/diskstats", "utf8")
  .split("\n")
  .some((line) => line.trim().split(/\s+/).slice(0, 2).join(":") === deviceNumber());

describe.skipIf(!hasDisk || !existsSync("/proc/pressure/io"))(
  "a program that writes and waits for its disk (needs a TMPDIR on one, and PSI)",
  () => {
    let bench: Bench;
    let loop: Program;

    beforeAll(async () => {
      loop = await start(process.execPath, ["-e", LOOP, join(home, "written")], { ready: /ready/ });
      bench = await Bench.at(address(import.meta.url));
      bench.configure([`Pressure.here.Path=${home}`, `Pressure.here.Process=${NAME}`, "Memcached.Discover=no"]);
      await bench.start();
    });

    test("shows in each figure as an independent reading of the kernel says", async () => {
      const window = `${SECONDS}s`;
      await waitFor(async () => typeof (await bench.ask(`pressure.iowait[${window}]`)).value === "string", {
        what: "samples of a whole window",
      });
      const before = await readAtTick(loop.pid);
      const isOver = async () => {
        await bench.ask("agent.ping"); // some traffic
        return performance.now() / 1000 > before.seconds + SECONDS - 0.5;
      };
      await waitFor(isOver, { what: "the window" });
      const after = await readAtTick(loop.pid);
      const tick = Math.floor(Date.now() / 1000);
      await waitFor(async () => JSON.parse(await bench.get("pressure.get")).time >= tick, {
        what: "the tick's sample",
      });
      const ask = (key: string) => bench.number(`pressure.${key}`);
      const found = {
        util: await ask(`disk.util[here,${window}]`),
        rate: await ask(`disk.written.rate[here,${window}]`),
        iowait: await ask(`iowait[${window}]`),
        some: await ask(`io.some[${window}]`),
        full: await ask(`io.full[${window}]`),
        sent: await ask(`net.sent.rate[lo,${window}]`),
        written: await ask(`process.written[here,${window}]`),
      };
      const want = figures(before, after);

      expect(want.seconds).toBeCloseTo(SECONDS, 0); // else the comparison says nothing
      expect(found.util).toBeGreaterThan(0);
      expect(found.some).toBeGreaterThan(0);
      expect(found.written).toBeGreaterThan(0);
      for (const name of ["util", "iowait", "some", "full"] as const) {
        expect(Math.abs(found[name] - want[name]), `${name}: ${found[name]}, ${want[name]}`).toBeLessThan(NEAR_PERCENT);
      }
      for (const name of ["rate", "written", "sent"] as const) {
        expect(Math.abs(found[name] / want[name] - 1), `${name}: ${found[name]}, ${want[name]}`).toBeLessThan(
          NEAR_SHARE,
        );
      }
      expect(await ask("load[1m]")).toBeCloseTo(Number(readFileSync("/proc/loadavg", "utf8").split(" ")[0]), 0);
    });

    test("its disk and its state are known, and its end is seen", async () => {
      expect(JSON.parse(await bench.get("pressure.discovery"))).toMatchObject([
        { "{#PLACE}": "here", "{#PATH}": home, "{#PROCESS}": NAME, "{#DISK}": expect.stringMatching(/./) },
      ]);
      await bench.until("pressure.process.state[here]", "1");
      await loop.kill();
      await bench.until("pressure.process.state[here]", "0");
      expect((await bench.ask("pressure.process.written[here,1s]")).error).toBe(`No process is called "${NAME}".`);
    });
  },
);

function figures(before: Reading, after: Reading) {
  const seconds = after.seconds - before.seconds;
  return {
    seconds,
    util: (after.busyMs - before.busyMs) / 10 / seconds,
    rate: ((after.sectors - before.sectors) * 512) / seconds,
    iowait: (100 * (after.iowait - before.iowait)) / (after.ticks - before.ticks),
    some: (after.some - before.some) / 1e4 / seconds,
    full: (after.full - before.full) / 1e4 / seconds,
    written: after.written - before.written,
    sent: (after.loSent - before.loSent) / seconds,
  };
}
