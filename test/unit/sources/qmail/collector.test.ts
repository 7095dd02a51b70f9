import {
  appendFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LocalFiles } from "../../../../src/io/local-files.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { qmail } from "../../../../src/sources/qmail/qmail.ts";
import { SourceBench } from "../bench.ts";
import { FakeQueue, logOf, place, tai64n, World } from "./world.ts";

const SENDER = 100;
const LOGGER = 101;

function benchOf(world: World, ...lines: readonly string[]) {
  return new SourceBench(qmail, world.io, { lines });
}

type QmailBench = ReturnType<typeof benchOf>;

async function next(world: World, bench: QmailBench): Promise<void> {
  await world.pass(1);
  await bench.tick();
}

function status(world: World, used: number, secondsAgo = 0): string {
  return `${tai64n(world.io.now().clock - secondsAgo)} status: local 1/10 remote ${used}/20`;
}

/** A qmail that runs: its queue, its log, and what they are sampled with. */
function running({ split = 23, isTodoSplit = false } = {}) {
  const world = new World();
  const queue = new FakeQueue({ split, isTodoSplit });
  const log = logOf(status(world, 5));
  world.lock(queue.mutex, SENDER, "qmail-send");
  world.lock(join(log, "lock"), LOGGER, "multilog");
  const bench = benchOf(world, `Queue=${queue.path}`, `Log=${log}`);
  return { world, queue, log, bench };
}

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
    await bench.tick();
    const directory = join(queue.path, "mess/0");
    const { atime, mtime } = statSync(directory);
    queue.add();
    utimesSync(directory, atime, mtime); // within one tick of the kernel's clock
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
    world.unlock(SENDER);
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("0");
    world.isHidden = true;
    await next(world, bench);
    expect(bench.text("qmail.state")).toBe("4");
  });
});

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
