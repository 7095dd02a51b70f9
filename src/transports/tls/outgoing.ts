import type { TlsDirectives } from "../../config/tls.ts";
import type { ConnectOptions } from "../../io/io.ts";
import { cipherList } from "./ciphers.ts";
import type { Certificate, Psk } from "./material.ts";

/** How to connect to a Zabbix server or proxy, as `TLSConnect` says: options for `Io.connect`. */
export function outgoing(
  directives: TlsDirectives,
  { psk, certificate }: { readonly psk: Psk | undefined; readonly certificate: Certificate | undefined },
): ConnectOptions["tls"] {
  switch (directives.TLSConnect) {
    case "unencrypted":
      return undefined;
    case "psk":
      return { psk: needed(psk, "key"), ciphers: cipherList(directives, "psk") };
    case "cert": {
      const { ca, cert, key, crl, names } = needed(certificate, "certificate");
      const trust = { ca, cert, key, crl, names, serverName: undefined, verify: true };
      return { ...trust, ciphers: cipherList(directives, "cert") };
    }
  }
}

/** `tlsFaults` has refused what lacks it; to go on without would be to connect unencrypted. */
function needed<T>(material: T | undefined, what: string): T {
  if (material === undefined) throw new Error(`TLSConnect has no ${what}`);
  return material;
}
