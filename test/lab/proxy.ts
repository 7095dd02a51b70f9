import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lowPort } from "../real/address.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { Api } from "./api.ts";
import type { Server } from "./lab.ts";

const ACTIVE_6 = 5;
const ACTIVE_7 = 0;

/** A proxy between tidemark and a server. */
export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** Makes the proxy the one that watches a host. */
  adopt(hostid: string): Promise<void>;
  /** Removes it from the server; no host may be watched by it. */
  remove(): Promise<void>;
}

export interface ProxyOptions {
  readonly name: string;
  readonly host: string;
  /** More lines for its configuration. */
  readonly lines?: readonly string[];
}

/** Registers an active proxy with the server and starts it. */
export async function startProxy(
  server: Server,
  program: string,
  { name, host, lines = [] }: ProxyOptions,
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
  await start(program, ["-f", "-c", configuration(server, { name, host, port }, lines)], {
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

interface Place {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

function configuration(server: Server, { name, host, port }: Place, more: readonly string[]): string {
  const directory = temporaryDirectory();
  const path = join(directory, "proxy.conf");
  const own = {
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
  const lines = [...Object.entries(own).map(([key, value]) => `${key}=${value}`), ...more];
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
  return path;
}
