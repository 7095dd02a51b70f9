import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { LocalFiles } from "../../../../src/io/local-files.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { Bench } from "./bench.ts";
import { logIn, place, START, world } from "./world.ts";

describe("discovery from run scripts", () => {
  function services(): string {
    return place();
  }

  function service(scan: string, name: string, script: string): string {
    const log = join(scan, name, "log");
    mkdirSync(log, { recursive: true });
    writeFileSync(join(log, "run"), script);
    return log;
  }

  const MULTILOG = "#!/bin/sh\nexec setuidgid log multilog t ./main\n";

  test("names with spaces, brackets, quotes, newlines and bytes of no encoding", async () => {
    const scan = services();
    const names = ["plain", "with space", "br[ack]et", `quo'te"`, "new\nline", "ümlaut"];
    for (const name of names) logIn(join(service(scan, name, MULTILOG), "main"));
    const odd = Buffer.from(join(scan, "b\xff"), "latin1");
    mkdirSync(Buffer.concat([odd, Buffer.from("/log/main")]), { recursive: true });
    writeFileSync(Buffer.concat([odd, Buffer.from("/log/run")]), MULTILOG);
    const bench = new Bench(world(), [`Directories=${scan}`]);
    await bench.tick();
    expect(bench.names()).toHaveLength(7);
    for (const name of bench.names()) expect(name).toMatch(/^[A-Za-z0-9_.:-]{1,64}$/);
    for (const name of bench.names()) expect(bench.text(`logdir.state[${name}]`)).toBe("6");
    const rows = JSON.parse(bench.text("logdir.discovery")) as Record<string, string>[];
    expect(rows.map((row) => row["{#SERVICE}"]).sort()).toEqual(
      ["b\\xff", `br[ack]et`, "new\\x0aline", "plain", `quo'te"`, "with space", "ümlaut"].sort(),
    );
    expect(rows.map((row) => row["{#LOGGER}"])).toEqual(Array(7).fill("multilog"));
  });

  test("one directory by several ways is one target, under its real path", async () => {
    const scan = services();
    const other = services();
    logIn(join(service(scan, "web", MULTILOG), "main"));
    symlinkSync(join(scan, "web"), join(other, "linked"));
    const bench = new Bench(world(), [`Directories=${scan},${other}`, `mine.Path=${join(other, "linked/log/./main")}`]);
    await bench.tick();
    expect(bench.names()).toEqual(["mine"]);
    expect(bench.text("logdir.discovery")).toContain(`"{#PATH}":"${join(scan, "web/log/main")}"`);
  });

  test("a directory that is configured twice is there twice", async () => {
    const path = logIn(place());
    const bench = new Bench(world(), [`a.Path=${path}`, `b.Path=${path}/`, "Discover=0"]);
    await bench.tick();
    expect([bench.names(), bench.text("logdir.bytes[a]"), bench.text("logdir.bytes[b]")]).toEqual([
      ["a", "b"],
      "100",
      "100",
    ]);
  });

  test("whether it is normally down, and what it comes with", async () => {
    const scan = services();
    const log = service(scan, "web", "#!/bin/sh\nexec svlogd -tt main\n");
    logIn(join(log, "main"));
    writeFileSync(join(log, "down"), "");
    const bench = new Bench(world(), [`Directories=${scan}`]);
    await bench.tick();
    const [row] = JSON.parse(bench.text("logdir.discovery")) as Record<string, string>[];
    expect(row).toMatchObject({
      "{#LOGGER}": "svlogd",
      "{#SUPERVISOR}": "runit",
      "{#SERVICE}": "web",
      "{#HOME}": log,
      "{#NORMALLY_DOWN}": "1",
      "{#STATE}": "logger not known",
    });
  });

  test("a directory leaves after it was gone in three looks with nobody naming it, not before", async () => {
    const scan = services();
    logIn(join(service(scan, "web", MULTILOG), "main"));
    const bench = new Bench(world(), [`Directories=${scan}`]);
    await bench.tick();
    rmSync(join(scan, "web"), { recursive: true });
    const counts = [];
    for (let looks = 0; looks < 4; looks++) {
      await bench.tick();
      counts.push(bench.names().length);
    }
    expect(counts).toEqual([1, 1, 0, 0]);
  });

  test("a directory whose service went but which is there stays", async () => {
    const scan = services();
    const logs = logIn(place());
    service(scan, "web", `#!/bin/sh\nexec multilog t ${logs}\n`);
    const bench = new Bench(world(), [`Directories=${scan}`]);
    await bench.tick();
    rmSync(join(scan, "web"), { recursive: true });
    for (let looks = 0; looks < 5; looks++) await bench.tick();
    expect(bench.names()).toHaveLength(1);
    expect(bench.collector.forget(bench.names()[0] ?? "")).toBe(true);
    await bench.tick();
    expect(bench.names()).toEqual([]);
  });

  test("a scan directory that cannot be listed is an error, never a shorter list", async () => {
    const scan = services();
    logIn(join(service(scan, "web", MULTILOG), "main"));
    let broken = false;
    const names: LocalFiles["names"] = (path) =>
      broken && path === scan ? { kind: "failed", code: "EIO", reason: "i/o error" } : realFiles.names(path);
    const bench = new Bench(world({ names }), [`Directories=${scan}`]);
    await bench.tick();
    const [name] = bench.names();
    broken = true;
    await bench.tick();
    expect(bench.text("logdir.discovery")).toBe(`(unknown: Cannot list "${scan}": i/o error.)`);
    expect(bench.text(`logdir.bytes[${name}]`)).toBe("100");
    expect(bench.findings.map(({ what }) => what)).toContain(scan);
    broken = false;
    await bench.tick();
    expect(bench.names()).toEqual([name]);
  });

  test("what was found in an earlier life is found again, whatever bytes it has", async () => {
    const scan = services();
    const odd = join(scan, "b\xff");
    mkdirSync(Buffer.from(join(odd, "log/main"), "latin1"), { recursive: true });
    writeFileSync(Buffer.from(join(odd, "log/run"), "latin1"), MULTILOG);
    const bench = new Bench(world(), [`Directories=${scan}`]);
    await bench.tick();
    const remembered = new Map([...bench.remembered].map(([name, labels]) => [name, { labels, seen: START }]));
    expect(remembered.size).toBe(1);
    const next = new Bench(world(), ["Directories="], remembered);
    await next.tick();
    expect(next.names()).toEqual(bench.names());
    expect(next.text("logdir.state")).toBe("6");
  });

  test("5,000 services cost their share of a tick only once", async () => {
    const scan = "/scan";
    let looks = 0;
    const all = Array.from({ length: 5000 }, (_, at) => `s${at}`);
    const missing = { kind: "failed", code: "ENOENT", reason: "no such file or directory" } as const;
    const files: Partial<LocalFiles> = {
      names: (path) => (path === scan ? { kind: "ok", value: all } : missing),
      real: (path) => ({ kind: "ok", value: path }),
      facts: () => {
        looks++;
        return missing;
      },
      read: () => missing,
    };
    const io = world(files);
    const bench = new Bench({ ...io, now: () => ({ clock: START, mono: 1 }) }, [`Directories=${scan}`]);
    await bench.tick();
    const first = looks;
    await bench.tick();
    expect(first).toBe(10_000);
    expect(looks - first).toBe(1000);
  });
});
