import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { benchOf, next, told } from "./bench.ts";
import { confOf, FIFO, home, line, World } from "./world.ts";

describe("by data file", () => {
  let made = 0;

  function written(world: World, data: object, age = 5): string {
    const path = join(home, `data-${made++}.json`);
    rewritten(world, path, data, age);
    return path;
  }

  function rewritten(world: World, path: string, data: object, age = 0): void {
    writeFileSync(path, JSON.stringify([{ data: { iname: "VI_1", ...data } }]));
    const modified = world.io.now().clock - age;
    utimesSync(path, modified, modified);
  }

  async function started(data: object, age?: number) {
    const world = new World();
    const pids = world.keepalived(confOf({ VI_1: [] }));
    await world.pass(60);
    const path = written(world, data, age);
    const bench = benchOf(world, `DataFile=${path}`);
    await next(world, bench);
    return { world, bench, path, pids };
  }

  test("tells state, priority and time", async () => {
    const { bench } = await started({ state: 3, effective_priority: 40, last_transition: 1_700_000_020.25 });
    expect(told(bench)).toBe("fault by data file");
    expect(bench.text("keepalived.priority")).toBe("40");
    expect(bench.text("keepalived.since")).toBe("1700000020");
    expect(JSON.parse(bench.text("keepalived.get"))).toMatchObject({ priority: 40, since: 1_700_000_020 });
  });

  test("is believed only so long", async () => {
    const { world, bench } = await started({ state: 2 });
    await world.pass(174);
    await bench.tick();
    expect(told(bench)).toBe("master by data file");
    await world.pass(2);
    await bench.tick();
    expect(bench.text("keepalived.state[VI_1]")).toBe("5");
    expect(bench.trouble("VI_1")).toMatch(/it was written 2023-11-14 22:14:15 UTC, and is believed for 180 s/);
    expect(bench.findings).toMatchObject([{ mend: expect.stringContaining("kill -$(keepalived --signum=JSON)") }]);
  });

  test("of the life before is not believed", async () => {
    const { world, bench, pids } = await started({ state: 2 });
    world.kill(pids.vrrp);
    world.child(pids.parent);
    await next(world, bench);
    expect(told(bench)).toBe("unknown by nothing");
  });

  test("says more transitions than two states show", async () => {
    const { world, bench, path } = await started({ state: 2, last_transition: 1 });
    rewritten(world, path, { state: 2, last_transition: 2 });
    await next(world, bench);
    await next(world, bench);
    expect(bench.counter("VI_1", "transitions")).toBe(1);
    rewritten(world, path, { state: 1, last_transition: 3 });
    await next(world, bench);
    expect(bench.counter("VI_1", "transitions")).toBe(2);
  });

  test("half written: what was read before still holds, as long as it is fresh", async () => {
    const { world, bench, path } = await started({ state: 2 });
    await next(world, bench);
    writeFileSync(path, '[{"data":{"iname":"VI_1","sta');
    utimesSync(path, world.io.now().clock, world.io.now().clock);
    await bench.tick();
    expect(told(bench)).toBe("master by data file");
    await next(world, bench);
    await next(world, bench);
    expect(bench.trouble("VI_1")).toContain("it is no JSON of keepalived, or not whole");
  });

  test("newer words of the FIFO count more, and the other way round", async () => {
    const world = new World();
    world.keepalived(confOf({ VI_1: [] }));
    await world.pass(60);
    const path = written(world, { state: 2 });
    const bench = benchOf(world, `DataFile=${path}`, `NotifyFifo=${FIFO}`);
    await next(world, bench);
    expect(told(bench)).toBe("master by data file");
    world.notify(line("VI_1", "FAULT"));
    await next(world, bench);
    expect(told(bench)).toBe("fault by notify FIFO");
    await world.pass(5);
    rewritten(world, path, { state: 1 });
    await next(world, bench);
    expect(told(bench)).toBe("backup by data file");
  });

  test.each([
    ["a directory", (path: string) => mkdirSync(path), "it is a directory, no regular file"],
    [
      "something else",
      (path: string) => writeFileSync(path, "hello"),
      "it is neither keepalived.json nor keepalived.data",
    ],
    ["too large", (path: string) => writeFileSync(path, " ".repeat(600_000)), "it has 600000 bytes, more than 524288"],
    ["nothing", () => undefined, "no such file or directory"],
  ])("%s: cannot read, with the reason", async (_, make, reason) => {
    const world = new World();
    world.keepalived(confOf({ VI_1: [] }));
    const path = join(home, `odd-${made++}`);
    make(path);
    const bench = benchOf(world, `DataFile=${path}`);
    await next(world, bench);
    expect(bench.text("keepalived.state[VI_1]")).toBe("5");
    expect(bench.trouble("VI_1")).toBe(`cannot use "${path}": ${reason}; no virtual address of it is known`);
    expect(bench.findings).toMatchObject([{ what: path, found: `cannot use "${path}": ${reason}` }]);
  });
});
