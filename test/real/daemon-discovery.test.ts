import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import type { Program } from "./program.ts";
import { bundle, type Outcome, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";
import { World, worldsAreAllowed } from "./world.ts";

const STANDARD = "127.0.0.1:11211";
const OTHER = "127.0.0.9:22122";
/** Listens and is no memcached, on the ports beside the two. */
const BYSTANDER = `const { createServer } = require("node:net");
const listen = (port, host) => createServer((socket) => {
  console.log("touched", host, port);
  socket.destroy();
}).listen(port, host, () => console.log("listens"));
listen(11212, "127.0.0.1"); listen(22123, "127.0.0.9"); listen(22122, "127.0.0.1");`;

function memcached(world: World, endpoint: string): Promise<Program> {
  const [host = "", port = ""] = endpoint.split(":");
  const user = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  const accepts = async () => (await world.run("bash", "-c", `exec 3<>/dev/tcp/${host}/${port}`)).status === 0;
  return world.start("memcached", ["-l", host, "-p", port, "-U", "0", ...user], accepts);
}

describe.skipIf(!worldsAreAllowed)("on a machine of its own (needs root and namespaces)", () => {
  test("without any configuration, both memcacheds are found and no other port is touched", async () => {
    const world = await World.make();
    await memcached(world, STANDARD);
    await memcached(world, OTHER);
    const bystander = await world.start(process.execPath, ["-e", BYSTANDER], /(listens\s+){3}/);
    const trace = join(temporaryDirectory(), "connects");
    const strace = ["-f", "-e", "trace=connect", "-o", trace, process.execPath, bundle(), "run"];
    const daemon = await world.start("strace", strace, /zabbix_get/);
    expect(daemon.stdout).toMatch(/^tidemark \S+: a sample every 60 s, 3600 s of history; no configuration file$/m);
    expect(daemon.stdout).toMatch(/^127\.0\.0\.1:11211 +up /m);
    expect(daemon.stdout).toMatch(/^127\.0\.0\.9:22122 +up /m);
    const state = (target: string) =>
      world.run("zabbix_get", "-s", "127.0.0.1", "-p", "10055", "-k", `memcached.state${target}`);
    expect(await state("")).toMatchObject({ status: 0, stdout: "1\n" });
    expect(await state(`[${OTHER}]`)).toMatchObject({ status: 0, stdout: "1\n" });
    await daemon.end();
    const connects = [...readFileSync(trace, "latin1").matchAll(/sin6?_port=htons\((\d+)\).*?"([^"]+)"/g)];
    expect(new Set(connects.map(([, port, host]) => `${host}:${port}`))).toEqual(new Set([STANDARD, OTHER]));
    expect(bystander.log).not.toContain("touched");
  });

  test("a target that was found stays, over its end and a restart of tidemark, until it is forgotten", async () => {
    const world = await World.make();
    const bench = await Bench.at(address(import.meta.url));
    bench.configure(["ListenIP=127.0.0.1"]);
    await memcached(world, STANDARD);
    const other = await memcached(world, OTHER);
    const begin = () => world.start(process.execPath, [bundle(), "run", "-c", bench.config], /^try:/m);
    const ask = (command: string, ...operands: readonly string[]) =>
      world.run(process.execPath, bundle(), command, "-c", bench.config, ...operands);
    const until = async (answer: () => Promise<Outcome>, stdout: string) => {
      const patience = { what: `"${stdout.trim()}"` };
      await waitFor(async () => (await answer()).stdout === stdout, patience);
    };
    const state = () => ask("get", `memcached.state[${OTHER}]`);
    const listed = async () => {
      const rows = JSON.parse((await ask("get", "memcached.discovery")).stdout) as readonly Record<string, string>[];
      return rows.map((row) => row["{#INSTANCE}"]).sort();
    };

    const first = await begin();
    await until(state, "1\n");
    await other.kill();
    await until(state, "0\n");
    expect(await listed()).toEqual([STANDARD, OTHER]);
    await first.end();
    expect(await ask("forget", OTHER)).toMatchObject({ status: 111, stdout: "" });

    await begin();
    expect(await listed()).toEqual([STANDARD, OTHER]);
    await until(state, "0\n");
    expect(await ask("forget", OTHER)).toMatchObject({ status: 0, stdout: `Forgot "${OTHER}".\n`, stderr: "" });
    await waitFor(async () => (await listed()).join() === STANDARD, { what: "the list without it" });
    const again = await ask("forget", OTHER);
    expect(again.status).toBe(1);
    expect(again.stdout).toBe(`No discovered target "${OTHER}"; configured ones are dropped in the configuration.\n`);
    const gone = await state();
    expect(gone.status).toBe(1);
    expect(gone.stderr).toMatch(
      /not supported: No memcached target "127\.0\.0\.9:22122"; there are "127\.0\.0\.1:11211"\./,
    );
  });
});
