import type { Server } from "node:net";
import { endpointText } from "../io/endpoint.ts";

/** What a server listens on: an address, or a socket that listens already and was handed to this process. */
export type Door =
  | { readonly host: string; readonly port: number; readonly ipv6Only?: boolean }
  | { readonly fd: number };

/** A door for people. */
export function doorText(door: Door): string {
  return "fd" in door ? `the inherited socket ${door.fd}` : endpointText({ kind: "tcp", ...door });
}

/** Starts a TCP server; resolves to a fragment that says what to do about it when that cannot be. */
export function listening(server: Server, door: Door, backlog: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) =>
      resolve(`cannot listen on ${doorText(door)}: ${reasonOf(error, door)}`);
    server.once("error", fail);
    server.listen({ ...door, backlog }, () => {
      server.off("error", fail);
      resolve(undefined);
    });
  });
}

const AGENT_PORT = 10_050;

function reasonOf(error: NodeJS.ErrnoException, door: Door): string {
  if ("fd" in door) return error.message;
  const { host, port } = door;
  const owner = port === AGENT_PORT ? "which is Zabbix agent's own port" : `"ss -ltnp sport = :${port}" shows it`;
  switch (error.code) {
    case "EADDRINUSE":
      return `another program has the port, ${owner}`;
    case "EADDRNOTAVAIL":
      return `this machine has no address ${host}`;
    case "EAFNOSUPPORT":
      return "this machine has no IPv6";
    case "EACCES":
      return "not permitted; ports below 1024 need CAP_NET_BIND_SERVICE";
    default:
      return error.message;
  }
}
