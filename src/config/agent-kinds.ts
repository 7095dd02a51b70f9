import { isIP, isIPv4 } from "node:net";
import { malformed, ok } from "../ring/answer.ts";
import type { Kind } from "./spec.ts";

/*
 * Kinds of the directives that zabbix_agentd has too. They refuse at start what agents refuse at start; what a peer's
 * name means is decided where peers connect.
 */

/** An address to listen on. */
export const ipAddress: Kind<string> = {
  syntax: "IP address",
  parse: (text) => (isIP(text) === 0 ? malformed("not an IP address") : ok(text)),
};

/** Who may ask: an address, a CIDR block or a DNS name that is resolved when a peer connects. */
export const peer: Kind<string> = {
  syntax: "IP address, CIDR block or DNS name",
  parse: (text) => (isIP(text) !== 0 || isBlock(text) || isDnsName(text) ? ok(text) : malformed("none of these")),
};

function isBlock(text: string): boolean {
  const [, address = "", bits] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  return isIP(address) !== 0 && Number(bits) <= (isIPv4(address) ? 32 : 128);
}

/** Digits and dots alone are a mistyped address, not a name. */
function isDnsName(text: string): boolean {
  return text.length <= 253 && /^(?![\d.]*$)[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?$/.test(text);
}

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

/** The field count of a cron expression; the schedule itself is judged by the scheduler. */
export const cronExpression: Kind<string> = {
  syntax: "cron expression of 5 or 6 fields",
  parse: (text) => {
    const fields = text.split(/\s+/).filter((field) => field !== "").length;
    return fields === 5 || fields === 6 ? ok(text) : malformed(`has ${fields} ${fields === 1 ? "field" : "fields"}`);
  },
};
