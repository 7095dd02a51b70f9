import { endpointText, parseHostPort } from "../../io/endpoint.ts";
import type { Endpoint } from "../../io/io.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";
import type { Labels } from "../../ring/sample.ts";

const DEFAULT_PORT = 11211;

/** Where an instance listens. `uri`: the one way to write it, which the labels carry. */
export interface Address {
  readonly endpoint: Endpoint;
  readonly tls: boolean;
  readonly uri: string;
}

/**
 * Reads `tcp://host:port`, `tls://host:port`, `host`, `host:port`, `[::1]:port`, `unix:/path` or `/path`; the port
 * may be left out.
 */
export function parseAddress(text: string): Parsed<Address> {
  const path = /^(?:unix:(?:\/\/)?)?(\/.+)$/.exec(text)?.[1];
  if (path !== undefined) return ok(unixAddress(path));
  const [, scheme = "tcp", authority = ""] = /^(?:([a-z]+):\/\/)?(.*?)\/?$/.exec(text) ?? [];
  if (scheme !== "tcp" && scheme !== "tls") return malformed(`unknown scheme "${scheme}"`);
  if (authority.includes("@"))
    return malformed("a user or password stands in it; they belong in User and PasswordFile");
  const endpoint = parseHostPort(authority, DEFAULT_PORT);
  if (endpoint.kind === "ok") return ok(hostAddress(endpoint.value.host, endpoint.value.port, scheme));
  return endpoint.reason.startsWith("port") ? endpoint : malformed("neither a host with a port nor a path");
}

export function hostAddress(host: string, port: number, scheme: "tcp" | "tls" = "tcp"): Address {
  const endpoint: Endpoint = { kind: "tcp", host, port };
  const uri = `${scheme}://${endpointText(endpoint)}`;
  return { endpoint, tls: scheme === "tls", uri };
}

export function unixAddress(path: string): Address {
  return { endpoint: { kind: "unix", path }, tls: false, uri: `unix:${path}` };
}

/** What discovery says about an instance. HOST is the path for a unix socket, PORT then empty. */
export function labelsOf({ endpoint, uri }: Address, more: Labels): Labels {
  const [host, port] = endpoint.kind === "unix" ? [endpoint.path, ""] : [endpoint.host, String(endpoint.port)];
  return { URI: uri, HOST: host, PORT: port, ...more };
}
