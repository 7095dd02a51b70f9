import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { exchange } from "../unit/transports/loopback.ts";
import { address, freePort } from "./address.ts";
import { startMemcached } from "./memcached.ts";
import { MemcachedLoad } from "./memcached-load.ts";
import type { Program } from "./program.ts";
import { isSkipped, run, start, temporaryDirectory, tidemark } from "./start.ts";
import { waitFor } from "./wait.ts";

/*
 * A real memcached, the real daemon, both real agents with the generated files. zabbix_agentd keeps no reason: it ends a
 * UserParameter's text at the NUL, and the word that is left means "not supported" to servers.
 */

const HOST = address(import.meta.url);
const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const WORD = "ZBX_NOTSUPPORTED";
const AGENTS = ["zabbix_agentd", "zabbix_agent2"] as const;
type Agent = (typeof AGENTS)[number];
/** zabbix_agentd takes no port above 32767, so a free one of the system's will not do; the address is ours alone. */
const PORTS = { zabbix_agentd: 20_001, zabbix_agent2: 20_002, other: 20_003 } as const;

const present = AGENTS.filter((agent) => !isSkipped(agent));
const top = temporaryDirectory();
const runDir = join(top, "run");
const values = join(runDir, "v");
const ports = new Map<string, number>();
let memcached: Program;
let memcachedPort: number;
let daemon: Program;

/** The generated file with the paths of this test. */
function installed(name: string): string {
  const shim = join(PROJECT, "userparameters/tidemark-value");
  const text = readFileSync(join(PROJECT, "userparameters", name), "utf8");
  const path = join(top, name);
  const moved = text
    .replaceAll("/usr/lib/tidemark/tidemark-value", shim)
    .replaceAll(",set -- ", `,set -- -d ${values} `);
  writeFileSync(path, moved);
  return path;
}

function agentConfig(agent: Agent, port: number, lines: readonly string[] = []): string {
  const own =
    agent === "zabbix_agentd"
      ? ["AllowRoot=1", "StartAgents=2"]
      : [`ControlSocket=${top}/control.sock`, `PluginSocket=${top}/plugin.sock`];
  const path = join(top, `${agent}-${port}.conf`);
  const all = [
    "LogType=console",
    "Server=127.0.0.0/8",
    "Hostname=test",
    "UnsafeUserParameters=0",
    `ListenIP=${HOST}`,
    `ListenPort=${port}`,
    `PidFile=${top}/${agent}-${port}.pid`,
    `Include=${installed("tidemark.conf")}`,
    `Include=${installed("tidemark-legacy.conf")}`,
    ...own,
    ...lines,
  ];
  writeFileSync(path, `${all.join("\n")}\n`);
  return path;
}

async function startAgent(agent: Agent): Promise<void> {
  const port = PORTS[agent];
  const foreground = agent === "zabbix_agentd" ? ["-f"] : [];
  ports.set(agent, port);
  await start(agent, [...foreground, "-c", agentConfig(agent, port)], { ready: { host: HOST, port } });
}

/** Ready once its values are there. */
async function startDaemon(): Promise<Program> {
  const expiry = join(values, ".expiry");
  rmSync(expiry, { force: true });
  return tidemark(["run", "-c", join(top, "daemon.conf")], { ready: { path: expiry } });
}

beforeAll(async () => {
  memcachedPort = await freePort(HOST);
  const passive = await freePort(HOST);
  ports.set("tidemark", passive);
  mkdirSync(join(top, "state"));
  const lines = [
    "Schedule=* * * * * *",
    "Server=127.0.0.0/8",
    `ListenIP=${HOST}`,
    `ListenPort=${passive}`,
    `StateDir=${top}/state`,
    `RunDir=${runDir}`,
    `Memcached.main.Uri=tcp://${HOST}:${memcachedPort}`,
    "UserParameter.Keys=memcached.delta[main,get_hits,2s]",
    "UserParameter.Keys=memcached.hit_ratio[,59m]",
  ];
  writeFileSync(join(top, "daemon.conf"), `${lines.join("\n")}\n`);
  memcached = await startMemcached({ host: HOST, port: memcachedPort });
  daemon = await startDaemon();
  await Promise.all(present.map(startAgent));
  const load = await MemcachedLoad.connect({ host: HOST, port: memcachedPort });
  await load.sets(10);
  load.close();
});

/** The answer's text, NUL shown as ": " as zabbix_get shows it. */
async function get(program: string, key: string): Promise<string> {
  const body = Buffer.from(key);
  const header = Buffer.from("ZBXD\x01\0\0\0\0\0\0\0\0", "latin1");
  header.writeUInt32LE(body.length, 5);
  const reply = await exchange({ host: HOST, port: ports.get(program) ?? 0 }, Buffer.concat([header, body]));
  return reply.subarray(header.length).toString("utf8").replace("\0", ": ");
}

async function zabbixGet(program: string, key: string): Promise<string> {
  const { stdout, stderr } = await run("zabbix_get", ["-s", HOST, "-p", String(ports.get(program)), "-k", key]);
  expect(stderr).toBe("");
  return stdout.replace(/\n$/, "");
}

/** What an agent must print for what tidemark itself answers. */
const through = (agent: Agent, own: string) => (agent === "zabbix_agentd" && own.startsWith(WORD) ? WORD : own);

const isRefusal = (agent: Agent) =>
  agent === "zabbix_agentd"
    ? expect.stringMatching(/^ZBX_NOTSUPPORTED(: .*)?$/)
    : expect.stringMatching(/^ZBX_NOTSUPPORTED: .+/);

const SAME = [
  "memcached.state",
  "memcached.state[]",
  "memcached.state[main]",
  "memcached.stat[main,version]",
  "memcached.stat[,curr_items]",
  "memcached.setting[main,maxconns]",
  "memcached.discovery",
  "memcached.hit_ratio[main,1m]",
  "memcached.hit_ratio[main,1m,get]",
  "memcached.hit_ratio[,59m]",
  "memcached.hit_ratio",
  "memcached.delta[main,get_hits,2s]",
  "memcached.max_age.min[main]",
  "memcached.ttl.min[main]",
  "memcached.ttl.pressure[main]",
  "memcached.curr_conn",
  "memcached.curr_conn[main]",
  "memcache.hit_ratio",
  "memcache.hit_ratio[]",
  "memcache.hit_ratio[1]",
  "memcache.hit_ratio[60,x]",
  "memcache.hit_ratio[61]",
  "memcache.hit_ratio[0]",
  "memcache.hit_ratio[abc]",
  "memcache.check_max_age",
  "tidemark.version",
];

const REFUSED = [
  "memcached.state[other]",
  "memcached.state[main,x]",
  "memcached.hit_ratio[main,7m]",
  "memcached.hit_ratio[main,1m,get,x]",
  "memcached.stat[main]",
  "memcached.stat[main,no_such]",
];

const HOSTILE = [
  "../canary",
  "../../../../../../../../proc/uptime",
  "/proc/uptime",
  "./state",
  "..",
  "$(id)",
  "`id`",
  ";id",
  "|id",
  "&& id",
  "a b",
  "a\tb",
  "*",
  "?",
  "[a-z]",
  "{a,b}",
  "~",
  ">x",
  "<x",
  "#",
  "!!",
  "ma\\\\in",
  "%s%n",
  "\u00e4",
  "x".repeat(3000),
  '\\"',
  "'",
];

for (const agent of AGENTS) {
  describe.skipIf(isSkipped(agent))(agent, () => {
    test("gives what tidemark gives", async () => {
      for (const key of SAME) {
        await waitFor(async () => (await get(agent, key)) === through(agent, await get("tidemark", key)), {
          what: `${key} to be the same: ${await get(agent, key)} and ${await get("tidemark", key)}`,
          seconds: 4,
        });
      }
    });

    test("zabbix_get prints the value", async () => {
      expect(await zabbixGet(agent, "tidemark.version")).toBe(await zabbixGet("tidemark", "tidemark.version"));
      expect(await zabbixGet(agent, "memcached.state[other]")).toEqual(isRefusal(agent));
    });

    test("gives the whole master", async () => {
      const master: unknown = JSON.parse(await get(agent, "memcached.get[main]"));
      expect(master).toMatchObject({ instance: "main", state: 1, error: "" });
    });

    for (const key of REFUSED) {
      test(`${key} is not supported`, async () => expect(await get(agent, key)).toEqual(isRefusal(agent)));
    }

    test("-t takes a value as a value and a failure as what it takes for one", async () => {
      const config = agentConfig(agent, PORTS.other);
      const version = await get("tidemark", "tidemark.version");
      const value = await run(agent, ["-c", config, "-t", "tidemark.version"]);
      expect(value.stdout).toMatch(new RegExp(`\\[[ts]\\|${version.replaceAll(".", "\\.")}\\]`));
      const failure = await run(agent, ["-c", config, "-t", "memcached.state[other]"]);
      expect(failure.stdout).toMatch(
        agent === "zabbix_agentd" ? /\[t\|ZBX_NOTSUPPORTED\]/ : /ZBX_NOTSUPPORTED\0[A-Z].*\./,
      );
    });

    test("no hostile parameter gives a number or reads another file", async () => {
      writeFileSync(join(runDir, "canary"), "= 4711\n");
      for (const hostile of HOSTILE) {
        for (const key of [`memcached.state["${hostile}"]`, `memcached.stat[main,"${hostile}"]`]) {
          expect(await get(agent, key), key).toEqual(isRefusal(agent));
        }
      }
    });

    test("refuses to start beside a line for one of the old keys", async () => {
      const config = agentConfig(agent, PORTS.other, ["UserParameter=memcached.curr_conn,echo 1"]);
      const { status, stdout, stderr } = await run(agent, ["-c", config, "-t", "agent.ping"]);
      expect(status).not.toBe(0);
      expect(`${stdout}${stderr}`).toMatch(/memcached\.curr_conn/);
    });
  });
}

test("a memcached that died is state 0, and its values become not supported", async () => {
  await memcached.kill();
  for (const agent of present) {
    const isDown = async () => (await get(agent, "memcached.state[main]")) === "0";
    await waitFor(isDown, { what: "state 0" });
    for (const key of ["memcached.curr_conn", "memcache.hit_ratio[1]", "memcache.hit_ratio[abc]"]) {
      const isGone = async () => (await get(agent, key)).startsWith(WORD);
      await waitFor(isGone, { what: `the old number of ${key} to go` });
    }
  }
  memcached = await startMemcached({ host: HOST, port: memcachedPort });
  const isUp = async () => (await get("tidemark", "memcached.state[main]")) === "1";
  await waitFor(isUp, { what: "state 1" });
});

test("values that a killed daemon left behind are not supported once they have expired", async () => {
  await daemon.kill();
  expect(readdirSync(values).length).toBeGreaterThan(50);
  writeFileSync(
    join(values, ".expiry"),
    `${Math.floor(Number.parseFloat(readFileSync("/proc/uptime", "utf8"))) - 1}\n`,
  );
  for (const agent of present) {
    for (const key of SAME) expect(await get(agent, key), key).toEqual(isRefusal(agent));
  }
  daemon = await startDaemon();
});

test("a daemon that starts again mends it, and one that is stopped leaves nothing", async () => {
  await daemon.kill();
  writeFileSync(join(values, "memcached.state,gone"), "= 1\n");
  daemon = await tidemark(["run", "-c", join(top, "daemon.conf")], { ready: /control socket/ });
  for (const agent of present) {
    await waitFor(async () => (await get(agent, "tidemark.version")) === (await get("tidemark", "tidemark.version")), {
      what: "values of the new daemon",
    });
    expect(await get(agent, "memcached.state[gone]")).toEqual(isRefusal(agent));
  }
  await daemon.end();
  expect(readdirSync(values)).toEqual([]);
  for (const agent of present) expect(await get(agent, "tidemark.version")).toEqual(isRefusal(agent));
  daemon = await startDaemon();
});
