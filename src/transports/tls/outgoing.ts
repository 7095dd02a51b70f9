import type { TlsDirectives } from "../../config/tls.ts";
import type { ConnectOptions } from "../../io/io.ts";
import { cipherList } from "./ciphers.ts";
import type { Certificate, Psk } from "./material.ts";

/** How to connect to a Zabbix server or proxy, as `TLSConnect` says: options for `Io.connect`. */
export function outgoing(
  directives: TlsDirectives,
  { psk, certificate }: { readonly psk: Psk | undefined; readonly certificate: Certificate | undefined },
): ConnectOptions["tls"] {
  const { TLSConnect } = directives;
  if (TLSConnect === "psk" && psk !== undefined) return { psk, ciphers: cipherList(directives, "psk") };
  if (TLSConnect !== "cert" || certificate === undefined) return undefined;
  const { ca, cert, key, crl, names } = certificate;
  const trust = { ca, cert, key, crl, names, serverName: undefined, verify: true };
  return { ...trust, ciphers: cipherList(directives, "cert") };
}
