import { createPrivateKey, X509Certificate } from "node:crypto";
import { parsePskFile } from "../../config/psk-file.ts";
import type { Files } from "../../config/spec.ts";
import type { TlsDirectives } from "../../config/tls.ts";
import type { WantedNames } from "../../io/certificate-names.ts";
import { ok, type Parsed } from "../../ring/answer.ts";

/** A pre-shared key and its name. */
export interface Psk {
  readonly identity: string;
  readonly key: Uint8Array;
}

/** Who we are and whom we trust: PEM texts, and the names that a peer's certificate must have. */
export interface Certificate {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** One revocation list each: Node reads no further. Undefined: revocation is not looked at. */
  readonly crl: readonly string[] | undefined;
  readonly names: WantedNames;
}

/** The key that the directives name; undefined when they name none. Malformed with a fragment when it cannot be read. */
export function readPsk({ TLSPSKIdentity, TLSPSKFile }: TlsDirectives, files: Files): Parsed<Psk | undefined> {
  if (TLSPSKIdentity === undefined || TLSPSKFile === undefined) return ok(undefined);
  const content = files.read(TLSPSKFile);
  const key = content.kind === "ok" ? parsePskFile(content.value) : content;
  return key.kind === "ok" ? ok({ identity: TLSPSKIdentity, key: key.value }) : key;
}

/** The certificate that the directives name; undefined when they name none. Malformed when a file cannot be read. */
export function readCertificate(directives: TlsDirectives, files: Files): Parsed<Certificate | undefined> {
  const { TLSCAFile, TLSCertFile, TLSKeyFile, TLSCRLFile } = directives;
  if (TLSCAFile === undefined || TLSCertFile === undefined || TLSKeyFile === undefined) return ok(undefined);
  const paths = [TLSCAFile, TLSCertFile, TLSKeyFile, ...(TLSCRLFile === undefined ? [] : [TLSCRLFile])];
  const texts = paths.map((path) => files.read(path));
  const bad = texts.find((text) => text.kind === "malformed");
  if (bad?.kind === "malformed") return bad;
  const [ca = "", cert = "", key = "", lists] = texts.map((text) =>
    text.kind === "ok" ? Buffer.from(text.value).toString("utf8") : "",
  );
  const crl = lists === undefined ? undefined : pemBlocks(lists, "X509 CRL");
  const names = { issuer: directives.TLSServerCertIssuer, subject: directives.TLSServerCertSubject };
  return ok({ ca, cert, key, crl, names });
}

/** What is wrong with authorities, as a fragment. Node leaves out those that it cannot read, and then trusts nobody. */
export function authoritiesFault(ca: string): string | undefined {
  const blocks = pemBlocks(ca, "CERTIFICATE");
  if (blocks.length === 0) return "it holds no certificate";
  return blocks.every(isCertificate) ? undefined : "it holds a certificate that cannot be read";
}

/**
 * What is wrong with a key beside its certificate, as a fragment. OpenSSL itself compares only keys of one kind: with others
 * it would load both, and no handshake would come to an end. Throws for what is no certificate or no key.
 */
export function pairFault({ cert, key }: Pick<Certificate, "cert" | "key">): string | undefined {
  const fits = new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  return fits ? undefined : "the key in TLSKeyFile does not belong to this certificate";
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function pemBlocks(text: string, label: string): readonly string[] {
  return text.match(new RegExp(`-----BEGIN ${label}-----[^]*?-----END ${label}-----`, "g")) ?? [];
}
