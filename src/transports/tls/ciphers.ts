import type { TlsDirectives } from "../../config/tls.ts";

/** The agents' own choice; ECDSA beside RSA. They stay with AES-128, which with its SHA-256 is what a PSK needs on TLS 1.3. */
const CERT = "EECDH+aRSA+AES128:EECDH+aECDSA+AES128:RSA+aRSA+AES128";
const PSK = "kECDHEPSK+AES128:kPSK+AES128";
const SUITES = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";

/** Which peers a list is for. */
export type CipherUse = "cert" | "psk" | "all";

/** One list as Node wants it: TLS 1.3 suites and older ciphers. */
export function cipherList(directives: TlsDirectives, use: CipherUse): string {
  const { suites, ciphers } = chosen(directives, use);
  return `${suites ?? SUITES}:${ciphers ?? { cert: CERT, psk: PSK, all: `${CERT}:${PSK}` }[use]}`;
}

function chosen(directives: TlsDirectives, use: CipherUse) {
  switch (use) {
    case "cert":
      return { suites: directives.TLSCipherCert13, ciphers: directives.TLSCipherCert };
    case "psk":
      return { suites: directives.TLSCipherPSK13, ciphers: directives.TLSCipherPSK };
    case "all":
      return { suites: directives.TLSCipherAll13, ciphers: directives.TLSCipherAll };
  }
}

/** The directives that hold cipher lists. */
export const CIPHER_DIRECTIVES = [
  "TLSCipherCert",
  "TLSCipherCert13",
  "TLSCipherPSK",
  "TLSCipherPSK13",
  "TLSCipherAll",
  "TLSCipherAll13",
] as const;
