import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { wordsOfSvstat } from "../supervise-words.ts";
import { processes } from "./proc.ts";
import type { Program } from "./program.ts";
import { isSkipped, start, temporaryDirectory } from "./start.ts";
import { makeService, SLEEPER, STUBBORN, SuperviseBench, told } from "./supervise-sampling.ts";
import { waitFor } from "./wait.ts";

/** svscan with readproctitle, as svscanboot starts them. */
async function scanned(
  services: Readonly<Record<string, string>>,
): Promise<{ scan: string; bench: SuperviseBench; svscan: Program }> {
  const scan = temporaryDirectory();
  for (const [name, script] of Object.entries(services)) makeService(join(scan, name), script);
  const command = `exec svscan "$0" 2>&1 </dev/null | exec readproctitle service errors: ${".".repeat(400)}`;
  const last = join(scan, Object.keys(services).at(-1) ?? "", "supervise/status");
  const svscan = await start("sh", ["-c", command, scan], { ready: { path: last } });
  return { scan, bench: new SuperviseBench([scan]), svscan };
}

/** The process that svscan's pipeline started, by its whole command line. */
function pidOf({ pid }: Program, command: string): number {
  const found = processes().find((process) => process.session === pid && commandOf(process.pid) === command);
  if (found === undefined) throw new Error(`no "${command}"`);
  return found.pid;
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ").trim();
}

describe.skipIf(isSkipped("svscan"))("daemontools", () => {
  test("each command of svc is seen as svstat sees it", async () => {
    const { scan, bench } = await scanned({ web: SLEEPER, hard: STUBBORN });
    const svc = (flag: string, service: string) => told("svc", flag, join(scan, service));
    const svstat = (service: string) => async () => wordsOfSvstat(await told("svstat", join(scan, service)));
    const agree = (service: string, state: string) => bench.agrees(service, state, svstat(service));

    expect(await agree("web", "up")).toMatchObject({ supervisor: "daemontools", want: "up", normally_up: 1 });
    await svc("-p", "web");
    await agree("web", "paused");
    await svc("-c", "web");
    await agree("web", "up");
    await svc("-d", "web");
    expect(await agree("web", "down")).toMatchObject({ want: "down", uptime: 0, pid: 0 });
    writeFileSync(join(scan, "web/down"), "");
    expect(await agree("web", "down")).toMatchObject({ normally_up: 0 });
    await svc("-o", "web");
    expect(await agree("web", "up")).toMatchObject({ want: "once", downtime: 0 });
    await svc("-k", "web");
    expect(await agree("web", "down")).toMatchObject({ want: "once" });
    await svc("-u", "web");
    expect(await agree("web", "up")).toMatchObject({ want: "up", normally_up: 0 });
    await svc("-d", "hard");
    await agree("hard", "wants down but up");
    await svc("-k", "hard");
    await agree("hard", "down");
  });

  test("a crash between two samples shows, also one each second, and a dead supervisor is told", async () => {
    const { scan, bench, svscan } = await scanned({ crash: "exit 1", web: SLEEPER });
    await bench.until("web", "up");
    for (let ticks = 0; ticks < 4; ticks++) {
      const { pid } = await bench.until("crash", "up");
      await waitFor(async () => (await told("svstat", join(scan, "crash"))).match(/pid (\d+)/)?.[1] !== String(pid), {
        what: "another crash",
      });
      await bench.tick();
    }
    expect(Number(bench.text("supervise.restarts[crash,4s]"))).toBeGreaterThanOrEqual(2);
    expect(Number(bench.text("supervise.flapping[crash,4s]"))).toBeGreaterThanOrEqual(50);
    expect(bench.text("supervise.restarts[web,4s]")).toBe("0");
    const { pid } = bench.master("web");
    await told("svc", "-t", join(scan, "web"));
    await waitFor(async () => (await bench.until("web", "up")).pid !== pid, { what: "another process" });
    expect(bench.text("supervise.restarts[web,4s]")).toBe("1");

    process.kill(pidOf(svscan, `svscan ${scan}`), "SIGSTOP"); // or it would start another one
    process.kill(pidOf(svscan, "supervise web"), "SIGKILL");
    const dead = await bench.until("web", "supervisor dead");
    expect(dead.error).toMatch(
      /^nobody reads ".*\/web\/supervise\/ok"; process \d+ is still there, without a supervisor$/,
    );
    expect(await told("svstat", join(scan, "web"))).toContain("supervise not running");
    expect(bench.text("supervise.count[6]")).toBe("1");
  });

  test("readproctitle's errors, the new ones of a window, and the clear trick", async () => {
    const { scan, bench } = await scanned({ web: SLEEPER });
    await bench.until("web", "up");
    expect(bench.text("supervise.errors")).toBe("");
    await bench.tick();
    mkdirSync(join(scan, "bad"));
    const error = "supervise: fatal: unable to start bad/run: file does not exist";
    await waitFor(
      async () => {
        await bench.tick();
        return bench.text("supervise.errors").split("\n").includes(error);
      },
      { what: "the error", seconds: 8 },
    );
    expect(bench.text("supervise.errors.new[1s]")).toBe(error);
    expect(bench.text("supervise.errors.new[1s]")).toBe(error); // whoever asked before
    writeFileSync(join(scan, "bad/run"), `#!/bin/sh\n${SLEEPER}\n`, { mode: 0o755 });
    await bench.until("bad", "up");
    makeService(join(scan, "clear"), `echo ${".".repeat(400)} >&2; sleep 1000`);
    await waitFor(
      async () => {
        await bench.tick();
        return bench.text("supervise.errors") === "";
      },
      { what: "a clear title", seconds: 8 },
    );
    expect(bench.text("supervise.errors.new[1s]")).toBe("");
  });

  test("a log/ that came too late was never supervised, one that was there is a service", async () => {
    const scan = temporaryDirectory();
    makeService(join(scan, "web"), SLEEPER, { "log/run": "#!/bin/sh\nexec cat >/dev/null\n" });
    makeService(join(scan, "late"), SLEEPER);
    await start("svscan", [scan], { ready: { path: join(scan, "late/supervise/status") } });
    makeService(join(scan, "late/log"), "exec cat >/dev/null");
    const bench = new SuperviseBench([scan]);
    await bench.until("web:log", "up");
    await bench.until("late:log", "never supervised");
    expect(bench.text("supervise.log.state[web]")).toBe("1");
    expect(bench.text("supervise.log.state[late]")).toBe("8");
    expect(bench.findings).toMatchObject([{ what: join(scan, "late/log") }]);
    const rows = JSON.parse(bench.text("supervise.discovery")) as readonly Record<string, string>[];
    expect(rows.map((row) => [row["{#SERVICE}"], row["{#SUPERVISOR}"], row["{#LOG_OF}"]])).toEqual([
      ["late", "daemontools", ""],
      ["late:log", "", "late"],
      ["web", "daemontools", ""],
      ["web:log", "daemontools", "web"],
    ]);
  });
});
