import { beforeAll, describe, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { run } from "../real/start.ts";
import { waitFor } from "../real/wait.ts";
import { AGENT_KINDS, type AgentKind, startAgent, userParameters } from "./agents.ts";
import { findServer, type Server, VERSIONS, withEachServer } from "./lab.ts";
import { threeQuartersFound } from "./memcached-load.ts";
import { PolledHost, type ValueType } from "./polled-host.ts";

/*
 * Both agents of both versions answer tidemark's keys from its value files; both zabbix_get and both servers ask them.
 * zabbix_agentd ends a UserParameter's text at its NUL, so that "not supported" has no reason there.
 */

const HOST = address(import.meta.url);
const SHIPPED = ["tidemark.conf", "tidemark-legacy.conf"] as const;
const WORD = "ZBX_NOTSUPPORTED";

interface Agent {
  readonly name: string;
  readonly kind: AgentKind;
  readonly server: Server;
  /** zabbix_agentd takes no port above 32767, so a free one of the system's will not do; the address is ours alone. */
  readonly port: number;
}

const agents: readonly Agent[] = VERSIONS.flatMap((version, place) => {
  const server = findServer(version);
  if (server === undefined) return [];
  return AGENT_KINDS.map((kind, index) => ({
    name: `${kind} ${version}`,
    kind,
    server,
    port: 20_001 + 2 * place + index,
  }));
});

const VALUES: readonly { readonly key: string; readonly type: ValueType; readonly value: string }[] = [
  { key: "memcached.state[main]", type: "unsigned", value: "1" },
  { key: "memcached.hit_ratio[main,1m]", type: "float", value: "75" },
  { key: "memcached.stat[main,version]", type: "char", value: "" },
  { key: "memcached.stat[,curr_items]", type: "unsigned", value: "3" },
  { key: "memcached.setting[main,maxconns]", type: "unsigned", value: "1024" },
  { key: "memcached.ttl.pressure[main]", type: "unsigned", value: "0" },
  { key: "memcached.discovery", type: "text", value: "" },
  { key: "memcache.hit_ratio[1,x]", type: "char", value: "75.00" },
  { key: "memcache.hit_ratio[0]", type: "float", value: "-1" },
  { key: "tidemark.version", type: "char", value: "" },
];

const REFUSED = [
  "memcached.state[other]",
  "memcached.state[main,x]",
  "memcached.hit_ratio[main,7m]",
  "memcached.stat[main,no_such]",
  "memcached.ttl.min[main]",
];

const at = { host: HOST, port: 0 };
let bench: Bench;

beforeAll(async () => {
  at.port = await freePort(HOST);
  await startMemcached(at);
  bench = await Bench.at(HOST);
  bench.configure(["History=2m", `Memcached.main.Uri=tcp://${HOST}:${at.port}`]);
  await bench.start();
  await threeQuartersFound(at);
  const lines = ["Hostname=test", "UnsafeUserParameters=0", ...SHIPPED.map((file) => userParameters(bench, file))];
  const place = { directory: bench.directory, host: HOST };
  await Promise.all(agents.map(({ server, kind, port }) => startAgent(server, { ...place, kind, port }, lines)));
}, 60_000);

async function asked({ zabbixGet }: Server, port: number, key: string): Promise<string> {
  const { stdout } = await run(zabbixGet, ["-s", HOST, "-p", String(port), "-k", key]);
  return stdout.replace(/\n$/, "");
}

const named = ({ value, key }: (typeof VALUES)[number]) => (value === "" ? bench.get(key) : Promise.resolve(value));

test.skipIf(agents.length === 0)("the ratio of the load is known", async () => {
  for (const item of VALUES) await bench.until(item.key, await named(item), 90);
});

withEachServer((server) => {
  describe.each(agents)("$name", (agent) => {
    let host: PolledHost;

    beforeAll(async () => {
      const name = `tidemark ${agent.name.replace("_", "-")}`;
      host = await PolledHost.create(server, { name, at: { host: HOST, port: agent.port } });
      await Promise.all(VALUES.map(({ key, type }) => host.item(key, type)));
      await Promise.all(REFUSED.map((key) => host.item(key, "float")));
    }, 60_000);

    test("zabbix_get prints what tidemark answers", async () => {
      for (const { key } of VALUES) {
        const same = async () => (await asked(server, agent.port, key)) === (await bench.get(key));
        await waitFor(same, { what: `"${key}" to be the same`, seconds: 4 });
      }
    });

    test("zabbix_get is told that a key is not supported", async () => {
      for (const key of REFUSED) {
        const told = await asked(server, agent.port, key);
        expect(told.startsWith(WORD), `${key}: ${told}`).toBe(true);
        if (agent.kind === "zabbix_agent2") expect(told, key).toMatch(/^ZBX_NOTSUPPORTED: [A-Z].*\.$/);
      }
    });

    test("the server has what tidemark answers", async () => {
      for (const item of VALUES) await host.until(item.key, await named(item));
    });

    test("the server takes failures as not supported", async () => {
      for (const key of REFUSED) {
        const reason = await host.untilNotSupported(key);
        if (agent.kind === "zabbix_agent2") expect(reason, key).toMatch(/^[A-Z].*\.$/);
        else expect(reason, key).toBe("Not supported by Zabbix Agent");
        expect(await host.history(key)).toEqual([]);
      }
      await host.untilAvailable();
    });
  });
});
