import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { isSkipped, start, temporaryDirectory } from "./start.ts";
import { makeService, SLEEPER, SuperviseBench, told } from "./supervise-sampling.ts";

const NOBODY = 65534;
const isRoot = process.geteuid?.() === 0;

afterEach(() => {
  if (isRoot) process.seteuid?.(0);
});

describe.skipIf(isSkipped("svscan") || !isRoot)("an ordinary user", () => {
  test("is told what is not readable and the command that mends it, and the command does", async () => {
    const scan = temporaryDirectory();
    chmodSync(scan, 0o755);
    for (const name of ["web", "mail"]) makeService(join(scan, name), SLEEPER);
    await start("svscan", [scan], { ready: { path: join(scan, "web/supervise/ok") } });
    const bench = new SuperviseBench([scan]);
    process.seteuid?.(NOBODY);
    const denied = join(scan, "web/supervise");
    const why = "permission denied: mode 0700, owner root, tidemark runs as nobody";
    expect(await bench.until("web", "cannot read")).toMatchObject({
      error: `"${denied}": ${why}; mend: chmod go+x ${denied}`,
    });
    const mend = `chmod go+x ${join(scan, "mail/supervise")} ${denied}`;
    expect(bench.findings).toEqual([{ what: `${join(scan, "mail/supervise")}, and 1 more like it`, found: why, mend }]);

    process.seteuid?.(0);
    await told("sh", "-c", mend);
    process.seteuid?.(NOBODY);
    expect(await bench.until("web", "up")).toMatchObject({ supervisor: "daemontools", error: "" });
    expect(bench.findings).toEqual([]);
  });
});
