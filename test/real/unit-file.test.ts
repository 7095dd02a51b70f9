import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { BootedSystemd, canBoot } from "./booted-systemd.ts";
import { bundle, isSkipped, run, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

const UNIT = fileURLToPath(new URL("../../systemd/tidemark.service", import.meta.url));
const MOST_EXPOSURE = 2;

describe.skipIf(isSkipped("systemd"))("the systemd unit", () => {
  test("is one that systemd has nothing to say about", async () => {
    const { status, stderr } = await run("systemd-analyze", ["verify", "--man=no", UNIT]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  test("is hardened", async () => {
    const { stdout } = await run("systemd-analyze", ["security", "--offline=true", "--no-pager", UNIT]);
    const [, exposure] = /Overall exposure level for tidemark\.service: ([\d.]+)/.exec(stdout) ?? [];
    expect(Number(exposure)).toBeLessThan(MOST_EXPOSURE);
  });
});

/** The unit as it is, but for its user, the place of its state, and mounts, which are not to be had in a container. */
function unit(): string {
  return readFileSync(UNIT, "utf8")
    .replace("[Unit]", "[Unit]\nDefaultDependencies=no")
    .replace(/^ExecStart=.*$/m, `ExecStart=${process.execPath} /run/dist/tidemark.js run -c /run/tidemark.conf`)
    .replace("User=tidemark", "User=nobody")
    .replaceAll(/^(StateDirectory|Protect|Private).*$/gm, "");
}

const CONFIG = "Schedule=* * * * * *\nHistory=60s\nListenIP=0.0.0.0\nStateDir=/run/tidemark/state\n";

describe.skipIf(!canBoot())("the systemd unit, started (needs root and a cgroup v2)", () => {
  let systemd: BootedSystemd;

  beforeAll(async () => {
    const config = join(temporaryDirectory(), "tidemark.conf");
    writeFileSync(config, CONFIG);
    systemd = await BootedSystemd.boot({ "tidemark.service": unit() });
    await systemd.inside("cp", "-r", dirname(bundle()), "/run/dist");
    await systemd.inside("cp", config, "/run/tidemark.conf");
  });
  afterAll(() => systemd.end());

  test("runs under its own restrictions, and reloads", async () => {
    const ticks = () => waitFor(() => systemd.has("/run/tidemark/v/.expiry"), { what: "value files of a tick" });
    await systemd.systemctl("start", "tidemark.service");
    await ticks();
    expect(systemd.has("/run/tidemark/tidemark.sock")).toBe(true);
    expect(systemd.has("/run/tidemark/state/lock")).toBe(true);
    await systemd.systemctl("reload", "tidemark.service");
    await systemd.inside("rm", "/run/tidemark/v/.expiry");
    await ticks();
    const shown = await systemd.show("tidemark.service");
    expect([shown.get("SubState"), shown.get("NRestarts")]).toEqual(["running", "0"]);
    await systemd.systemctl("stop", "tidemark.service");
    expect((await systemd.show("tidemark.service")).get("Result")).toBe("success");
  });
});
