import { chmodSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { Logger } from "./logdir.ts";
import { nobodyRunsNode, startAsNobody } from "./nobody.ts";
import { run, temporaryDirectory } from "./start.ts";

/** What `status` says about a directory in the findings below its tables. */
async function finding(bench: Bench, what: string): Promise<string> {
  const { stdout } = await bench.command("status");
  return stdout.slice(stdout.indexOf(`\n${what}: `));
}

describe.runIf(nobodyRunsNode)("as an ordinary user", () => {
  test("a directory that may not be read says so, with a command that mends it; the others are watched", async () => {
    const home = realpathSync(temporaryDirectory());
    chmodSync(home, 0o711);
    const shut = { directory: join(home, "shut"), files: 5 };
    const open = { directory: join(home, "open"), files: 5 };
    const logger = await Logger.start("multilog", home, [shut, open]);
    chmodSync(shut.directory, 0o700);
    await logger.write(3);
    const bench = await Bench.at(address(import.meta.url));
    bench.configure([`LogDir.shut.Path=${shut.directory}`, `LogDir.open.Path=${open.directory}`, "LogDir.Discover=0"]);
    await startAsNobody(bench);

    await bench.until("logdir.state[open]", "1"); // by the lock, which everybody may see
    expect(await bench.get("logdir.bytes[open]")).toBe(String(logger.bytes));
    expect((await bench.ask("logdir.blocked[open]")).error).toMatch(
      /^Permission denied at "\/proc\/\d+\/fd".* runs as nobody/,
    );
    await bench.until("logdir.state[shut]", "4");
    const said = `permission denied at "${shut.directory}": mode 0700, owner root, tidemark runs as nobody`;
    const mend = `setfacl -m u:nobody:rx ${shut.directory}`;
    expect((await bench.ask("logdir.bytes[shut]")).error).toContain(`${said}; mend: ${mend}`);
    expect(await finding(bench, shut.directory)).toContain(`${said}\n  mend: ${mend}`);

    expect(await run("sh", ["-c", mend])).toMatchObject({ status: 0 });
    await bench.until("logdir.state[shut]", "1");
    expect(await bench.get("logdir.bytes[shut]")).toBe(String(logger.bytes));
  });
});
