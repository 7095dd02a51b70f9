import { readFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { encodePacket } from "../src/zabbix/packet.ts";
import { cpuMicroseconds } from "./proc.ts";
import { LOCAL, type Running } from "./programs.ts";
import { IDENTITY, type TlsFiles } from "./tls-files.ts";

/** How a check comes; the versions are those that a peer may be built for. */
export const WAYS = ["plain", "PSK 1.2", "PSK 1.3", "cert 1.2", "cert 1.3"] as const;
export type Way = (typeof WAYS)[number];

/** `p50`, `p99`: microseconds from connect to the whole answer; `cpu`: microseconds of the server per check. */
export interface TlsMeasured {
  readonly perSecond: number;
  readonly failures: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpu: number;
}

/** Asks for agent.ping over and over, each time on a connection of its own. */
export async function measureTls(
  server: Running,
  load: { readonly way: Way; readonly clients: number; readonly seconds: number },
  files: TlsFiles,
): Promise<TlsMeasured> {
  const open = opener(server.port, load.way, files);
  const took: number[] = [];
  let failures = 0;
  const before = cpuMicroseconds(server.pid);
  const began = performance.now();
  const client = async () => {
    while (performance.now() - began < load.seconds * 1000) {
      const start = performance.now();
      if (await answered(open())) took.push((performance.now() - start) * 1000);
      else failures++;
    }
  };
  await Promise.all(Array.from({ length: load.clients }, client));
  const seconds = (performance.now() - began) / 1000;
  const cpu = (cpuMicroseconds(server.pid) - before) / (took.length + failures);
  took.sort((a, b) => a - b);
  const share = (of: number) => took[Math.round(of * (took.length - 1))] ?? Number.NaN;
  return { perSecond: took.length / seconds, failures, p50: share(0.5), p99: share(0.99), cpu };
}

function opener(port: number, way: Way, files: TlsFiles): () => Socket {
  const at = { host: LOCAL, port };
  if (way === "plain") return () => connectPlain(at);
  const version = way.endsWith("1.2") ? "TLSv1.2" : "TLSv1.3";
  const options = { ...at, minVersion: version, maxVersion: version, ...proof(way, files) } as const;
  return () => connect({ ...options, checkServerIdentity: () => undefined });
}

function proof(way: Way, { pskHex, ca, cert, key }: TlsFiles): ConnectionOptions {
  if (way.startsWith("cert")) return { ca: readFileSync(ca), cert: readFileSync(cert), key: readFileSync(key) };
  const psk = Buffer.from(pskHex, "hex");
  const ciphers = "TLS_AES_128_GCM_SHA256:kECDHEPSK+AES128:kPSK+AES128";
  return { ciphers, pskCallback: () => ({ identity: IDENTITY, psk }) };
}

const REQUEST = encodePacket(Buffer.from("agent.ping"));
/** zabbix_agent2 fills a reserved field of the header. */
const HEADER_BYTES = 13;

function answered(socket: Socket): Promise<boolean> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.once("close", () => resolve(Buffer.concat(chunks).subarray(HEADER_BYTES).toString() === "1"));
    socket.write(REQUEST);
  });
}
