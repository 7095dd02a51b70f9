import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { lowPort } from "../real/address.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { Api } from "./api.ts";
import type { Server } from "./lab.ts";

const ACTIVE_6 = 5;
const ACTIVE_7 = 0;
const STOP_SECONDS = 30;

/** A proxy between tidemark and a server. */
export interface RunningProxy {
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Makes the proxy the one that watches a host. */
  adopt(hostid: string): Promise<void>;
  /** Ends the process. */
  stop(): Promise<void>;
  /** Starts it again, with what it has not yet sent. */
  restart(): Promise<void>;
  /** Removes it from the server; no host may be watched by it. */
  remove(): Promise<void>;
}

export interface ProxyOptions {
  readonly name: string;
  readonly host: string;
  /** More lines for its configuration. */
  readonly lines?: readonly string[];
  /** Id of the proxy group that it shall be a member of; only 7.0 has such groups. */
  readonly group?: string;
}

/** Registers an active proxy with the server and starts it. */
export async function startProxy(
  server: Server,
  program: string,
  { name, host, group, lines = [] }: ProxyOptions,
): Promise<RunningProxy> {
  const api = await Api.login(server);
  const isOld = server.version === "6.0";
  const nameField = isOld ? "host" : "name";
  for (const { proxyid } of await api.rows("proxy.get", { filter: { [nameField]: name } })) await forget(api, proxyid);
  const port = await lowPort(host);
  const member = group === undefined ? {} : { proxy_groupid: group, local_address: host, local_port: String(port) };
  const mode = isOld ? { host: name, status: ACTIVE_6 } : { name, operating_mode: ACTIVE_7, ...member };
  const id = await api.create("proxy", mode);
  const args = ["-f", "-c", configuration(server, { name, host, port }, lines)];
  const launch = () => start(program, args, { ready: { host, port }, seconds: 30 });
  let running = await launch();
  return {
    id,
    host,
    port,
    adopt: async (hostid) => {
      const by = isOld ? { proxy_hostid: id } : { monitored_by: 1, proxyid: id };
      await api.call("host.update", { hostid, ...by });
    },
    stop: async () => void (await running.end(STOP_SECONDS)),
    restart: async () => {
      running = await launch();
    },
    remove: async () => void (await api.call("proxy.delete", [id])),
  };
}

/** Deletes what an interrupted run left: a proxy and the hosts that it watches. */
async function forget(api: Api, proxyid: string | undefined): Promise<void> {
  const hosts = await api.rows("host.get", { proxyids: proxyid, output: ["hostid"] });
  if (hosts.length > 0)
    await api.call(
      "host.delete",
      hosts.map(({ hostid }) => hostid),
    );
  await api.call("proxy.delete", [proxyid]);
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
