import { appendFileSync, mkdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { realFiles } from "../../../../src/io/real-files.ts";
import { nameInDirectory, segmentDirectory, spoolName } from "../../../../src/sources/rsyslog/spool/layout.ts";
import { START, World } from "./world.ts";

const names: readonly (readonly [string, ReturnType<typeof spoolName>])[] = [
  ["fwdq.00000001", { prefix: "fwdq", kind: "segment" }],
  ["a.b.123456789", { prefix: "a.b", kind: "segment" }],
  ["fwdq.qi", { prefix: "fwdq", kind: "state" }],
  ["fwdq.da-engine", { prefix: "fwdq", kind: "state" }],
  ["fwdq.1", undefined],
  ["imfile-state:123", undefined],
  [".00000001", undefined],
  ["", undefined],
];
for (const [name, want] of names) test(`spoolName: ${name}`, () => expect(spoolName(name)).toEqual(want));

test("the directory of the newer layout", () => {
  expect(segmentDirectory("fwdq.segq")).toBe("fwdq");
  expect(segmentDirectory("fwdq.qi")).toBeUndefined();
  expect(nameInDirectory("segment-00000000000000000001.seg", "fwdq").kind).toBe("segment");
  expect(nameInDirectory("segment-00000000000000000002.open", "fwdq").kind).toBe("segment");
  expect(nameInDirectory("state", "fwdq").kind).toBe("state");
});

const CONFIGURATION = `global(workDirectory="@/spool")
module(load="impstats" log.file="@/stats.log")
main_queue(queue.type="LinkedList" queue.size="1000" queue.filename="mainq" queue.maxDiskSpace="1m")`;

const queue = (size: number, disk: number) => ({
  "core.queue main Q[DA]": { size: disk, enqueued: disk, full: 0, "discarded.full": 0, "discarded.nf": 0 },
  "core.queue main Q": { size, enqueued: size + disk, full: 0, "discarded.full": 0, "discarded.nf": 0 },
});

/** A rsyslogd with a disk-assisted main queue that has reported twice. */
async function world(size: number, disk: number, more: Partial<ConstructorParameters<typeof World>[1]> = {}) {
  const made = new World(["Stats=auto"], { step: 10, configuration: CONFIGURATION, ...more });
  mkdirSync(join(made.directory, "spool"));
  for (let n = 0; n < 3; n++) {
    made.report(queue(size, disk));
    await made.ticks(1, 10);
  }
  return made;
}

function segment(made: World, name: string, bytes: number, age = 0): void {
  const path = join(made.directory, "spool", name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, "x".repeat(bytes));
  utimesSync(path, made.clock - age, made.clock - age);
}

describe("a spool directory", () => {
  test("empty", async () => {
    const { bench } = await world(0, 0);
    expect(bench.text("rsyslog.spool.state")).toBe("0");
    expect(bench.text("rsyslog.spool.bytes")).toBe("0");
    expect(bench.text("rsyslog.spool.oldest")).toBe("(none: No queue has messages in files.)");
    expect(bench.text("rsyslog.spool.leftovers")).toBe("0");
  });

  test("in use: sizes, the oldest segment, growth; what is no queue's does not count", async () => {
    const made = await world(10, 100);
    segment(made, "mainq.00000001", 60_000, 50);
    segment(made, "mainq.00000002", 20_000, 20);
    segment(made, "mainq.qi", 500, 90);
    segment(made, "imfile-state:1", 9999, 500);
    await made.ticks(1, 10);
    appendFileSync(join(made.directory, "spool/mainq.00000002"), "y".repeat(1000));
    await made.ticks(1, 10);
    expect(made.bench.text("rsyslog.spool.bytes")).toBe("81500");
    expect(made.bench.text("rsyslog.spool.files")).toBe("3");
    expect(made.bench.text("rsyslog.spool.oldest")).toBe("70");
    expect(made.bench.text("rsyslog.spool.growth[,10s]")).toBe("100");
    expect(made.bench.text("rsyslog.spool.state")).toBe("1");
    expect(made.bench.text("rsyslog.spool.leftovers")).toBe("0");
  });

  test("the age is in whole seconds for the master, too: servers take no fraction for it", async () => {
    const made = await world(10, 100);
    segment(made, "mainq.00000001", 60_000, 50.4);
    await made.ticks(1, 10);
    expect(made.bench.json("rsyslog.spool.get")["oldest"]).toBe(60);
    expect(made.bench.text("rsyslog.spool.oldest")).toBe("60");
  });

  test("in the newer layout", async () => {
    const made = await world(10, 100);
    segment(made, "mainq.segq/segment-00000000000000000001.seg", 3000);
    segment(made, "mainq.segq/segment-00000000000000000002.open", 100);
    segment(made, "mainq.segq/state", 512);
    segment(made, "mainq.da-engine", 40);
    await made.ticks(1, 10);
    expect(made.bench.text("rsyslog.spool.bytes")).toBe("3652");
    expect(made.bench.json("rsyslog.queue.get")["disk_bytes"]).toBe(3100);
  });

  test("leftovers: of a queue that is empty, and of one that is no more", async () => {
    const made = await world(0, 0);
    segment(made, "mainq.00000007", 1000);
    segment(made, "oldq.00000001", 1000);
    await made.ticks(1, 10);
    expect(made.bench.text("rsyslog.spool.leftovers")).toBe("2");
    expect(made.bench.text("rsyslog.spool.state")).toBe("2");
  });

  test("while the reports are too old, nobody knows what is left over", async () => {
    const made = await world(0, 0);
    segment(made, "mainq.00000007", 1000);
    await made.ticks(10, 10);
    expect(made.bench.text("rsyslog.spool.leftovers")).toBe("(none: Which queue has which files is not known.)");
    expect(made.bench.text("rsyslog.spool.bytes")).toBe("1000");
  });

  test("a file that vanishes between the list and the look", async () => {
    const facts: typeof realFiles.facts = (path) => {
      if (path.endsWith("mainq.00000001")) rmSync(path, { force: true });
      return realFiles.facts(path);
    };
    const made = await world(10, 100, { files: { facts } });
    segment(made, "mainq.00000001", 1000);
    segment(made, "mainq.00000002", 2000);
    await made.ticks(1, 10);
    expect(made.bench.text("rsyslog.spool.bytes")).toBe("2000");
  });

  test("that may not be read is a finding with what mends it, and says so in every item", async () => {
    const names: typeof realFiles.names = (path) =>
      path.endsWith("/spool") ? { kind: "failed", code: "EACCES", reason: "permission denied" } : realFiles.names(path);
    const made = await world(10, 100, {
      files: { names },
      io: {
        access: () => ({ mode: 0o700, uid: 0, gid: 0 }),
        readText: (path) =>
          path === "/proc/self/status"
            ? "Uid:\t999\t999\t999\t999\n"
            : path === "/etc/passwd"
              ? "root:x:0:\ntidemark:x:999:\n"
              : undefined,
      },
    });
    expect(made.bench.text("rsyslog.spool.bytes")).toContain("mode 0700, owner root, tidemark runs as tidemark");
    expect(made.bench.text("rsyslog.spool.state")).toBe("3");
    expect(made.bench.findings.map(({ mend }) => mend)).toEqual([`setfacl -m u:tidemark:rx ${made.directory}/spool`]);
    expect(made.bench.text("rsyslog.queue.size")).toBe("110"); // which needs no files
  });

  test("that is missing", async () => {
    const made = await world(10, 100);
    rmSync(join(made.directory, "spool"), { recursive: true });
    await made.ticks(1, 10);
    expect(made.bench.text("rsyslog.spool.state")).toBe("4");
    expect(made.bench.text("rsyslog.spool.get")).toContain('"state_text":"missing"');
  });

  test("is none where no queue has files", async () => {
    const made = new World(["Stats=auto"], {
      configuration: 'global(workDirectory="@")\nmodule(load="impstats" log.file="@/stats.log")',
    });
    await made.ticks(2, 1);
    expect(made.bench.text("rsyslog.spool.discovery")).toBe("[]");
  });
});

describe("room on disk", () => {
  test("is measured in messages of the length of those that are there", async () => {
    const made = await world(10, 100);
    segment(made, "mainq.00000001", 52_428); // a twentieth of a mebibyte for 100 messages
    await made.ticks(1, 10);
    expect(made.bench.text("rsyslog.queue.capacity[,disk]")).toBe(String(2 ** 20));
    const { pused } = made.bench.json("rsyslog.queue.get") as { readonly pused: number };
    expect(pused).toBeCloseTo((100 * 110) / (110 + 1900), 1);
  });

  test("is what the file system has left where that is less", async () => {
    const made = await world(10, 100, { files: { freeBytes: () => ({ kind: "ok", value: 1000 }) } });
    segment(made, "mainq.00000001", 50_000);
    await made.ticks(1, 10);
    expect(made.bench.text("rsyslog.queue.capacity[,disk]")).toBe("51000");
  });
});

test("START is the captured run's", () =>
  expect(new Date(START * 1000).toISOString()).toBe("2026-11-21T23:35:13.000Z"));
