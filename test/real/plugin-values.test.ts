import { cpSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { address, freePort } from "./address.ts";
import { Bench } from "./daemon.ts";
import { startMemcached } from "./memcached.ts";
import { AS_NOBODY, nobodyRunsNode } from "./nobody.ts";
import { AgentSide, untilGone } from "./plugin-agent-side.ts";
import { processes, send } from "./proc.ts";
import type { Program } from "./program.ts";
import { bundle, run, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/* Where the plugin's values come from: a daemon of the host, or a tidemark that it runs itself. */

const HOST = address(import.meta.url);
const NOBODY = "/nonexistent/tidemark.sock";
const CHILD = "plugin of agent 2, values of its child";
const DAEMON = "plugin of agent 2, values of the daemon";

async function memcached(): Promise<string> {
  const at = { host: HOST, port: await freePort(HOST) };
  await startMemcached(at);
  return `Memcached.main.Uri=tcp://${at.host}:${at.port}`;
}

const uri = await memcached();

function own(directory: string, ...more: readonly string[]): readonly string[] {
  return [`Socket=${NOBODY}`, `Directory=${directory}`, "Schedule=* * * * * *", "Memcached.SlowMs=30000", uri, ...more];
}

/** On a busy machine its first samples may find it otherwise. */
function untilUp(side: AgentSide): Promise<true> {
  return waitFor(async () => (await side.get("memcached.state", ["main"])) === "1", { what: "memcached to be up" });
}

/** The plugin's own tidemark: the process of its group that is not the plugin itself. */
function childOf({ pid }: Program): number {
  const child = processes().find((one) => one.group === pid && one.pid !== pid);
  if (child === undefined) throw new Error("no child runs");
  return child.pid;
}

/** Its listening TCP sockets, as lines of /proc/net/tcp. */
function listening(pid: number): readonly string[] {
  const sockets = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
    return inode === undefined ? [] : [inode];
  });
  expect(sockets.length).toBeGreaterThan(0);
  const lines = ["tcp", "tcp6"].flatMap((name) => readFileSync(`/proc/net/${name}`, "latin1").split("\n"));
  return lines.filter((line) => line.split(/ +/)[4] === "0A" && sockets.includes(line.split(/ +/)[10] ?? ""));
}

test("of its own tidemark; without a port; ended with it", async () => {
  const directory = join(temporaryDirectory(), "made");
  const side = await AgentSide.working(own(directory));
  expect(await side.get("tidemark.mode")).toBe(CHILD);
  await untilUp(side);
  expect(await side.refusal("memcached.state", ["other"])).toMatch(/^No memcached target "other".*\.$/);
  expect(await side.refusal("tidemark.mode", ["x"])).toMatch(/^Item "tidemark.mode" takes no parameters/);
  expect(await side.refusal("memcached.state", ["a]b", '"', "\\"])).toMatch(/\.$/);
  expect(side.logged.join()).toMatch(/No tidemark at "\/nonexistent\/tidemark.sock": values come from one of/);
  const child = childOf(side.plugin);
  expect(listening(child)).toEqual([]);
  side.send({ id: 0, type: 5 });
  expect(await side.plugin.ended).toEqual({ status: 0, signal: null });
  await untilGone(child, 1);
});

test("a child that is killed is answered for, and started again", async () => {
  const side = await AgentSide.working(own(temporaryDirectory()));
  await side.get("tidemark.version");
  const child = childOf(side.plugin);
  send(child, "SIGKILL");
  await untilGone(child);
  expect(await side.refusal("tidemark.version")).toBe("The plugin's tidemark ended (signal SIGKILL).");
  await waitFor(() => side.get("tidemark.version"), { what: "a new child" });
  expect(childOf(side.plugin)).not.toBe(child);
  expect(side.logged.join()).toMatch(/ended \(signal SIGKILL\)\. It is started again in 0\.5 s\./);
});

test("an agent that is killed, and a plugin that is killed, leave no orphan", async () => {
  const first = await AgentSide.working(own(temporaryDirectory()));
  await first.get("tidemark.version");
  const orphan = childOf(first.plugin);
  first.hangUp();
  await first.plugin.ended;
  await untilGone(orphan, 5);
  const second = await AgentSide.working(own(temporaryDirectory()));
  await second.get("tidemark.version");
  const other = childOf(second.plugin);
  second.plugin.signal("SIGKILL");
  await untilGone(other, 5);
});

test("a thousand checks at once while it hangs: each is answered in time, and all goes on after it", async () => {
  const side = await AgentSide.working(own(temporaryDirectory()));
  await side.get("tidemark.version");
  const child = childOf(side.plugin);
  send(child, "SIGSTOP");
  const started = performance.now();
  const all = Array.from({ length: 1000 }, () => side.refusal("memcached.state", ["main"], 1));
  expect(new Set(await Promise.all(all))).toEqual(new Set(["The plugin's own tidemark did not answer within 1 s."]));
  expect(performance.now() - started).toBeLessThan(3000);
  send(child, "SIGCONT");
  await untilUp(side);
  const values = Array.from({ length: 1000 }, () => side.get("memcached.state", ["main"]));
  expect(new Set(await Promise.all(values))).toEqual(new Set(["1"]));
});

test("a source that hangs holds up its own values only", async () => {
  const at = { host: HOST, port: await freePort(HOST) };
  const hung = await startMemcached(at);
  const side = await AgentSide.working(own(temporaryDirectory(), `Memcached.hung.Uri=tcp://${HOST}:${at.port}`));
  await side.get("memcached.state", ["hung"]);
  hung.freeze();
  await waitFor(async () => (await side.get("memcached.state", ["hung"])) === "3", { what: "the state of hung" });
  const started = performance.now();
  expect(await side.get("memcached.state", ["main"])).toBe("1");
  expect(performance.now() - started).toBeLessThan(1000);
});

test("two agents with the same options share one, the survivor gets one of its own; other options need other places", async () => {
  const directory = temporaryDirectory();
  const first = await AgentSide.working(own(directory));
  await first.get("tidemark.version");
  const second = await AgentSide.working(own(directory));
  await untilUp(second);
  expect(() => childOf(second.plugin)).toThrow();
  const third = await AgentSide.working(own(directory, "Timeout=2"));
  expect(await third.refusal("tidemark.version")).toMatch(
    /another agent's plugin runs one with other options in ".*": give each agent a Plugins\.Tidemark\.Directory of its own/,
  );
  first.hangUp();
  await first.plugin.ended;
  await waitFor(() => childOf(second.plugin), { what: "a child of its own" });
  await untilUp(second);
});

test("of the host's daemon, without a second sampling; one that is restarted is waited for", async () => {
  const bench = await Bench.at(HOST);
  bench.configure([uri]);
  const daemon = await bench.start();
  const side = await AgentSide.working([`Socket=${bench.run}/tidemark.sock`, `Directory=${temporaryDirectory()}`]);
  expect(await side.get("tidemark.mode")).toBe(DAEMON);
  await untilUp(side);
  expect(() => childOf(side.plugin)).toThrow();
  expect(side.logged).toEqual([`Values come from the tidemark at "${bench.run}/tidemark.sock".`]);
  await daemon.end();
  const asked = side.get("tidemark.version");
  await bench.start();
  expect(await asked).toMatch(/^\d/);
});

describe.runIf(nobodyRunsNode)("as an ordinary user", () => {
  test("a daemon that may not be asked says who must be in which group", async () => {
    const bench = await Bench.at(HOST);
    bench.configure([uri]);
    await bench.start();
    const project = dirname(dirname(bundle()));
    const copy = temporaryDirectory();
    for (const name of ["package.json", "dist", "plugin"])
      cpSync(join(project, name), join(copy, name), { recursive: true });
    await run("chmod", ["-R", "a+rX", bench.directory, copy]);
    const way = { before: AS_NOBODY, launcher: join(copy, "plugin/tidemark-plugin") };
    const side = await AgentSide.working([`Socket=${bench.run}/tidemark.sock`], 25, way);
    expect(await side.refusal("tidemark.version")).toMatch(
      /may not be asked by the agent's user: usermod -a -G root nobody, then restart the agent\.$/,
    );
  });
});
