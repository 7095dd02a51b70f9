import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";
import { applyConfig } from "../../../src/config/apply.ts";
import { CORE } from "../../../src/config/core.ts";
import type { Files } from "../../../src/config/spec.ts";
import { type Accept, compileTls, type Tls } from "../../../src/transports/tls/compile.ts";
import { memoryFiles } from "../config/memory-files.ts";

export const IDENTITY = "PSK 001";
export const KEY = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/** `TLSAccept` and what goes with it, compiled as the daemon does it; the key above is there. */
export function accepting(...lines: readonly string[]): Accept {
  return tlsOf(["TLSPSKFile=/psk", `TLSPSKIdentity=${IDENTITY}`, ...lines], memoryFiles({ "/psk": `${KEY}\n` })).accept;
}

/** The TLS directives, compiled as the daemon does it. */
export function tlsOf(lines: readonly string[], files: Files): Tls {
  const entries = lines.map((line, at) => {
    const equals = line.indexOf("=");
    return { name: line.slice(0, equals), value: line.slice(equals + 1), file: "f", line: at + 1 };
  });
  const applied = applyConfig(entries, { core: CORE, sections: [] }, files);
  if (applied.kind === "refused") throw new Error(applied.problems.map(({ text }) => text).join("\n"));
  const compiled = compileTls(applied.config.core, files);
  if (compiled.kind === "refused") throw new Error(compiled.faults.map(({ text }) => text).join("\n"));
  return compiled.value;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

const CIPHERS = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:kECDHEPSK+AES128:kPSK+AES128";

/** tls.connect takes options of net.connect, too. */
export type ClientOptions = ConnectionOptions & { readonly localAddress?: string };

/** A client as OpenSSL builds of Zabbix are, with the right key unless `options` say otherwise. */
export function pskClient(at: Place, options: ClientOptions = {}): TLSSocket {
  return connect({ ...at, ciphers: CIPHERS, checkServerIdentity: () => undefined, pskCallback: key(), ...options });
}

export function key(identity = IDENTITY, hex = KEY): () => { identity: string; psk: Buffer } {
  return () => ({ identity, psk: Buffer.from(hex, "hex") });
}

/** What came back for one request, in hex; "" when the connection was closed without an answer. */
export function asked(socket: TLSSocket, request: Uint8Array): Promise<string> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    socket.once("close", () => resolve(Buffer.concat(chunks).toString("hex")));
    socket.once("secureConnect", () => socket.write(request));
  });
}
