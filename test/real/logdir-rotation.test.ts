import { realpathSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realIo } from "../../src/io/real-io.ts";
import { Bench } from "../unit/sources/logdir/bench.ts";
import { closedFiles, LOGGERS, Logger, sizeOf } from "./logdir.ts";
import { temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/** One file or so. */
const BATCH = 40;
const FEW = 3;

for (const name of LOGGERS) {
  test(`${name}: bytes and rotations are exactly what was written`, async () => {
    const home = realpathSync(temporaryDirectory());
    const few = { directory: join(home, "few"), files: FEW };
    const all = { directory: join(home, "all"), files: 1000 };
    const logger = await Logger.start(name, home, [few, all]);
    const bench = new Bench(realIo(), [`few.Path=${few.directory}`, `all.Path=${all.directory}`, "Discover=0"]);
    await logger.write(7);
    const before = logger.bytes;
    await bench.tick();
    expect(bench.text("logdir.bytes[all]")).toBe(String(before));
    for (let batch = 0; batch < 12; batch++) {
      await logger.write(BATCH);
      await bench.tick();
      expect(bench.counter("few", "written")).toBe(logger.bytes - before);
      expect(bench.counter("all", "written")).toBe(logger.bytes - before);
      expect(bench.counter("few", "rotations")).toBe(closedFiles(all.directory));
      expect(bench.text("logdir.bytes[few]")).toBe(String(sizeOf(few.directory)));
    }
    expect(bench.counter("few", "estimated")).toBe(0);
    expect(bench.counter("all", "rotations")).toBe(closedFiles(all.directory));
    expect(closedFiles(all.directory)).toBeGreaterThan(5);
    expect(closedFiles(few.directory)).toBeLessThanOrEqual(FEW + 1);
    expect(bench.text("logdir.written[few,5s]")).toBe(String(5 * BATCH * 60));
    expect(Number(bench.text("logdir.age[few]"))).toBeLessThan(1.5);
    expect(bench.text("logdir.state[few]")).toBe("1");
  });

  test(`${name}: what came and went between two samples is estimated and said to be`, async () => {
    const home = realpathSync(temporaryDirectory());
    const few = { directory: join(home, "few"), files: FEW };
    const all = { directory: join(home, "all"), files: 1000 };
    const logger = await Logger.start(name, home, [few, all]);
    const bench = new Bench(realIo(), [`few.Path=${few.directory}`, `all.Path=${all.directory}`, "Discover=0"]);
    await logger.write(100);
    await bench.tick();
    const before = logger.bytes;
    for (let batch = 0; batch < 10; batch++) await logger.write(BATCH);
    await bench.tick();
    const truth = logger.bytes - before;
    expect(bench.counter("all", "written")).toBe(truth);
    expect(bench.counter("all", "estimated")).toBe(0);
    expect(bench.counter("few", "estimated")).toBeGreaterThan(0);
    expect(bench.counter("few", "written")).toBeGreaterThan(truth / 4);
    expect(bench.counter("few", "written")).toBeLessThan(truth * 4);
  });
}

/** s6-log starts processors by execlineb, which is a package of its own. */
for (const name of ["multilog", "svlogd"] as const) {
  test(`${name}: a processor between current and the closed file hides nothing`, async () => {
    const home = realpathSync(temporaryDirectory());
    const kept = { directory: join(home, "main"), files: 1000, processor: "cat" };
    const logger = await Logger.start(name, home, [kept]);
    const bench = new Bench(realIo(), [`a.Path=${kept.directory}`, "Discover=0"]);
    await bench.tick();
    for (let batch = 0; batch < 6; batch++) {
      await logger.write(BATCH);
      await bench.tick();
    }
    await waitFor(
      async () => {
        await bench.tick();
        return bench.counter("a", "written") === logger.bytes || Promise.reject(bench.counter("a", "written"));
      },
      { what: `${logger.bytes} bytes` },
    );
    expect(bench.counter("a", "rotations")).toBeGreaterThan(3);
  });
}
