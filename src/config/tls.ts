import { choice, list, optional, text } from "./kinds.ts";
import { pemFile, pskFile, pskIdentity, secretPemFile } from "./secret-kinds.ts";
import { type Directives, directive, type Kind, type Values } from "./spec.ts";

/** How a connection may be protected, in zabbix_agentd's words. */
export const ENCRYPTIONS = ["unencrypted", "psk", "cert"] as const;

export type Encryption = (typeof ENCRYPTIONS)[number];

const ciphers: Kind<string> = { ...text, syntax: "OpenSSL cipher list" };
const suites: Kind<string> = { ...text, syntax: "OpenSSL list of TLS 1.3 cipher suites" };
const distinguishedName: Kind<string> = {
  ...text,
  syntax: "distinguished name (RFC 4514), such as CN=server,O=Example",
};

/** The TLS directives of zabbix_agentd. */
export const TLS = {
  TLSConnect: directive({
    kind: choice(ENCRYPTIONS),
    fallback: "unencrypted",
    doc: "How tidemark connects to Zabbix servers and proxies.",
  }),
  TLSAccept: directive({
    kind: list(choice(ENCRYPTIONS), { atLeast: 1 }),
    fallback: ["unencrypted"],
    doc: "What passive checks may come with; all on the same port.",
  }),
  TLSCAFile: directive({
    kind: optional(pemFile),
    fallback: undefined,
    doc: "Certificates of the authorities that a peer's certificate must lead to.",
  }),
  TLSCRLFile: directive({
    kind: optional(pemFile),
    fallback: undefined,
    doc: "Revoked certificates: a list of each authority in TLSCAFile.",
  }),
  TLSServerCertIssuer: directive({
    kind: optional(distinguishedName),
    fallback: undefined,
    doc: "Who must have issued a peer's certificate, most specific part first. Without it, any authority in TLSCAFile.",
  }),
  TLSServerCertSubject: directive({
    kind: optional(distinguishedName),
    fallback: undefined,
    doc: "To whom a peer's certificate must have been issued, most specific part first. Without it, to anybody.",
  }),
  TLSCertFile: directive({
    kind: optional(pemFile),
    fallback: undefined,
    doc: "Certificate of this tidemark, followed by those that lead from it to its authority.",
  }),
  TLSKeyFile: directive({
    kind: optional(secretPemFile),
    fallback: undefined,
    doc: "Private key of TLSCertFile, without a password.",
  }),
  TLSPSKIdentity: directive({
    kind: optional(pskIdentity),
    fallback: undefined,
    doc: "Name of the pre-shared key. It is no secret: it is sent unencrypted.",
  }),
  TLSPSKFile: directive({
    kind: optional(pskFile),
    fallback: undefined,
    doc: "File whose first line is the pre-shared key: 32 to 512 hexadecimal digits.",
  }),
  TLSCipherCert: cipherDirective(ciphers, "up to TLS 1.2 with certificates"),
  TLSCipherCert13: cipherDirective(suites, "for TLS 1.3 with certificates"),
  TLSCipherPSK: cipherDirective(ciphers, "up to TLS 1.2 with a pre-shared key"),
  TLSCipherPSK13: cipherDirective(suites, "for TLS 1.3 with a pre-shared key"),
  TLSCipherAll: cipherDirective(ciphers, "up to TLS 1.2 where TLSAccept has both psk and cert"),
  TLSCipherAll13: cipherDirective(suites, "for TLS 1.3 where TLSAccept has both psk and cert"),
} satisfies Directives;

export type TlsDirectives = Values<typeof TLS>;

function cipherDirective(kind: Kind<string>, use: string) {
  return directive({ kind: optional(kind), fallback: undefined, doc: `Ciphers ${use}, instead of the usual ones.` });
}
