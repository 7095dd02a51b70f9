import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { wordsOfSv } from "../supervise-words.ts";
import { isSkipped, run, start, temporaryDirectory } from "./start.ts";
import { makeService, SLEEPER, STUBBORN, SuperviseBench, told } from "./supervise-sampling.ts";
import { waitFor } from "./wait.ts";

describe.skipIf(isSkipped("runsvdir"))("runit", () => {
  test("each command of sv is seen as sv sees it", async () => {
    const scan = temporaryDirectory();
    makeService(join(scan, "web"), SLEEPER, { "log/run": "#!/bin/sh\nexec cat >/dev/null\n" });
    makeService(join(scan, "hard"), STUBBORN);
    await start("runsvdir", [scan], { ready: { path: join(scan, "web/log/supervise/status") } });
    const bench = new SuperviseBench([scan]);
    const sv = (command: string, service: string) => run("sv", ["-w", "0", command, join(scan, service)]);
    const status = (service: string) => async () => wordsOfSv(await told("sv", "status", join(scan, service)));
    const agree = (service: string, state: string) => bench.agrees(service, state, status(service), "down");

    expect(await agree("web", "up")).toMatchObject({ supervisor: "runit", want: "up", normally_up: 1 });
    await bench.until("web:log", "up");
    await sv("pause", "web");
    await agree("web", "paused");
    await sv("cont", "web");
    await agree("web", "up");
    await sv("once", "web");
    expect(await bench.until("web", "up")).toMatchObject({ want: "once" });
    await agree("web", "up");
    await sv("kill", "web");
    expect(await agree("web", "down")).toMatchObject({ want: "down", uptime: 0 });
    writeFileSync(join(scan, "web/down"), "");
    await sv("up", "web");
    expect(await agree("web", "up")).toMatchObject({ want: "up", normally_up: 0 });
    await sv("down", "web");
    expect(await agree("web", "down")).toMatchObject({ normally_up: 0, want: "down" });
    await sv("down", "hard");
    await agree("hard", "wants down but up");
    await sv("kill", "hard");
    await agree("hard", "down");
  });

  test("a finish script is neither up nor down, and a dead runsv is told", async () => {
    const scan = temporaryDirectory();
    makeService(join(scan, "slow"), SLEEPER, { finish: "#!/bin/sh\nexec sleep 1000\n" });
    const runsv = await start("runsv", [join(scan, "slow")], { ready: { path: join(scan, "slow/supervise/ok") } });
    const bench = new SuperviseBench([scan]);
    await bench.until("slow", "up");
    await run("sv", ["-w", "0", "term", join(scan, "slow")]);
    expect(await bench.until("slow", "finishing")).toMatchObject({ pid: 0, uptime: 0 });
    expect(await told("sv", "status", join(scan, "slow"))).toMatch(/^finish: /);
    runsv.signal("SIGKILL");
    expect(await bench.until("slow", "supervisor dead")).toMatchObject({
      error: expect.stringContaining("supervise/ok"),
    });
    expect((await run("sv", ["status", join(scan, "slow")])).stdout).toContain("runsv not running");
  });

  test("what runsvdir shows in its title, crash after crash", async () => {
    const scan = temporaryDirectory();
    makeService(join(scan, "crash"), "echo crash: cannot bind port >&2; exit 1");
    await start("runsvdir", ["-P", scan, `log: ${".".repeat(300)}`], {
      ready: { path: join(scan, "crash/supervise/ok") },
    });
    const bench = new SuperviseBench([scan]);
    await waitFor(
      async () => {
        await bench.tick();
        return bench.text("supervise.errors").includes("crash: cannot bind port");
      },
      { what: "the error" },
    );
    const before = bench.text("supervise.errors").split("\n").length;
    await waitFor(
      async () => {
        await bench.tick();
        return bench.text("supervise.errors.new[1s]") !== "";
      },
      { what: "one more" },
    );
    expect(bench.text("supervise.errors.new[1s]")).toBe("crash: cannot bind port");
    expect(bench.text("supervise.errors").split("\n")).toHaveLength(before + 1);
  });
});
