import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BootedSystemd, canBoot } from "./booted-systemd.ts";
import { bundle, isSkipped, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const STALLED_TICKS = fileURLToPath(new URL("fixtures/stalled-ticks.mjs", import.meta.url));
const SYSTEMD = fileURLToPath(new URL("../../systemd/", import.meta.url));
const PORT = "10055";
const WATCHDOG_SECONDS = 3;

/**
 * The unit as it is, but for the program's path and what it preloads, its user, the place of its state, a shorter watchdog, and mounts, which
 * are not to be had in a container.
 */
function unit(): string {
  return readFileSync(join(SYSTEMD, "tidemark.service"), "utf8")
    .replace("[Unit]", "[Unit]\nDefaultDependencies=no")
    .replace("[Service]", "[Service]\nEnvironment=NODE_OPTIONS=--import=/run/stalled-ticks.mjs")
    .replace(/ tidemark run$/m, ` ${process.execPath} /run/dist/tidemark.js run -c /run/tidemark.conf`)
    .replace("User=tidemark", "User=nobody")
    .replace(/^WatchdogSec=.*$/m, `WatchdogSec=${WATCHDOG_SECONDS}\nTimeoutAbortSec=1`)
    .replaceAll(/^(StateDirectory|Protect|Private).*$/gm, "");
}

function socketUnit(): string {
  return readFileSync(join(SYSTEMD, "tidemark.socket"), "utf8").replace("[Unit]", "[Unit]\nDefaultDependencies=no");
}

const CONFIG =
  "Schedule=* * * * * *\nTimeout=1\nHistory=60s\nListenIP=0.0.0.0\nStateDir=/run/tidemark/state\nLogDir.Discover=no\nDebugLevel=4\n";

describe.skipIf(!canBoot() || isSkipped("zabbix_get"))("the unit, started (needs root and a cgroup v2)", () => {
  let systemd: BootedSystemd;

  const shown = async (name: string) => (await systemd.show("tidemark.service")).get(name);
  const ask = (key: string) => systemd.inside("zabbix_get", "-s", "127.0.0.1", "-p", PORT, "-k", key);
  const pid = async () => Number(await shown("MainPID"));

  beforeAll(async () => {
    const config = join(temporaryDirectory(), "tidemark.conf");
    writeFileSync(config, CONFIG);
    systemd = await BootedSystemd.boot({ "tidemark.service": unit(), "tidemark.socket": socketUnit() });
    await systemd.inside("cp", "-r", dirname(bundle()), "/run/dist");
    await systemd.inside("cp", config, "/run/tidemark.conf");
    await systemd.inside("cp", STALLED_TICKS, "/run/stalled-ticks.mjs");
  });
  afterAll(() => systemd.end());

  test("is ready when it answers, runs under its own restrictions, and reloads", async () => {
    const ticks = () => waitFor(() => systemd.has("/run/tidemark/v/.expiry"), { what: "value files of a tick" });
    await systemd.systemctl("start", "tidemark.service");
    expect(await shown("SubState")).toBe("running");
    expect(await ask("agent.ping")).toBe("1");
    await ticks();
    expect(systemd.has("/run/tidemark/tidemark.sock")).toBe(true);
    expect(systemd.has("/run/tidemark/state/lock")).toBe(true);
    await systemd.systemctl("reload", "tidemark.service");
    await systemd.inside("rm", "/run/tidemark/v/.expiry");
    await ticks();
    expect([await shown("SubState"), await shown("NRestarts")]).toEqual(["running", "0"]);
  });

  test("feeds its watchdog itself, and is started anew when it hangs", async () => {
    const fed = async () => Number(await shown("WatchdogTimestampMonotonic")) / 1e6;
    const first = await fed();
    await waitFor(async () => (await fed()) > first + WATCHDOG_SECONDS, { what: "the watchdog to be fed twice" });
    expect(await shown("NRestarts")).toBe("0");
    const hung = await pid();
    await systemd.inside("kill", "-STOP", String(hung));
    await waitFor(async () => (await shown("NRestarts")) === "1", { what: "a restart by the watchdog", seconds: 15 });
    await waitFor(async () => (await shown("SubState")) === "running" && (await pid()) !== hung, {
      what: "a new life",
    });
    expect(await ask("agent.ping")).toBe("1");
  });

  test("is started anew when its ticks stall, though it answers", async () => {
    const restarts = async () => Number(await shown("NRestarts"));
    const [before, stalled] = [await restarts(), await pid()];
    await systemd.systemctl("kill", "--signal=USR2", "tidemark.service");
    await waitFor(async () => (await pid()) !== stalled, { what: "the watchdog", seconds: 15 });
    await waitFor(async () => (await shown("SubState")) === "running", { what: "a new life" });
    expect(await restarts()).toBe(before + 1);
    expect(await ask("agent.ping")).toBe("1");
  });

  test("with its socket refuses no check while it is restarted", async () => {
    await systemd.systemctl("stop", "tidemark.service");
    expect(await shown("Result")).toBe("success");
    await systemd.systemctl("start", "tidemark.socket");
    expect(await ask("agent.ping")).toBe("1"); // which starts it
    const before = await pid();
    let restarting = true;
    const restarted = systemd.systemctl("restart", "tidemark.service").finally(() => (restarting = false));
    const answers: string[] = [];
    while (restarting) answers.push(await ask("agent.ping"));
    await restarted;
    expect(await pid()).not.toBe(before);
    // One check may be in the hands of the process that ends; all others wait in the socket for the next one.
    expect(answers.filter((answer) => answer !== "1").length).toBeLessThanOrEqual(1);
    expect(await ask("agent.ping")).toBe("1");
    await systemd.systemctl("stop", "tidemark.socket", "tidemark.service");
  });
});
