import type { X509Certificate } from "node:crypto";

/** What must stand in a peer's certificate; undefined: anything. RFC 4514, most specific part first. */
export interface WantedNames {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
}

/**
 * A distinguished name as zabbix_agentd compares it: RFC 4514, most specific part first, without spaces around "," and "+".
 * @param name as Node gives it: one part on each line, least specific first, values escaped
 */
export function rfc4514(name: string): string {
  const parts = name.split("\n").map((part) => part.split(" + ").toReversed().join("+"));
  return parts.toReversed().join(",");
}

/** Which name of a peer's certificate is not the one that it must have. */
export interface NameFault {
  readonly name: "issuer" | "subject";
  readonly found: string;
}

/** The texts are compared as they are, as zabbix_agentd does it. Undefined when the certificate has the names. */
export function nameFault(
  certificate: Pick<X509Certificate, "issuer" | "subject">,
  wanted: WantedNames,
): NameFault | undefined {
  for (const name of ["issuer", "subject"] as const) {
    const found = rfc4514(certificate[name]);
    if (wanted[name] !== undefined && wanted[name] !== found) return { name, found };
  }
  return undefined;
}

/** The fault as a fragment for people, who may want to copy the name. */
export function nameFaultText({ name, found }: NameFault): string {
  const directive = name === "issuer" ? "TLSServerCertIssuer" : "TLSServerCertSubject";
  return `the ${name} of its certificate is ${JSON.stringify(found)}, which is not "${directive}"`;
}
