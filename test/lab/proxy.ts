import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../real/address.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { Api } from "./api.ts";
import type { Server, Version } from "./lab.ts";

const LARGEST_PORT = 32_768;
const ACTIVE_6 = 5;
const ACTIVE_7 = 0;

/**
 * The program zabbix_proxy (with SQLite) of a version: TIDEMARK_PROXIES names a directory with `6.0/zabbix_proxy` and
 * `7.0/zabbix_proxy`, else the one of the machine is taken when it has the version.
 */
export function proxyProgram(version: Version): string | undefined {
  const named = join(process.env["TIDEMARK_PROXIES"] ?? "/nowhere", version, "zabbix_proxy");
  if (existsSync(named)) return named;
  const { stdout = "" } = spawnSync("zabbix_proxy", ["-V"], { encoding: "utf8" });
  return stdout?.includes(`(Zabbix) ${version}.`) ? "zabbix_proxy" : undefined;
}

/** A proxy between tidemark and a server. */
export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** Makes the proxy the one that watches a host. */
  adopt(hostid: string): Promise<void>;
  /** Removes it from the server; no host may be watched by it. */
  remove(): Promise<void>;
}

/** Registers an active proxy with the server and starts it. */
export async function startProxy(
  server: Server,
  program: string,
  { name, host }: { name: string; host: string },
): Promise<Proxy> {
  const api = await Api.login(server);
  const isOld = server.version === "6.0";
  const nameField = isOld ? "host" : "name";
  for (const old of await api.rows("proxy.get", { filter: { [nameField]: name } })) {
    await api.call("proxy.delete", [old["proxyid"]]);
  }
  const mode = isOld ? { host: name, status: ACTIVE_6 } : { name, operating_mode: ACTIVE_7 };
  const proxyid = await api.create("proxy", mode);
  const port = await lowPort(host);
  await start(program, ["-f", "-c", configuration(server, { name, host, port })], {
    ready: { host, port },
    seconds: 30,
  });
  return {
    host,
    port,
    adopt: async (hostid) => {
      const by = isOld ? { proxy_hostid: proxyid } : { monitored_by: 1, proxyid };
      await api.call("host.update", { hostid, ...by });
    },
    remove: async () => void (await api.call("proxy.delete", [proxyid])),
  };
}

/** Proxies take no port above 32767; this address is ours alone, so hardly any port is taken. */
async function lowPort(host: string): Promise<number> {
  const port = (await freePort(host)) % LARGEST_PORT;
  return port < 1024 ? lowPort(host) : port;
}

interface Place {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

function configuration(server: Server, { name, host, port }: Place): string {
  const directory = temporaryDirectory();
  const path = join(directory, "proxy.conf");
  const lines = {
    Server: `${server.host}:${server.port}`,
    Hostname: name,
    ListenIP: host,
    ListenPort: port,
    LogType: "console",
    DBName: join(directory, "proxy.db"),
    PidFile: join(directory, "proxy.pid"),
    SocketDir: directory,
    AllowRoot: 1,
    [server.version === "6.0" ? "ConfigFrequency" : "ProxyConfigFrequency"]: 1,
    DataSenderFrequency: 1,
  };
  writeFileSync(
    path,
    Object.entries(lines)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(""),
  );
  return path;
}
