import { readFileSync } from "node:fs";
import { connect, type TLSSocket } from "node:tls";
import { diskFiles } from "../../src/config/files.ts";
import type { Accept } from "../../src/transports/tls/compile.ts";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { type ClientOptions, IDENTITY, KEY, type Place, pskClient, tlsOf } from "../unit/transports/tls-loopback.ts";
import { Authority, type Issued, pskFile } from "./certificates.ts";

/** A check and its answer, the latter in hex. */
export const PING = encodePacket(Buffer.from("agent.ping"));
export const ONE = "5a42584401010000000000000031";

/** The lists of an OpenSSL build of Zabbix's C programs and of agent 2. */
const SUITES = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
const PSK_CIPHERS = `${SUITES}:kECDHEPSK+AES128:kPSK+AES128`;
const CERT_CIPHERS = `${SUITES}:EECDH+aRSA+AES128:RSA+aRSA+AES128`;

export const WAYS = ["unencrypted", "psk 1.2", "psk 1.3", "cert 1.2", "cert 1.3"] as const;
export type TlsWay = Exclude<(typeof WAYS)[number], "unencrypted">;

/** Key and certificates on disk, the same authority for both sides. */
export class Material {
  readonly authority: Authority;
  readonly #own: Issued;
  readonly #psk: string;

  private constructor(authority: Authority, own: Issued) {
    this.authority = authority;
    this.#own = own;
    this.#psk = pskFile(authority.directory, KEY);
  }

  static async make(): Promise<Material> {
    const authority = await Authority.make();
    return new Material(authority, await authority.issue("/O=Lab/OU=Mon/CN=agent"));
  }

  /** The directives that name key and certificate. */
  get lines(): readonly string[] {
    const { cert, key } = this.#own;
    const certificate = [`TLSCAFile=${this.authority.ca}`, `TLSCertFile=${cert}`, `TLSKeyFile=${key}`];
    return [`TLSPSKIdentity=${IDENTITY}`, `TLSPSKFile=${this.#psk}`, ...certificate];
  }

  /** These lines with them, compiled as the daemon does it. */
  accept(...lines: readonly string[]): Accept {
    return tlsOf([...this.lines, ...lines], diskFiles).accept;
  }

  /** A client that comes this way, with the right key, or with the certificate if there is one. */
  client(at: Place, way: TlsWay, shown?: Issued, options: ClientOptions = {}): TLSSocket {
    const version = way.endsWith("1.2") ? "TLSv1.2" : "TLSv1.3";
    const only = { minVersion: version, maxVersion: version, ...options } as const;
    if (way.startsWith("psk")) return pskClient(at, { ciphers: PSK_CIPHERS, rejectUnauthorized: false, ...only }); // a certificate that it is shown says nothing to it
    const trust = { ca: readFileSync(this.authority.ca), checkServerIdentity: () => undefined, ciphers: CERT_CIPHERS };
    const own = shown === undefined ? {} : { cert: readFileSync(shown.cert), key: readFileSync(shown.key) };
    return connect({ ...at, ...trust, ...own, ...only });
  }
}
