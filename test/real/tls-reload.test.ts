import { randomBytes, X509Certificate } from "node:crypto";
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import { asked, IDENTITY, key, type Place } from "../unit/transports/tls-loopback.ts";
import { address } from "./address.ts";
import type { Issued } from "./certificates.ts";
import { Bench } from "./daemon.ts";
import type { Program } from "./program.ts";
import { isSkipped } from "./start.ts";
import { Material, ONE, PING } from "./tls-material.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);

let material: Material;
let server: Issued;
let bench: Bench;
let daemon: Program;
let own: Issued;

/** Files that are replaced while the daemon runs, as whoever renews them does it. */
const file = (name: string): string => join(bench.directory, name);

function give({ cert, key: certKey }: Issued): void {
  copyFileSync(cert, file("cert"));
  copyFileSync(certKey, file("key"));
  chmodSync(file("key"), 0o640);
}

function giveKey(hex: string, mode = 0o640): void {
  writeFileSync(file("psk"), `${hex}\n`);
  chmodSync(file("psk"), mode);
}

function configure(...lines: readonly string[]): void {
  const certificate = [
    `TLSCAFile=${material.authority.ca}`,
    `TLSCertFile=${file("cert")}`,
    `TLSKeyFile=${file("key")}`,
  ];
  const psk = [`TLSPSKIdentity=${IDENTITY}`, `TLSPSKFile=${file("psk")}`];
  bench.configure(["TLSAccept=psk,cert", ...psk, ...certificate, "Memcached.Discover=no", ...lines]);
}

/** SIGHUP, and what was said of it. */
async function reload(): Promise<string> {
  const before = daemon.stderr.length;
  daemon.signal("SIGHUP");
  const said = () => daemon.stderr.slice(before);
  await waitFor(() => /configuration was (not )?reloaded/.test(said()), { what: "the reload", seconds: 15 });
  return said();
}

/** The inode of the socket that listens, proc(5). */
function listening({ port }: Place): string {
  const at = `:${port.toString(16).toUpperCase().padStart(4, "0")} 00000000:0000 0A `;
  const row = readFileSync("/proc/net/tcp", "utf8")
    .split("\n")
    .find((line) => line.includes(at));
  return row?.trim().split(/ +/)[9] ?? "";
}

const byKey = (hex: string): Promise<string> =>
  asked(material.client(bench, "psk 1.3", undefined, { pskCallback: key(IDENTITY, hex) }), PING);
const byCertificate = (): Promise<string> => asked(material.client(bench, "cert 1.2", server), PING);

const secured = (socket: TLSSocket): Promise<void> =>
  new Promise((resolve) => void socket.once("secureConnect", () => resolve()));

/** The serial number of the certificate that the daemon shows. */
async function shown(): Promise<string | undefined> {
  const socket = material.client(bench, "cert 1.2", server);
  await secured(socket);
  const serial = socket.getPeerX509Certificate()?.serialNumber;
  socket.destroy();
  return serial;
}

describe.skipIf(isSkipped("openssl"))("SIGHUP", () => {
  const [first, second] = [randomBytes(32).toString("hex"), randomBytes(32).toString("hex")];

  beforeAll(async () => {
    material = await Material.make();
    server = await material.authority.issue("/O=Lab/CN=server");
    own = await material.authority.issue("/O=Lab/CN=own");
    bench = await Bench.at(host);
    give(own);
    giveKey(first);
    configure("Timeout=20");
    daemon = await bench.launch();
    await daemon.ready(bench);
  });

  test("brings another key and certificate, and who was let in before gets its answer", async () => {
    const [before, socket] = [listening(bench), material.client(bench, "cert 1.3", server)];
    await secured(socket);
    const renewed = await material.authority.issue("/O=Lab/CN=own");
    give(renewed);
    giveKey(second);
    expect(await reload()).toContain("The configuration was reloaded.");
    expect([await byKey(first), await byKey(second), await byCertificate()]).toEqual(["", ONE, ONE]);
    expect(await shown()).toBe(new X509Certificate(readFileSync(renewed.cert)).serialNumber);
    const answer = asked(socket, PING);
    socket.write(PING);
    expect(await answer).toBe(ONE);
    expect(listening(bench)).toBe(before);
    expect(before).toMatch(/^\d+$/);
  });

  test("with a key that everybody may read, or half a certificate, leaves the old ones in force", async () => {
    giveKey(first, 0o644);
    expect(await reload()).toMatch(/everybody may use it[\s\S]*was not reloaded/);
    giveKey(second);
    writeFileSync(file("cert"), readFileSync(own.cert, "utf8").slice(0, 300));
    expect(await reload()).toMatch(/"TLSCertFile"[\s\S]*was not reloaded/);
    expect([await byKey(second), await byCertificate()]).toEqual([ONE, ONE]);
    give(own);
  });

  test("brings names and a revocation list, and takes them away again", async () => {
    configure("Timeout=20", "TLSServerCertSubject=CN=other,O=Lab");
    await reload();
    expect(await byCertificate()).toBe("");
    configure("Timeout=20", `TLSCRLFile=${await material.authority.revocations([server])}`);
    await reload();
    expect(await byCertificate()).toBe("");
    configure("Timeout=20");
    await reload();
    expect(await byCertificate()).toBe(ONE);
    expect(daemon.stderr).toMatch(/subject of its certificate[\s\S]*is revoked/);
  });

  test("again and again refuses nobody who comes meanwhile", async () => {
    let more = true;
    const askers = Array.from({ length: 4 }, async () => {
      const answers: string[] = [];
      while (more) answers.push(await byKey(second));
      return answers;
    });
    for (let i = 0; i < 5; i++) await reload();
    more = false;
    const answers = (await Promise.all(askers)).flat();
    expect(answers.filter((answer) => answer !== ONE)).toEqual([]);
    expect(answers.length).toBeGreaterThan(4);
  });
});
