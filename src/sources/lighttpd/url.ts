import { endpointText, type HostPort, parseHostPort } from "../../io/endpoint.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";

const HTTP_PORT = 80;

/** The status page of one lighttpd. */
export interface StatusUrl {
  readonly endpoint: HostPort;
  /** As mod_status knows it, without a query. */
  readonly path: string;
  /** The one way to write it. */
  readonly text: string;
}

/** Reads `http://host[:port]/path`; the `?auto` that is asked for may stand behind it. */
export function parseStatusUrl(text: string): Parsed<StatusUrl> {
  const [, scheme, authority = "", path = "", query] = /^([a-z]+):\/\/([^/?#]*)([^?#]*)(?:\?(.*))?$/.exec(text) ?? [];
  if (scheme === undefined) return malformed("it does not begin with http://");
  if (scheme !== "http") return malformed(`"${scheme}" cannot be spoken, only http`);
  if (authority.includes("@")) return malformed("a user or password stands in it, and none is ever sent");
  if (query !== undefined && query !== "auto") return malformed(`"?${query}" cannot be read, only ?auto`);
  if (!/^\/[\x21-\x7e]*$/.test(path)) return malformed("it has no path, or one that needs escapes");
  const endpoint = parseHostPort(authority, HTTP_PORT);
  return endpoint.kind === "ok" ? ok(statusUrl(endpoint.value, path)) : endpoint;
}

export function statusUrl(endpoint: HostPort, path: string): StatusUrl {
  const authority = endpointText(endpoint).replace(/:80$/, "");
  return { endpoint, path, text: `http://${authority}${path}` };
}
