import { optional, yesNo } from "../../config/kinds.ts";
import { directive, type Kind, type Section, type SectionSpec, type Values } from "../../config/spec.ts";
import { endpointText, type HostPort, parseHostPort } from "../../io/endpoint.ts";

/** The port that IANA gave Gearman. */
export const GEARMAN_PORT = 4730;

const address: Kind<HostPort> = {
  syntax: "HOST or HOST:PORT",
  parse: (text) => parseHostPort(text, GEARMAN_PORT),
  format: endpointText,
};

const general = {
  Discover: directive({
    kind: yesNo,
    fallback: true,
    doc: "Without any configured server, sample 127.0.0.1:4730 once a gearmand process is seen on this machine.",
  }),
};

const named = {
  Address: directive({
    kind: optional(address),
    fallback: undefined,
    doc: "Where the job server listens without TLS; port 4730 by default.",
  }),
};

export type General = typeof general;
export type Named = typeof named;

export const section: SectionSpec<General, Named> = { prefix: "Gearman", general, named, check };

function check(_name: string, { Address }: Values<Named>): string | undefined {
  return Address === undefined ? "Address is missing" : undefined;
}

/** Names and addresses in the order of the file. */
export function configured({ named: servers }: Section<General, Named>): readonly (readonly [string, HostPort])[] {
  return [...servers].flatMap(([name, { Address }]) => (Address === undefined ? [] : [[name, Address] as const]));
}
