import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { exchange, HAS_IPV6 } from "../unit/transports/loopback.ts";
import { address, freePort } from "./address.ts";
import { isSkipped, run, runTidemark, temporaryDirectory, tidemark } from "./start.ts";

const host = address(import.meta.url);
const stranger = `${host.slice(0, host.lastIndexOf("."))}.255`;

let port = 0;
let configuration = "";

beforeAll(async () => {
  port = await freePort(host);
  configuration = await configured(
    temporaryDirectory(),
    `ListenIP=${host}${HAS_IPV6 ? ",::1" : ""}\nServer=127.0.0.1,::1`,
  );
  await tidemark(["run", "-c", configuration], { ready: { host, port } });
});

async function configured(directory: string, directives: string): Promise<string> {
  const path = join(directory, "tidemark.conf");
  const target = `Memcached.nobody.Uri=tcp://${host}:${await freePort(host)}`;
  const place = `ListenPort=${port}\nStateDir=${directory}/state\nRunDir=${directory}/run`;
  writeFileSync(path, `${directives}\n${place}\n${target}\n`);
  return path;
}

function zabbixGet(key: string, ...more: readonly string[]) {
  return run("zabbix_get", ["-s", host, "-p", String(port), "-k", key, ...more]);
}

describe.skipIf(isSkipped("zabbix_get"))("zabbix_get", () => {
  test("gets values", async () => {
    expect(await zabbixGet("agent.ping")).toMatchObject({ status: 0, stdout: "1\n", stderr: "" });
    expect(await zabbixGet("agent.variant")).toMatchObject({ stdout: "2\n" });
    expect(JSON.parse((await zabbixGet("memcached.discovery")).stdout)).toMatchObject([{ "{#INSTANCE}": "nobody" }]);
  });

  test.skipIf(!HAS_IPV6)("gets values over IPv6", async () => {
    const outcome = await run("zabbix_get", ["-s", "::1", "-p", String(port), "-k", "agent.ping"]);
    expect(outcome).toMatchObject({ status: 0, stdout: "1\n" });
  });

  const NOT_SUPPORTED = [
    { key: "agent.pong", reason: /^Unsupported item key "agent\.pong"; did you mean "agent\.ping"\?$/ },
    { key: "agent.ping[", reason: /^Invalid item key format\.$/ },
    { key: "agent.ping[1]", reason: /[Pp]arameters/ },
    { key: "memcached.state[elsewhere]", reason: /"elsewhere".*"nobody"/ },
    { key: "memcached.hit_ratio[nobody,soon]", reason: /"soon"/ },
    { key: "memcached.hit_ratio[nobody,30d]", reason: /30d/ },
    { key: "memcached.stat[nobody,get_hits]", reason: /^No good sample yet: connection refused by / },
    { key: "agent.ping\nagent.version", reason: /^Invalid item key format\.$/ },
  ];
  for (const { key, reason } of NOT_SUPPORTED) {
    test(`is told why ${JSON.stringify(key)} is not supported`, async () => {
      const { stdout, status } = await zabbixGet(key);
      expect(status).toBe(0); // of 6.0; 7.0 ends with 1
      const [, told = ""] = /^ZBX_NOTSUPPORTED: (.*)\n$/.exec(stdout) ?? [];
      expect(told).toMatch(reason);
      expect(told).toMatch(/^[A-Z].*[.?]$/);
    });
  }

  test("is refused without a byte from an address that is not in Server", async () => {
    const { status, stdout, stderr } = await zabbixGet("agent.ping", "-I", stranger);
    expect(status).toBe(1);
    expect(stdout + stderr).toMatch(/Check access restrictions|Connection reset by peer/);
  });
});

interface Capture {
  readonly agent: string;
  readonly client: string;
  readonly key: string;
  readonly connections: readonly { readonly requestHex: string; readonly replyHex: string }[];
}

test("zabbix_get 7.0 would get the recorded bytes, version aside", async () => {
  const text = readFileSync(new URL("../vectors/passive-captures.json", import.meta.url), "utf8");
  const { cases } = JSON.parse(text) as { cases: readonly Capture[] };
  const [capture] = cases.filter(
    ({ agent, client, key }) => agent.includes("agent2 7.0") && client.includes("7.0") && key === "agent.ping",
  );
  const [connection] = capture?.connections ?? [];
  if (connection === undefined) throw new Error("no capture of agent.ping");
  const reply = await exchange({ host, port }, Buffer.from(connection.requestHex, "hex"));
  const body = (packet: Buffer) => packet.subarray(13).toString().replace("7.0.29", "7.0.0");
  expect(body(reply)).toBe(body(Buffer.from(connection.replyHex, "hex")));
});

test("a second daemon on the same port ends with 111 and names the address", async () => {
  const other = await configured(temporaryDirectory(), `ListenIP=${host}`);
  const { status, stdout, stderr } = await runTidemark(["run", "-c", other]);
  expect(stdout + stderr).toContain(`cannot listen on ${host}:${port}: another program has the port`);
  expect(status).toBe(111);
});
