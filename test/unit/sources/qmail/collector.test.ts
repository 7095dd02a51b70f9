import { mkdirSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LocalFiles } from "../../../../src/io/local-files.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { qmail } from "../../../../src/sources/qmail/qmail.ts";
import { SourceBench } from "../bench.ts";
import { benchOf, next, type QmailBench, running, SENDER } from "./bench.ts";
import { FakeQueue, place, World } from "./world.ts";

describe("messages", () => {
  test.each([
    ["23 directories", { split: 23 }],
    ["one", { split: 1 }],
    ["211", { split: 211 }],
    ["todo split like mess", { split: 23, isTodoSplit: true }],
  ])("are counted in the layout with %s", async (_, layout) => {
    const { world, queue, bench } = running(layout);
    for (let made = 0; made < 50; made++) queue.add({ remote: made < 30, local: made >= 30 });
    for (let made = 0; made < 7; made++) queue.add({ todo: true });
    await next(world, bench);
    expect(bench.text("qmail.queue.size")).toBe("57");
    expect(bench.text("qmail.queue.todo[qmail]")).toBe("7");
    expect(bench.text("qmail.queue.remote")).toBe("30");
    expect(bench.text("qmail.queue.local")).toBe("20");
    expect(bench.text("qmail.state")).toBe("1");
  });

  test("an empty queue has 0", async () => {
    const { world, bench } = running();
    await next(world, bench);
    expect(["size", "todo", "local", "remote"].map((part) => bench.text(`qmail.queue.${part}`))).toEqual(
      Array(4).fill("0"),
    );
  });

  test("most and growth over a window", async () => {
    const { world, queue, bench } = running();
    await next(world, bench);
    const numbers = [queue.add(), queue.add(), queue.add()];
    await next(world, bench);
    for (const inode of numbers.slice(1)) unlinkSync(queue.file("mess", inode));
    await next(world, bench);
    expect(bench.text("qmail.queue.size.max[,2s]")).toBe("3");
    expect(bench.text("qmail.queue.growth[,2s]")).toBe("1");
    expect(bench.text("qmail.queue.growth[,1s]")).toBe("-2");
    expect(bench.text("qmail.queue.growth[,10s]")).toBe("(none: 2 of 10 seconds known.)");
  });

  test("directories that have not changed for long are not counted again; a change in any is seen", async () => {
    const { world, queue, bench } = running();
    for (let made = 0; made < 40; made++) queue.add();
    await world.pass(60);
    await bench.tick();
    world.counted.length = 0;
    await next(world, bench);
    expect(world.counted).toEqual([]);
    const number = queue.add();
    await next(world, bench);
    expect(bench.text("qmail.queue.size")).toBe("41");
    expect(world.counted).toEqual([join(queue.file("mess", number), "..")]);
  });

  test("a directory that was changed a moment ago is counted again, whatever its time says", async () => {
    const { queue, bench } = running({ split: 1 });
    queue.add();
    const directory = join(queue.path, "mess/0");
    const now = Math.floor(Date.now() / 1000);
    utimesSync(directory, now, now);
    await bench.tick();
    queue.add();
    utimesSync(directory, now, now); // within one tick of the kernel's clock
    await bench.tick();
    expect(bench.text("qmail.queue.size")).toBe("2");
  });

  test("parts that may not be read are not supported and say why; the others are counted", async () => {
    const { world, queue, bench } = running();
    queue.add({ remote: true });
    const shut = shutting(`${queue.path}/remote`);
    (bench.io as { files: LocalFiles }).files = shut;
    await next(world, bench);
    expect(bench.text("qmail.queue.size")).toBe("1");
    expect(bench.text("qmail.queue.remote")).toMatch(/^\(unknown: Permission denied at ".*\/remote"/);
    expect(JSON.parse(bench.text("qmail.get"))).not.toHaveProperty("remote");
  });

  test("a queue that may not be read: cannot read, with the command that mends it", async () => {
    const { world, queue, bench } = running();
    (bench.io as { files: LocalFiles }).files = shutting(`${queue.path}/mess`);
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("2");
    expect(bench.findings).toMatchObject([{ what: `${queue.path}/mess`, mend: expect.stringContaining("setfacl") }]);
    expect(bench.trouble("qmail")).toContain("permission denied");
  });

  test("a queue that takes longer than a tick is counted over several", async () => {
    const { world, queue } = running({ split: 4 });
    for (let made = 0; made < 8; made++) queue.add();
    await world.pass(60);
    let budget = 3;
    const abort = { current: new AbortController() };
    const io = {
      ...world.io,
      countAside: (directory: string, signal: AbortSignal) => {
        if (--budget === 0) abort.current.abort();
        return world.io.countAside(directory, signal);
      },
    };
    const samples: string[] = [];
    const collector = new SourceBench(qmail, io, { lines: [`Queue=${queue.path}`] }).collector;
    for (let tries = 0; tries < 2; tries++) {
      abort.current = new AbortController();
      await collector.collect(
        { slot: tries, stamp: io.now(), seconds: 1, deadline: abort.current.signal },
        {
          sample: (sample) =>
            samples.push(sample.kind === "failed" ? sample.reason : String(sample.numbers.get("size"))),
          roster: () => undefined,
          remember: () => undefined,
          finding: () => undefined,
        },
      );
      budget = Number.POSITIVE_INFINITY;
    }
    expect(samples).toEqual([
      `"${queue.path}" was not counted in time; what has been counted is kept for the next try`,
      "8",
    ]);
    expect(world.counted.filter((path) => path.endsWith("mess/0"))).toHaveLength(1);
  });

  test("one that is not there says so, however late that is found", async () => {
    const world = new World();
    const collector = new SourceBench(qmail, world.io, { lines: ["Queue=/nowhere/queue"] }).collector;
    const reasons: string[] = [];
    const late = { slot: 1, stamp: world.io.now(), seconds: 1, deadline: AbortSignal.abort() };
    await collector.collect(late, {
      sample: (sample) => reasons.push(sample.kind === "failed" ? sample.reason : "good"),
      roster: () => undefined,
      remember: () => undefined,
      finding: () => undefined,
    });
    expect(reasons).toEqual(['cannot read "/nowhere/queue/mess": no such file or directory']);
  });
});

/** The disk, but below this path nothing may be seen. */
function shutting(path: string): LocalFiles {
  const denied = { kind: "failed", code: "EACCES", reason: "permission denied" } as const;
  return {
    ...realFiles,
    facts: (at) => (at.startsWith(`${path}/`) ? denied : realFiles.facts(at)),
    names: (at) => (at.startsWith(path) ? denied : realFiles.names(at)),
  };
}

describe("what may stand at the queue's place", () => {
  test("nothing: missing", async () => {
    const world = new World();
    const bench = benchOf(world, `Queue=${place()}`);
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("3");
    expect(bench.text("qmail.queue.size")).toMatch(/^\(unknown: No good sample yet: cannot read/);
  });

  test("a file: cannot read", async () => {
    const world = new World();
    const path = place();
    mkdirSync(path);
    writeFileSync(join(path, "mess"), "");
    const bench = benchOf(world, `Queue=${path}`);
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("2");
    expect(bench.trouble("qmail")).toBe(`cannot read "${path}/mess": not a directory`);
  });

  test("stray files beside the numbered directories do not count", async () => {
    const { world, queue, bench } = running({ split: 2 });
    queue.add();
    writeFileSync(join(queue.path, "mess/7"), "");
    writeFileSync(join(queue.path, "mess/.nfs1"), "");
    await next(world, bench);
    expect(bench.text("qmail.queue.size")).toBe("1");
  });
});

describe("qmail-send", () => {
  test("runs while its lock is held", async () => {
    const { world, queue, bench } = running();
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("1");
    world.unlock(SENDER);
    queue.add();
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("0");
    expect(bench.trouble("qmail")).toBe("qmail-send does not run");
    expect(bench.text("qmail.queue.size")).toBe("1");
    expect(bench.text("qmail.slots.remote.used")).toBe("(none: Qmail-send does not run.)");
  });

  test("of another queue is not ours", async () => {
    const { world, queue, bench } = running();
    const other = new FakeQueue();
    world.unlock(SENDER);
    world.lock(other.mutex, SENDER, "qmail-send");
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("0");
    const both = benchOf(world, `Queue=${queue.path}`, `second.Queue=${other.path}`);
    await next(world, both);
    expect([both.text("qmail.state"), both.text("qmail.state[second]")]).toEqual(["0", "1"]);
    expect(both.names()).toEqual(["qmail", "second"]);
  });

  test("is not known where nobody can see locks", async () => {
    const { world, bench } = running();
    world.areLocksReadable = false;
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("4");
    expect(bench.trouble("qmail")).toBe("/proc/locks cannot be read");
    expect(bench.text("qmail.queue.size")).toBe("0");
  });

  test("whose lock file may not be seen is told by its name, as long as there is only one", async () => {
    const { world, queue, bench } = running();
    const files = shutting(`${queue.path}/lock`);
    (bench.io as { files: LocalFiles }).files = files;
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("1");
    const second = new FakeQueue();
    const both = benchOf(world, `Queue=${queue.path}`, `second.Queue=${second.path}`);
    (both.io as { files: LocalFiles }).files = files;
    await next(world, both);
    expect([both.text("qmail.state"), both.text("qmail.state[second]")]).toEqual(["4", "0"]);
    world.unlock(SENDER);
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("0");
    world.isHidden = true;
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("4");
  });
});

describe("which queues there are", () => {
  test("none: nothing is listed, nothing is said", async () => {
    const bench = benchOf(new World());
    await bench.tick();
    expect([bench.text("qmail.discovery"), bench.findings]).toEqual(["[]", []]);
  });

  test("the usual one is found, remembered, and stays when it is gone, until it is forgotten", async () => {
    const { world, queue } = running();
    let isThere = true;
    const usual = (path: string) => (isThere ? path.replace("/var/qmail/queue", queue.path) : path);
    const files = {
      ...realFiles,
      facts: (path: string) => realFiles.facts(usual(path)),
      names: (path: string) => realFiles.names(usual(path)),
    };
    const io = {
      ...world.io,
      files,
      countAside: (path: string, signal: AbortSignal) => world.io.countAside(usual(path), signal),
    };
    const bench = new SourceBench(qmail, io);
    queue.add();
    await bench.tick();
    expect(bench.text("qmail.queue.size")).toBe("1");
    expect(JSON.parse(bench.text("qmail.discovery"))).toEqual([
      { "{#QMAIL}": "qmail", "{#QUEUE}": "/var/qmail/queue", "{#LOG}": "", "{#STATE}": "up" },
    ]);
    expect([...bench.remembered.keys()]).toEqual(["qmail"]);
    isThere = false;
    await next(world, bench as QmailBench);
    expect(bench.text("qmail.state")).toBe("3");
    expect(bench.collector.forget("qmail")).toBe(true);
    await next(world, bench as QmailBench);
    expect(bench.names()).toEqual([]);
  });

  test("what is configured is not forgotten", () => {
    const { bench } = running();
    expect([bench.collector.forget("qmail"), bench.collector.forget("none")]).toEqual([false, false]);
  });
});
