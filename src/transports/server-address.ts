import { isIPv6 } from "node:net";
import { type HostPort, parseHostPort } from "../io/endpoint.ts";
import { ok, type Parsed } from "../ring/answer.ts";

/** Where Zabbix servers and proxies listen for active checks and trapper values. */
const SERVER_PORT = 10_051;

/** Parses a server as ServerActive and redirects name it: `zabbix`, `192.0.2.1:20051`, `[2001:db8::1]:20051`, `2001:db8::1`. */
export function parseServer(text: string): Parsed<HostPort> {
  return isIPv6(text) ? ok({ kind: "tcp", host: text, port: SERVER_PORT }) : parseHostPort(text, SERVER_PORT);
}
