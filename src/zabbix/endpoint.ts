import { malformed, ok, type Parsed } from "../ring/answer.ts";

// endpoint := name [ ":" port ] / IPv4 [ ":" port ] / IPv6 / "[" IPv6 "]" [ ":" port ]

const SERVER_PORT = 10_051;
const LONGEST_NAME = 255;

/** Where a Zabbix server or proxy listens; `host` is an address or a name. */
export interface ServerEndpoint {
  readonly host: string;
  readonly port: number;
}

/** Parses an address as ServerActive and redirects have it; port 10051 when it names none. */
export function parseEndpoint(text: string): Parsed<ServerEndpoint> {
  const bracketed = /^\[([0-9A-Fa-f]*:[0-9A-Fa-f:.]*)\](?::(\d{1,5}))?$/.exec(text);
  const plain = /^([^\s:[\],;]+)(?::(\d{1,5}))?$/.exec(text);
  const bare = /^[0-9A-Fa-f]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*$/.test(text) ? [text, text] : null;
  const [, host = "", port] = bracketed ?? plain ?? bare ?? [];
  if (host === "" || host.length > LONGEST_NAME) return malformed(`"${text}" is not of the form ADDRESS[:PORT]`);
  const number = Number(port ?? SERVER_PORT);
  if (number < 1 || number > 65_535) return malformed(`"${text}" has a port outside of 1-65535`);
  return ok({ host, port: number });
}
