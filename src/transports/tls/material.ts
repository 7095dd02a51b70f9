import { X509Certificate } from "node:crypto";
import { parsePskFile } from "../../config/psk-file.ts";
import type { Files } from "../../config/spec.ts";
import type { TlsDirectives } from "../../config/tls.ts";
import type { WantedNames } from "../../io/certificate-names.ts";
import { malformed, ok, type Parsed } from "../../ring/answer.ts";

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
  /** One revocation list each: Node reads no further. */
  readonly crl: readonly string[];
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
  const [ca = "", cert = "", key = "", crl = ""] = texts.map((text) =>
    text.kind === "ok" ? Buffer.from(text.value).toString("utf8") : "",
  );
  const names = { issuer: directives.TLSServerCertIssuer, subject: directives.TLSServerCertSubject };
  return certificatesFault(ca) ?? ok({ ca, cert, key, crl: pemBlocks(crl, "X509 CRL"), names });
}

/** Node leaves out what it cannot read in a list of authorities, and then trusts nobody. */
function certificatesFault(ca: string): Parsed<never> | undefined {
  const blocks = pemBlocks(ca, "CERTIFICATE");
  if (blocks.length === 0) return malformed("TLSCAFile holds no certificate");
  return blocks.every(isCertificate) ? undefined : malformed("TLSCAFile holds a certificate that cannot be read");
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
