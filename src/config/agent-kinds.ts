import { isIP } from "node:net";
import { malformed, ok } from "../ring/answer.ts";
import type { Kind } from "./spec.ts";

/** An address to listen on. */
export const ipAddress: Kind<string> = {
  syntax: "IP address",
  parse: (text) => (isIP(text) === 0 ? malformed("not an IP address") : ok(text)),
};

/** The name of a Zabbix host. The agents' rule: letters, digits, dot, underscore, dash and space, at most 128. */
export const hostName: Kind<string> = {
  syntax: "host name of at most 128 letters, digits, spaces, dots, dashes and underscores",
  parse: (text) => {
    const odd = /[^A-Za-z0-9 ._-]/u.exec(text)?.[0];
    if (odd !== undefined) return malformed(`has the character "${odd}"`);
    if (text === "") return malformed("empty");
    return text.length > 128 ? malformed(`has ${text.length} characters`) : ok(text);
  },
};
