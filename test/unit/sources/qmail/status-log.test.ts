import { appendFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { benchOf, LOGGER, next, type QmailBench, running, SENDER, status } from "./bench.ts";
import { tai64n } from "./world.ts";

describe("delivery slots", () => {
  const figures = ["local.used", "local.max", "local.pused", "remote.used", "remote.max", "remote.pused"];
  const slots = (bench: QmailBench) => figures.map((name) => bench.text(`qmail.slots.${name}`));

  test("by the newest status line", async () => {
    const { world, log, bench } = running();
    await next(world, bench);
    expect(slots(bench)).toEqual(["1", "10", "10", "5", "20", "25"]);
    appendFileSync(join(log, "current"), `${status(world, 20)}\n${tai64n(1)} delivery 7: success: done/\n`);
    await next(world, bench);
    expect(slots(bench)).toEqual(["1", "10", "10", "20", "20", "100"]);
    expect(bench.text("qmail.slots.age")).toMatch(/^1(\.0\d*)?$/);
    expect(bench.text("qmail.slots.remote.peak[,2s]")).toBe("20");
    expect(JSON.parse(bench.text("qmail.get")).slots.remote).toMatchObject({ used: 20, max: 20, pused: 100 });
  });

  test("right after a rotation by the file that was closed last", async () => {
    const { world, log, bench } = running();
    renameSync(join(log, "current"), join(log, `${tai64n(world.io.now().clock)}.s`));
    writeFileSync(join(log, "current"), `${tai64n(world.io.now().clock)} new msg 1\n`);
    writeFileSync(join(log, `${tai64n(5)}.s`), `${status(world, 9)}\n`);
    await next(world, bench);
    expect(bench.text("qmail.slots.remote.used")).toBe("5");
  });

  test("none where there are no slots", async () => {
    const { world, log, bench } = running();
    writeFileSync(join(log, "current"), `${tai64n(world.io.now().clock)} status: local 0/0 remote 0/0\n`);
    await next(world, bench);
    expect(bench.text("qmail.slots.remote.pused")).toBe("(none: There are no remote delivery slots.)");
  });

  test("a log that is not written any more is not served as fresh", async () => {
    const { world, bench } = running();
    world.unlock(LOGGER);
    await next(world, bench);
    expect(bench.text("qmail.slots.remote.used")).toMatch(
      /^\(unknown: The newest status is that of .*, and no logger writes/,
    );
    expect(bench.text("qmail.slots.age")).toMatch(/^\d/);
  });

  test("a logger that cannot be seen is not taken for dead", async () => {
    const { world, bench } = running();
    world.isHidden = true;
    world.unlock(LOGGER);
    await next(world, bench);
    expect(bench.text("qmail.slots.remote.used")).toBe("5");
  });

  test("of a qmail-send that was started since are none", async () => {
    const { world, queue, log, bench } = running();
    writeFileSync(join(log, "current"), `${status(world, 5, 500)}\n`);
    world.unlock(SENDER);
    world.lock(queue.mutex, 102, "qmail-send", 100);
    await next(world, bench);
    expect(bench.text("qmail.slots.remote.used")).toMatch(/^\(none: Qmail-send was started /);
  });

  test.each([
    ["no log directory", (log: string) => rmSync(log, { recursive: true }), /no such file or directory/],
    [
      "current is a directory",
      (log: string) => current(log, (path) => mkdirSync(path)),
      /"\S+\/current" is a directory/,
    ],
    ["current is gone", (log: string) => current(log, () => undefined), /no such file or directory/],
    ["no status in it", (log: string) => writeFileSync(join(log, "current"), "hello\n"), /no line with a time stamp/i],
    [
      "no stamps",
      (log: string) => writeFileSync(join(log, "current"), "status: local 0/1 remote 0/1\n"),
      /no line with a time stamp/i,
    ],
    [
      "garbage",
      (log: string) => writeFileSync(join(log, "current"), Buffer.alloc(200_000, 0xff)),
      /no line with a time stamp/i,
    ],
    ["empty", (log: string) => writeFileSync(join(log, "current"), ""), /no line with a time stamp/i],
  ])("%s: not supported, with a finding", async (_, spoil, reason) => {
    const { world, log, bench } = running();
    spoil(log);
    await next(world, bench);
    expect(bench.text("qmail.slots.remote.used")).toMatch(reason);
    expect(bench.text("qmail.slots.remote.used")).toMatch(/^\(unknown/);
    expect(bench.findings).toMatchObject([{ what: log, found: expect.stringMatching(reason) }]);
    expect(bench.text("qmail.queue.size")).toBe("0");
  });

  test("without a log they say how to name one", async () => {
    const { world, queue } = running();
    const bench = benchOf(world, `Queue=${queue.path}`);
    await next(world, bench);
    expect(bench.text("qmail.slots.local.used")).toMatch(/^\(unknown: .*Qmail\.Log=\/DIRECTORY\.\)$/);
    expect(bench.findings).toEqual([]);
  });
});

function current(log: string, make: (path: string) => void): void {
  const path = join(log, "current");
  rmSync(path);
  make(path);
}
