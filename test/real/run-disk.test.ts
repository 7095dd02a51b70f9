import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { run } from "./start.ts";
import { waitFor } from "./wait.ts";

const SHIM = fileURLToPath(new URL("../../userparameters/tidemark-value", import.meta.url));
const KEY = "tidemark.tick.missed";

/** A file system of its own needs root, and a machine that lets root mount: not every container does. */
const mounts = spawnSync("unshare", ["-m", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]).status === 0;

test.skipIf(!mounts)("a full RunDir costs the values in it, until it has room (needs root and mount)", async () => {
  const bench = await Bench.at(address(import.meta.url));
  const disk = join(bench.directory, "disk");
  mkdirSync(disk);
  bench.configure([`RunDir=${disk}/run`, "Memcached.Discover=no"]);
  const script = 'mount -t tmpfs -o size=8m tmpfs "$1" && head -c 8380416 /dev/zero >"$1/filler" && shift && exec "$@"';
  const daemon = await bench.start(["unshare", "-m", "sh", "-c", script, "sh", disk]);
  const inside = (path: string) => join(`/proc/${daemon.pid}/root`, disk, path);
  const shim = async () => (await run("sh", [SHIM, "-d", inside("run/v"), KEY])).stdout;
  const said = () => daemon.stderr.match(/^<3>Cannot write the value files of UserParameters: ENOSPC.*\.$/gm) ?? [];
  await waitFor(() => said().length > 0, { what: "the trouble" });
  expect(await bench.get("agent.ping")).toBe("1");
  expect(await shim()).toBe(
    "ZBX_NOTSUPPORTED\0Tidemark has no value files: it is not running, or has UserParameter.Files=no.",
  );
  rmSync(inside("filler"));
  await waitFor(async () => /^\d+\n$/.test(await shim()), { what: "the value" });
  expect(said()).toHaveLength(1);
  expect(await daemon.end()).toEqual({ status: 0, signal: null });
});
