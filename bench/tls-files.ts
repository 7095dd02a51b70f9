import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { directory } from "./programs.ts";

export const IDENTITY = "PSK 001";

/** Paths of what both sides of a TLS connection need; one certificate serves both. */
export interface TlsFiles {
  readonly psk: string;
  readonly pskHex: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** A pre-shared key of 32 bytes, and an RSA key of 2,048 bits with a certificate, as most have them. Needs openssl. */
export function tlsFiles(): TlsFiles {
  const at = join(directory, "tls");
  mkdirSync(at);
  chmodSync(directory, 0o755); // agents give up root
  const [psk, ca, caKey, request, cert, key] = ["psk", "ca.pem", "ca.key", "own.csr", "own.pem", "own.key"].map(
    (name) => join(at, name),
  );
  if (!psk || !ca || !caKey || !request || !cert || !key) throw new Error("six names, six paths");
  const pskHex = randomBytes(32).toString("hex");
  writeFileSync(psk, `${pskHex}\n`, { mode: 0o640 });
  const rsa = ["-newkey", "rsa:2048", "-nodes"];
  openssl(["req", "-x509", ...rsa, "-days", "2", "-subj", "/CN=ca", "-keyout", caKey, "-out", ca]);
  openssl(["req", ...rsa, "-subj", "/CN=own", "-keyout", key, "-out", request]);
  openssl(["x509", "-req", "-days", "2", "-in", request, "-CA", ca, "-CAkey", caKey, "-CAcreateserial", "-out", cert]);
  chmodSync(key, 0o640);
  return { psk, pskHex, ca, cert, key };
}

/** The directives that all three programs understand. */
export function tlsLines({ psk, ca, cert, key }: TlsFiles): readonly string[] {
  const files = [`TLSPSKFile=${psk}`, `TLSCAFile=${ca}`, `TLSCertFile=${cert}`, `TLSKeyFile=${key}`];
  return ["TLSAccept=unencrypted,psk,cert", `TLSPSKIdentity=${IDENTITY}`, ...files];
}

function openssl(args: readonly string[]): void {
  execFileSync("openssl", args, { stdio: "ignore" });
}
