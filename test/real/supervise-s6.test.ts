import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { wordsOfSvstat } from "../supervise-words.ts";
import { isSkipped, start, temporaryDirectory } from "./start.ts";
import { makeService, SLEEPER, STUBBORN, SuperviseBench, told } from "./supervise-sampling.ts";
import { waitFor } from "./wait.ts";

const RECORD_BYTES = 14;

describe.skipIf(isSkipped("s6-svscan"))("s6", () => {
  test("each command of s6-svc is seen as s6-svstat sees it", async () => {
    const scan = temporaryDirectory();
    makeService(join(scan, "web"), SLEEPER, { "log/run": "#!/bin/sh\nexec cat >/dev/null\n" });
    makeService(join(scan, "hard"), STUBBORN);
    await start("s6-svscan", [scan], { ready: { path: join(scan, "web/log/supervise/status") } });
    const bench = new SuperviseBench([scan]);
    const svc = (flag: string, service: string) => told("s6-svc", flag, join(scan, service));
    const svstat = (service: string) => async () => wordsOfSvstat(await told("s6-svstat", join(scan, service)));
    const agree = (service: string, state: string) => bench.agrees(service, state, svstat(service));

    expect(await agree("web", "up")).toMatchObject({ supervisor: "s6", want: "up", normally_up: 1 });
    expect(bench.text("supervise.exit[web]")).toBe("(none: No end of the program is known.)");
    await bench.until("web:log", "up");
    await svc("-p", "web");
    await agree("web", "paused");
    await svc("-c", "web");
    await agree("web", "up");
    await svc("-d", "web");
    expect(await agree("web", "down")).toMatchObject({ want: "down", uptime: 0, exit: 143 });
    await svc("-u", "web");
    await agree("web", "up");
    await svc("-O", "web");
    await svc("-k", "web");
    expect(await agree("web", "down")).toMatchObject({ exit: 137 });
    writeFileSync(join(scan, "web/down"), "");
    await svc("-u", "web");
    expect(await agree("web", "up")).toMatchObject({ normally_up: 0 });
    await svc("-d", "web");
    await agree("web", "down");
    await svc("-d", "hard");
    await agree("hard", "wants down but up");
    await svc("-k", "hard");
    await agree("hard", "down");
  });

  test("deaths between two samples are counted one by one, with their exit code", async () => {
    const scan = temporaryDirectory();
    const crash = makeService(join(scan, "crash"), "exit 111");
    await start("s6-svscan", [scan], { ready: { path: join(crash, "supervise/death_tally") } });
    const bench = new SuperviseBench([scan]);
    const deaths = () => Math.floor(readFileSync(join(crash, "supervise/death_tally")).length / RECORD_BYTES);
    const still = async () => {
      await told("s6-svc", "-d", crash);
      await bench.until("crash", "down");
      return deaths();
    };
    const before = await still();
    await told("s6-svc", "-u", crash);
    await waitFor(() => deaths() >= before + 3, { what: "three more deaths" });
    const after = await still();
    await bench.tick();
    expect(bench.text("supervise.restarts[crash,60s]")).toMatch(/^\(none/);
    const ticks = Number(/^\(none: (\d+) of/.exec(bench.text("supervise.restarts[crash,60s]"))?.[1]);
    expect(bench.text(`supervise.restarts[crash,${ticks}s]`)).toBe(String(after - before));
    expect(bench.text("supervise.exit[crash]")).toBe("111");
  });

  test("a program that says when it is ready, a finish script, and a dead s6-supervise", async () => {
    const scan = temporaryDirectory();
    const ready = join(scan, "go");
    const web = makeService(
      join(scan, "web"),
      `until [ -e ${ready} ]; do sleep 0.1; done; echo >&3; exec 3>&-; ${SLEEPER}`,
      {
        "notification-fd": "3\n",
        finish: "#!/bin/sh\nexec sleep 3\n",
      },
    );
    const supervisor = await start("s6-supervise", [web], { ready: { path: join(web, "supervise/control") } });
    const bench = new SuperviseBench([scan]);
    await bench.until("web", "starting or not ready");
    writeFileSync(ready, "");
    await bench.until("web", "up");
    await told("s6-svc", "-t", web);
    expect(await bench.until("web", "finishing")).toMatchObject({ exit: 143, pid: 0 });
    supervisor.signal("SIGKILL");
    expect(await bench.until("web", "supervisor dead")).toMatchObject({
      error: expect.stringContaining("supervise/control"),
    });
  });
});
