import { execFileSync } from "node:child_process";
import { appendFileSync, renameSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LocalFiles } from "../../../../src/io/local-files.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { Bench } from "./bench.ts";
import { logIn, place, START, world } from "./world.ts";

function benchOf(path: string, more: Partial<LocalFiles> = {}): Bench {
  return new Bench(world(more), [`a.Path=${path}`, "Discover=0"]);
}

async function state(path: string, more: Partial<LocalFiles> = {}): Promise<string> {
  const bench = benchOf(path, more);
  await bench.tick();
  const sample = bench.samples.get("a");
  return `${bench.text("logdir.state[a]")} ${sample?.kind === "failed" ? sample.reason : ""}`.trim();
}

describe("what may stand in the way", () => {
  test("nothing there", async () => {
    expect(await state("/nowhere/at/all")).toBe('5 cannot read "/nowhere/at/all": no such file or directory');
  });

  test("a file where the directory should be", async () => {
    const path = join(place(), "file");
    writeFileSync(path, "");
    expect(await state(path)).toBe(`4 cannot read "${path}": it is a file, no directory`);
  });

  test("a FIFO where current should be, which nobody ever writes", async () => {
    const path = place();
    execFileSync("mkfifo", [join(path, "current")]);
    expect(await state(path)).toBe(`4 cannot read "${path}": "current" is a fifo, no regular file`);
  });

  test("a FIFO that takes the place of current between look and open", async () => {
    const path = place();
    execFileSync("mkfifo", [join(path, "current")]);
    const file = join(logIn(place()), "current");
    const facts: LocalFiles["facts"] = (at) => realFiles.facts(at.endsWith("/current") ? file : at);
    expect(await state(path, { facts })).toBe(`4 cannot read "${path}": it is no regular file`);
  });

  test("a loop of links", async () => {
    const path = place();
    symlinkSync("current", join(path, "current"));
    symlinkSync("loop", join(path, "loop"));
    expect(await state(path)).toMatch(/^4 .*too many symbolic links/);
    expect(await state(join(path, "loop"))).toMatch(/^4 .*too many symbolic links/);
  });

  test("the directory goes between its look and its list", async () => {
    const path = logIn(place());
    const names = () => ({ kind: "failed", code: "ENOENT", reason: "no such file or directory" }) as const;
    expect(await state(path, { names })).toMatch(/^5 /);
  });

  test("an error of the disk", async () => {
    const names = () => ({ kind: "failed", code: "EIO", reason: "i/o error" }) as const;
    const path = logIn(place());
    expect(await state(path, { names })).toBe(`4 cannot read "${path}": i/o error`);
  });

  test("a directory that is full of other things", async () => {
    const names = () => ({ kind: "ok", value: Array.from({ length: 10_001 }, (_, at) => `f${at}`) }) as const;
    expect(await state(logIn(place()), { names })).toMatch(/more than 10000 names/);
  });

  test("a closed file that is deleted between list and look is left out", async () => {
    const path = logIn(place(), 100);
    const names: LocalFiles["names"] = () => ({ kind: "ok", value: ["current", "@400000006b0229fb0de89d94.s"] });
    const bench = benchOf(path, { names });
    await bench.tick();
    expect(bench.text("logdir.bytes[a]")).toBe("100");
  });

  test("one bad directory does not touch the others", async () => {
    const good = logIn(place());
    const bench = new Bench(world(), ["bad.Path=/nowhere", `good.Path=${good}`, "Discover=0"]);
    await bench.tick();
    expect(bench.text("logdir.bytes[good]")).toBe("100");
    expect(bench.text("logdir.bytes[bad]")).toMatch(/^\(unknown: No good sample yet: cannot read "\/nowhere"/);
    expect(JSON.parse(bench.text("logdir.get[bad]"))).toMatchObject({ state: 5, state_text: "missing" });
  });
});

describe("rotation while we look", () => {
  test("current is renamed after it was opened: nothing counts twice, nothing is lost", async () => {
    const path = logIn(place(), 100);
    const rotated = "@400000006b0229fb0de89d94.s";
    let rotates = false;
    const names: LocalFiles["names"] = (directory) => {
      if (rotates && directory === path) {
        renameSync(join(path, "current"), join(path, rotated));
        writeFileSync(join(path, "current"), "new line\n");
        rotates = false;
      }
      return realFiles.names(directory);
    };
    const bench = benchOf(path, { names });
    await bench.tick();
    appendFileSync(join(path, "current"), "fifty\n");
    rotates = true;
    await bench.tick();
    await bench.tick();
    expect(bench.counter("a", "written")).toBe("fifty\n".length + "new line\n".length);
    expect(bench.counter("a", "rotations")).toBe(1);
    expect(statSync(join(path, rotated)).size).toBe(106);
  });

  test("a moment without current", async () => {
    const path = logIn(place(), 100);
    const bench = benchOf(path);
    await bench.tick();
    renameSync(join(path, "current"), join(path, "@400000006b0229fb0de89d94.s"));
    await bench.tick();
    writeFileSync(join(path, "current"), "new line\n");
    await bench.tick();
    expect(bench.counter("a", "written")).toBe(9);
  });

  test("a directory that was made anew is a new life: all of it was written since", async () => {
    const path = logIn(place(), 100);
    const bench = benchOf(path);
    await bench.tick();
    renameSync(path, `${path}.old`);
    logIn(path, 30);
    await bench.tick();
    expect(bench.counter("a", "written")).toBe(30);
    expect(bench.text("logdir.written[a,1s]")).toBe("30");
  });
});

test("after a restart only the step across it is not known, and it is not taken for 0", async () => {
  const path = logIn(place(), 100);
  const io = world();
  const bench = new Bench(io, [`a.Path=${path}`, "Discover=0"]);
  const write = async (bytes: number) => {
    appendFileSync(join(path, "current"), `${"x".repeat(bytes - 1)}\n`);
    await io.pass(1);
    await bench.tick();
    return bench.text("logdir.written[a,1s]");
  };
  await bench.tick();
  await write(50);
  expect(await write(500)).toBe("500");
  bench.restart();
  expect(await write(60)).toBe("(none: 0 of 1 second known.)");
  expect(await write(70)).toBe("70");
  expect(await write(7000)).toBe("7000");
});

describe("the newest line", () => {
  const ageOf = async (content: string, modified = START - 40) => {
    const path = place();
    writeFileSync(join(path, "current"), content, "latin1");
    utimesSync(join(path, "current"), modified, modified);
    const bench = benchOf(path);
    await bench.tick();
    return bench.text("logdir.age[a]");
  };

  /** TAI64N label of daemontools. */
  const label = (clock: number) => `@4${(clock + 10).toString(16).padStart(15, "0")}00000000`;

  test.each([
    ["a stamped line", `${label(START - 50)} x\n`, "50"],
    ["a stamped line, then one without newline", `${label(START - 50)} x\n${label(START - 41)} y`, "50"],
    ["no stamp: when the file was written", "hello\n", "40"],
    ["a line of 10,000 bytes", `${label(START - 50)} ${"x".repeat(10_000)}\n`, "50"],
    ["a line of 100,000 bytes: when the file was written", `${label(START - 50)} ${"x".repeat(100_000)}\n`, "40"],
    ["bytes of no encoding", "\xff\xfe\0\n", "40"],
    ["a stamp in the future", `${label(START + 9000)} x\n`, "0"],
    ["nothing", "", "(none: No line was written yet.)"],
    ["no whole line", "begun", "(none: No line was written yet.)"],
  ])("%s", async (_, content, want) => {
    expect(await ageOf(content)).toBe(want);
  });

  test("of an empty current is the last of the file before it", async () => {
    const path = logIn(place());
    renameSync(join(path, "current"), join(path, "@400000006b0229fb0de89d94.s"));
    writeFileSync(join(path, "current"), "");
    const bench = benchOf(path);
    await bench.tick();
    expect(bench.text("logdir.age[a]")).toBe("40");
  });

  test("that is stamped before the clock was set is as old as it was seen to be", async () => {
    const path = place();
    const io = world();
    writeFileSync(join(path, "current"), `${label(5)} x\n`);
    const bench = new Bench(io, [`a.Path=${path}`, "Discover=0"]);
    await bench.tick();
    appendFileSync(join(path, "current"), `${label(6)} y\n`);
    await io.pass(60);
    await bench.tick();
    expect(Number(bench.text("logdir.age[a]"))).toBeCloseTo(61, 5);
  });
});

describe("the logger", () => {
  const lockLine = (path: string, pid: number) => {
    const { dev, ino } = statSync(join(path, "lock"));
    const major = Math.floor(dev / 256) % 4096;
    const minor = (dev % 256) + Math.floor(dev / 2 ** 20) * 256;
    return `1: FLOCK  ADVISORY  WRITE ${pid} ${major.toString(16).padStart(2, "0")}:${minor.toString(16).padStart(2, "0")}:${ino} 0 EOF\n`;
  };

  test("holds the lock, or is not there", async () => {
    const path = logIn(place());
    writeFileSync(join(path, "lock"), "");
    const up = new Bench(world({}, lockLine(path, 4242)), [`a.Path=${path}`, "Discover=0"]);
    await up.tick();
    expect(up.text("logdir.state[a]")).toBe("1");
    expect(JSON.parse(up.text("logdir.get[a]"))).toMatchObject({ pid: 4242, state_text: "up" });
    const down = new Bench(world({}, ""), [`a.Path=${path}`, "Discover=0"]);
    await down.tick();
    expect(down.text("logdir.state[a]")).toBe("0");
    expect(down.text("logdir.blocked[a]")).toBe("0");
  });

  test("whose open files we may not see leaves the blocked item unsupported, with one finding", async () => {
    const path = logIn(place());
    writeFileSync(join(path, "lock"), "");
    const link = () => ({ kind: "failed", code: "EACCES", reason: "permission denied" }) as const;
    const bench = new Bench(world({ link }, lockLine(path, 4242)), [`a.Path=${path}`, "Discover=0"]);
    await bench.tick();
    expect(bench.text("logdir.blocked[a]")).toMatch(/^\(unknown: Permission denied at "\/proc\/4242\/fd"/);
    expect(bench.findings).toHaveLength(1);
    expect(bench.findings[0]?.what).toBe("writers of 1 log pipe");
    expect(bench.text("logdir.state[a]")).toBe("1");
  });
});
