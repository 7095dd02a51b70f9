import type { X509Certificate } from "node:crypto";

/** What must stand in a peer's certificate, as `rfc4514` or `gnutlsName` gives it; undefined: anything. */
export interface WantedNames {
  readonly issuer: string | undefined;
  readonly subject: string | undefined;
}

/**
 * A distinguished name as zabbix_agentd compares it where it is built with OpenSSL: RFC 4514, most specific part first,
 * without spaces around "," and "+".
 * @param name as Node gives it: one part on each line, least specific first, values escaped
 */
export function rfc4514(name: string): string {
  return joined(parts(name).map((attributes) => attributes.toReversed()));
}

/**
 * The same where zabbix_agentd is built with GnuTLS, as Debian's is: that has other words for some attributes, and keeps
 * the order of those that make up one part.
 */
export function gnutlsName(name: string): string {
  return joined(parts(name).map((attributes) => attributes.map(renamed)));
}

function parts(name: string): readonly (readonly string[])[] {
  return name.split("\n").map((part) => part.split(" + "));
}

function joined(attributes: readonly (readonly string[])[]): string {
  return attributes
    .map((part) => part.join("+"))
    .toReversed()
    .join(",");
}

/** OpenSSL's words, and GnuTLS's. */
const GNUTLS_WORDS: ReadonlyMap<string, string> = new Map([
  ["emailAddress", "EMAIL"],
  ["SN", "surName"],
  ["GN", "givenName"],
]);

function renamed(attribute: string): string {
  const end = attribute.indexOf("=");
  const word = GNUTLS_WORDS.get(attribute.slice(0, end));
  return word === undefined ? attribute : `${word}${attribute.slice(end)}`;
}

/** Which name of a peer's certificate is not the one that it must have. */
export interface NameFault {
  readonly name: "issuer" | "subject";
  readonly found: string;
}

/**
 * The texts are compared as they are, as zabbix_agentd does it, in the words of either library: both mean the same name.
 * Undefined when the certificate has the names.
 */
export function nameFault(
  certificate: Pick<X509Certificate, "issuer" | "subject">,
  wanted: WantedNames,
): NameFault | undefined {
  for (const name of ["issuer", "subject"] as const) {
    const shown = certificate[name];
    const meant = wanted[name];
    if (meant === undefined || meant === rfc4514(shown) || meant === gnutlsName(shown)) continue;
    return { name, found: rfc4514(shown) };
  }
  return undefined;
}

/** The fault as a fragment for people, who may want to copy the name. */
export function nameFaultText({ name, found }: NameFault): string {
  const directive = name === "issuer" ? "TLSServerCertIssuer" : "TLSServerCertSubject";
  return `the ${name} of its certificate is ${JSON.stringify(found)}, which is not "${directive}"`;
}
