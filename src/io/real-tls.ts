import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { ConnectionOptions, PeerCertificate } from "node:tls";
import { nameFault, nameFaultText, type WantedNames } from "./certificate-names.ts";
import type { CertificateTls, Endpoint, PskTls, TlsOptions } from "./io.ts";

/** The oldest version that is spoken: GnuTLS builds of Zabbix know nothing newer. */
const OLDEST = "TLSv1.2";

/** Options of tls.connect. */
export function tlsOptions(endpoint: Endpoint, options: TlsOptions): ConnectionOptions {
  return "psk" in options ? presharedKey(options) : certificates(endpoint, options);
}

/**
 * A server that does not know the key may go on with its certificate on TLS 1.3, which would prove nothing here:
 * whoever shows one is refused, also one that some authority vouches for.
 */
function presharedKey({ psk, ciphers }: PskTls): ConnectionOptions {
  return {
    pskCallback: () => ({ identity: psk.identity, psk: psk.key }),
    ciphers,
    minVersion: OLDEST,
    ca: [],
    checkServerIdentity: (_host, { raw }: Partial<PeerCertificate>) =>
      raw === undefined ? undefined : new Error("it shows a certificate instead of proving that it knows the key"),
  };
}

function certificates(endpoint: Endpoint, options: CertificateTls): ConnectionOptions {
  const { ca, cert, key, crl, ciphers, names, verify } = options;
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(crl === undefined ? {} : { crl: [...crl] }),
    ...(ciphers === undefined ? {} : { ciphers, minVersion: OLDEST }),
    ...(names === undefined ? {} : { checkServerIdentity: (_host, { raw }) => namesError(raw, names) }),
    ...serverName(endpoint, options),
    rejectUnauthorized: verify,
  };
}

/** A name in SNI must not be an address. */
function serverName(endpoint: Endpoint, { serverName: named }: CertificateTls): ConnectionOptions {
  const host = named ?? (endpoint.kind === "tcp" ? endpoint.host : undefined);
  return host === undefined || isIP(host) !== 0 ? {} : { servername: host };
}

function namesError(raw: Uint8Array, names: WantedNames): Error | undefined {
  const fault = nameFault(new X509Certificate(raw), names);
  return fault === undefined ? undefined : new Error(nameFaultText(fault));
}
