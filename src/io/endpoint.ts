import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { Endpoint } from "./io.ts";

/** The TCP kind of an endpoint. */
export type HostPort = Extract<Endpoint, { kind: "tcp" }>;

const AUTHORITY = /^(?:\[([0-9A-Fa-f:.]+)\]|([^[\]:/@\s]+))(?::(\d{1,5}))?$/;

/** Reads `host`, `host:port`, `[::1]` or `[::1]:port`. */
export function parseHostPort(text: string, defaultPort: number): Parsed<HostPort> {
  const [, bracketed, name, digits] = AUTHORITY.exec(text) ?? [];
  const host = bracketed ?? name;
  const port = digits === undefined ? defaultPort : Number(digits);
  if (host === undefined) return malformed("not a host with a port");
  return port === 0 || port > 65_535
    ? malformed(`port ${port} is not within 1-65535`)
    : ok({ kind: "tcp", host, port });
}

/** `127.0.0.1:11211`, `[::1]:11211` or the path of a socket: how people name an endpoint. */
export function endpointText(endpoint: Endpoint): string {
  if (endpoint.kind === "unix") return endpoint.path;
  const { host, port } = endpoint;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Whether a name of this machine says so at once; others are not looked up. */
export function isLoopback(endpoint: Endpoint): boolean {
  return endpoint.kind === "tcp" && /^(127\.|::1$|localhost$)/.test(endpoint.host);
}
