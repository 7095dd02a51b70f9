import type { Encryption, TlsDirectives } from "./tls.ts";

type Name = keyof TlsDirectives;

/** A directive and what is wrong with it beside the others. */
export interface Fault {
  readonly name: Name;
  readonly text: string;
}

const FILES: Readonly<Record<"psk" | "cert", readonly Name[]>> = {
  psk: ["TLSPSKIdentity", "TLSPSKFile"],
  cert: ["TLSCAFile", "TLSCertFile", "TLSKeyFile"],
};

/** What makes sense only together with what is needed for an encryption. */
const COMPANIONS: Readonly<Record<"psk" | "cert", readonly Name[]>> = {
  psk: ["TLSCipherPSK", "TLSCipherPSK13", "TLSCipherAll", "TLSCipherAll13"],
  cert: [
    "TLSCRLFile",
    "TLSServerCertIssuer",
    "TLSServerCertSubject",
    "TLSCipherCert",
    "TLSCipherCert13",
    "TLSCipherAll",
    "TLSCipherAll13",
  ],
};

/**
 * What zabbix_agentd demands of the TLS directives together: a key or certificate is whole or not there, what needs one has
 * one, and whoever has one says what it is for, since the default is not to encrypt.
 * @param given whether the configuration names a directive
 */
export function tlsFaults(values: TlsDirectives, given: (name: string) => boolean): readonly Fault[] {
  return (["psk", "cert"] as const).flatMap((encryption) => {
    const there = FILES[encryption].filter((name) => values[name] !== undefined);
    if (there.length < FILES[encryption].length) return incomplete(encryption, values, there);
    const name = there.at(-1);
    return name === undefined ? [] : unused(name, encryption, given);
  });
}

function incomplete(encryption: "psk" | "cert", values: TlsDirectives, there: readonly Name[]): readonly Fault[] {
  const missing = FILES[encryption].filter((name) => !there.includes(name)).join(" and ");
  const companions = COMPANIONS[encryption].filter((name) => values[name] !== undefined);
  const needing = [
    ...(values.TLSConnect === encryption ? (["TLSConnect"] as const) : []),
    ...(values.TLSAccept.includes(encryption satisfies Encryption) ? (["TLSAccept"] as const) : []),
  ].map((name): Fault => ({ name, text: `${encryption} needs ${missing}` }));
  return [...needing, ...[...there, ...companions].map((name): Fault => ({ name, text: `needs ${missing}` }))];
}

function unused(name: Name, encryption: "psk" | "cert", given: (name: string) => boolean): readonly Fault[] {
  const silent = [
    ...(given("TLSAccept") ? [] : ["TLSAccept"]),
    ...(given("TLSConnect") || !given("ServerActive") ? [] : ["TLSConnect"]),
  ];
  return silent.map((missing) => ({
    name,
    text: `needs ${missing}: ${encryption}, or unencrypted if that is meant`,
  }));
}
