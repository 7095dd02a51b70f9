import type { SecureContextOptions } from "node:tls";
import type { Files } from "../../config/spec.ts";
import type { TlsDirectives } from "../../config/tls.ts";
import type { Fault } from "../../config/tls-faults.ts";
import type { ConnectOptions } from "../../io/io.ts";
import { nodeTls } from "../../io/node-tls.ts";
import { CIPHER_DIRECTIVES, cipherList } from "./ciphers.ts";
import { authoritiesFault, type Certificate, type Psk, pairFault, readCertificate, readPsk } from "./material.ts";
import { outgoing } from "./outgoing.ts";

/** How passive checks may come; at least one of the three. */
export interface Accept {
  readonly unencrypted: boolean;
  readonly secure: Secure | undefined;
}

/** What a TLS handshake may prove; at least one of psk and certificate. */
export interface Secure {
  readonly psk: Psk | undefined;
  readonly certificate: Certificate | undefined;
  readonly ciphers: string;
}

/** The TLS directives, understood and their files read. */
export interface Tls {
  readonly accept: Accept;
  /** For `Io.connect` to Zabbix servers and proxies; undefined: without encryption. */
  readonly connect: ConnectOptions["tls"];
}

export type Compiled =
  | { readonly kind: "ok"; readonly value: Tls }
  | { readonly kind: "refused"; readonly faults: readonly Fault[] };

/** Reads key and certificate and lets OpenSSL look at them. node:tls is loaded only when there is something to look at. */
export function compileTls(directives: TlsDirectives, files: Files): Compiled {
  const psk = readPsk(directives, files);
  const certificate = readCertificate(directives, files);
  const faults: Fault[] = [];
  if (psk.kind === "malformed") faults.push({ name: "TLSPSKFile", text: psk.reason });
  if (certificate.kind === "malformed") faults.push({ name: "TLSCertFile", text: certificate.reason });
  else if (certificate.value !== undefined) faults.push(...certificateFaults(certificate.value));
  faults.push(...cipherFaults(directives));
  if (psk.kind === "malformed" || certificate.kind === "malformed" || faults.length > 0) {
    return { kind: "refused", faults };
  }
  const material = { psk: psk.value, certificate: certificate.value };
  return { kind: "ok", value: { accept: accept(directives, material), connect: outgoing(directives, material) } };
}

interface Material {
  readonly psk: Psk | undefined;
  readonly certificate: Certificate | undefined;
}

function accept(directives: TlsDirectives, material: Material): Accept {
  const { TLSAccept } = directives;
  const psk = TLSAccept.includes("psk") ? material.psk : undefined;
  const certificate = TLSAccept.includes("cert") ? material.certificate : undefined;
  const unencrypted = TLSAccept.includes("unencrypted");
  if (psk === undefined && certificate === undefined) return { unencrypted, secure: undefined };
  const use = psk === undefined ? "cert" : certificate === undefined ? "psk" : "all";
  return { unencrypted, secure: { psk, certificate, ciphers: cipherList(directives, use) } };
}

function certificateFaults({ ca, cert, key, crl }: Certificate): readonly Fault[] {
  const fault = (name: Fault["name"], text: string | undefined): readonly Fault[] =>
    text === undefined ? [] : [{ name, text }];
  const authorities = authoritiesFault(ca);
  if (authorities !== undefined) return [{ name: "TLSCAFile", text: authorities }];
  const pair = fault("TLSCertFile", contextFault({ ca, cert, key }) ?? pairFault({ cert, key }));
  if (crl === undefined) return pair;
  if (crl.length === 0) return [...pair, { name: "TLSCRLFile", text: "it holds no revocation list" }];
  return [...pair, ...fault("TLSCRLFile", contextFault({ ca, crl: [...crl] }))];
}

function cipherFaults(directives: TlsDirectives): readonly Fault[] {
  return CIPHER_DIRECTIVES.flatMap((name) => {
    const ciphers = directives[name];
    const text = ciphers === undefined ? undefined : contextFault({ ciphers });
    return text === undefined ? [] : [{ name, text }];
  });
}

/** Why OpenSSL cannot work with this, as a fragment. */
function contextFault(options: SecureContextOptions): string | undefined {
  try {
    nodeTls().createSecureContext(options);
    return undefined;
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    return FAULTS[code] ?? message;
  }
}

const FAULTS: Readonly<Record<string, string>> = {
  ERR_SSL_NO_CIPHER_MATCH: "OpenSSL knows no such cipher (openssl-ciphers(1) has its grammar; GnuTLS has another)",
  ERR_OSSL_X509_KEY_VALUES_MISMATCH: "the key in TLSKeyFile does not belong to this certificate",
  ERR_OSSL_BAD_DECRYPT: "the key in TLSKeyFile has a password, which nobody could enter",
  ERR_OSSL_PEM_NO_START_LINE: "it holds no certificate",
  ERR_OSSL_PEM_BAD_BASE64_DECODE: "it holds a certificate that cannot be read",
  ERR_OSSL_UNSUPPORTED: "TLSKeyFile holds no private key",
  ERR_CRYPTO_OPERATION_FAILED: "it holds no revocation list that can be read",
};
