import { bytes, choice, duration, integer, optional, secretFile, text, yesNo } from "../../config/kinds.ts";
import { pemFile, secretPemFile } from "../../config/secret-kinds.ts";
import { directive, type Kind, type Section, type SectionSpec, type Values } from "../../config/spec.ts";
import type { TlsFiles } from "./access.ts";
import { type Address, labelsOf, parseAddress } from "./address.ts";
import { PROTOCOLS } from "./client.ts";
import type { TargetSpec } from "./target.ts";

const GIB = 2 ** 30;

const address: Kind<Address> = {
  syntax: "tcp://HOST:PORT, tls://HOST:PORT, unix:/PATH or HOST:PORT",
  parse: parseAddress,
  format: ({ uri }) => uri,
};

const general = {
  Discover: directive({
    kind: yesNo,
    fallback: true,
    doc: "Without any configured instance, sample 127.0.0.1:11211 and every memcached that runs on this machine.",
  }),
  SlowMs: directive({
    kind: integer(1, 30_000),
    fallback: 100,
    doc: "An instance that takes longer than this many milliseconds for two samples running is slow.",
  }),
};

const named = {
  Uri: directive({
    kind: optional(address),
    fallback: undefined,
    doc: "Where the instance listens.",
  }),
  Protocol: directive({
    kind: choice(PROTOCOLS),
    fallback: "auto",
    doc: "auto finds out; binary is for servers started with -B binary or -S, and goes without TLS.",
  }),
  User: directive({
    kind: optional(text),
    fallback: undefined,
    doc: "User for a server that wants a login (-S or -Y).",
  }),
  PasswordFile: directive({
    kind: optional(secretFile),
    fallback: undefined,
    doc: "File whose first line is the password. It is read anew for each connection.",
  }),
  TLSCAFile: directive({
    kind: optional(pemFile),
    fallback: undefined,
    doc: "Certificates that the server's certificate must lead to; default: those that Node trusts.",
  }),
  TLSCertFile: directive({
    kind: optional(pemFile),
    fallback: undefined,
    doc: "Certificate that is shown to the server.",
  }),
  TLSKeyFile: directive({
    kind: optional(secretPemFile),
    fallback: undefined,
    doc: "Private key of TLSCertFile.",
  }),
  TLSServerName: directive({
    kind: optional(text),
    fallback: undefined,
    doc: "Name that the server's certificate must have; default: the host of Uri.",
  }),
  TLSVerify: directive({
    kind: yesNo,
    fallback: true,
    doc: "Whether the server's certificate is checked.",
  }),
  Pool: directive({
    kind: optional(text),
    fallback: undefined,
    doc: "Name under which instances are summed up.",
  }),
  Default: directive({
    kind: yesNo,
    fallback: false,
    doc: "Whether keys without an instance mean this one; otherwise the one at 127.0.0.1:11211, else the first.",
  }),
  Timeout: directive({
    kind: optional(duration(1, 30)),
    fallback: undefined,
    doc: "How long one sample of this instance may take; default: Timeout.",
  }),
  ExpectMemory: directive({
    kind: optional(bytes(1, 1024 * GIB)),
    fallback: undefined,
    doc: "What -m is meant to be, in bytes; memcached.config.drift counts an instance that differs.",
  }),
  ExpectConnections: directive({
    kind: optional(integer(1, 2 ** 31)),
    fallback: undefined,
    doc: "What -c is meant to be.",
  }),
  ExpectThreads: directive({
    kind: optional(integer(1, 1024)),
    fallback: undefined,
    doc: "What -t is meant to be.",
  }),
  ExpectItemSize: directive({
    kind: optional(bytes(1024, GIB)),
    fallback: undefined,
    doc: "What -I is meant to be, in bytes.",
  }),
};

export type General = typeof general;
export type Named = typeof named;

export const section: SectionSpec<General, Named> = { prefix: "Memcached", general, named, check };

function check(_name: string, values: Values<Named>): string | undefined {
  if (values.Uri === undefined) return "Uri is missing";
  if ((values.User === undefined) !== (values.PasswordFile === undefined)) return "User and PasswordFile go together";
  if ((values.TLSCertFile === undefined) !== (values.TLSKeyFile === undefined)) {
    return "TLSCertFile and TLSKeyFile go together";
  }
  const tls = [values.TLSCAFile, values.TLSCertFile, values.TLSServerName].some((given) => given !== undefined);
  if (!values.Uri.tls && (tls || !values.TLSVerify)) return "TLS directives need a Uri with tls://";
  return values.Uri.tls && values.Protocol === "binary" ? "Protocol=binary goes without TLS only" : undefined;
}

/** The configured instances, in the order of the file. */
export function configuredTargets({ named: instances }: Section<General, Named>): readonly TargetSpec[] {
  return [...instances].flatMap(([name, values]) =>
    values.Uri === undefined ? [] : [targetSpec(name, values.Uri, values)],
  );
}

function targetSpec(name: string, uri: Address, values: Values<Named>): TargetSpec {
  const { User: user, PasswordFile: passwordFile } = values;
  return {
    name,
    labels: labelsOf(uri, { POOL: values.Pool ?? "", ...(values.Default ? { DEFAULT: "1" } : {}) }),
    access: {
      address: uri,
      tls: uri.tls ? tlsFiles(values) : undefined,
      login: user === undefined || passwordFile === undefined ? undefined : { user, passwordFile },
    },
    protocol: values.Protocol,
    timeout: values.Timeout,
    expected: expectedSettings(values),
  };
}

function tlsFiles(values: Values<Named>): TlsFiles {
  return {
    ca: values.TLSCAFile,
    cert: values.TLSCertFile,
    key: values.TLSKeyFile,
    serverName: values.TLSServerName,
    verify: values.TLSVerify,
  };
}

/** By their names in `stats settings`. */
function expectedSettings(values: Values<Named>): ReadonlyMap<string, string> {
  const meant = [
    ["maxbytes", values.ExpectMemory],
    ["maxconns", values.ExpectConnections],
    ["num_threads", values.ExpectThreads],
    ["item_size_max", values.ExpectItemSize],
  ] as const;
  return new Map(meant.flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const])));
}
