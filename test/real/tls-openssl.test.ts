import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { type ConnectionOptions, connect } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { clientHello } from "../unit/transports/tls-hello.ts";
import { asked, type ClientOptions, IDENTITY, KEY, key, pskClient } from "../unit/transports/tls-loopback.ts";
import { address } from "./address.ts";
import { Authority, type Issued, pskFile } from "./certificates.ts";
import { Bench } from "./daemon.ts";
import type { Program } from "./program.ts";
import { isSkipped } from "./start.ts";
import { attackHandshakes } from "./tls-hostile.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const PING = encodePacket(Buffer.from("agent.ping"));
const ONE = "5a42584401010000000000000031";

let authority: Authority;
let bench: Bench;
let daemon: Program;
let server: Issued;

/** OpenSSL's side: agent 2, and the builds of other distributions. Node speaks it here. */
describe.skipIf(isSkipped("openssl"))("with a daemon that accepts key and certificate", () => {
  beforeAll(async () => {
    authority = await Authority.make();
    server = await authority.issue("/O=Lab/OU=Mon/CN=server");
    const { cert, key: certKey } = await authority.issue("/O=Lab/OU=Mon/CN=agent");
    bench = await Bench.at(host);
    bench.configure([
      "Timeout=20",
      "TLSAccept=psk,cert",
      `TLSPSKIdentity=${IDENTITY}`,
      `TLSPSKFile=${pskFile(authority.directory, KEY)}`,
      `TLSCAFile=${authority.ca}`,
      `TLSCertFile=${cert}`,
      `TLSKeyFile=${certKey}`,
      "TLSCipherAll13=TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256",
    ]);
    daemon = await bench.launch();
    await daemon.ready(bench);
  });

  const sockets: Socket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  function certClient(options: ClientOptions): Promise<string> {
    const trust = { ca: readFileSync(authority.ca), checkServerIdentity: () => undefined };
    return asked(connect({ host, port: bench.port, ...trust, ...options }), PING);
  }

  function shown({ cert, key: certKey }: Issued): ConnectionOptions {
    return { cert: readFileSync(cert), key: readFileSync(certKey) };
  }

  async function logged(text: string): Promise<void> {
    await waitFor(() => daemon.log.includes(text), { what: text, seconds: 5 });
  }

  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    test(`a certificate opens on ${maxVersion}, none and a foreign one do not`, async () => {
      const foreign = await (await Authority.make("/CN=Other CA")).issue("/CN=server");
      const from = `127.0.2.${maxVersion.at(-1)}`;
      expect(await certClient({ maxVersion, ...shown(server) })).toBe(ONE);
      expect(await certClient({ maxVersion, localAddress: from })).toBe("");
      await logged(`${from} without an answer: it showed no certificate`);
      expect(await certClient({ maxVersion, localAddress: `${from}0`, ...shown(foreign) })).toBe("");
      await logged(`${from}0 without an answer: its certificate for "CN=server" is not trusted`);
    });
  }

  test("a key opens with a suite of its hash", async () => {
    const ciphers = "TLS_AES_128_GCM_SHA256";
    expect(await asked(pskClient(bench, { ciphers }), PING)).toBe(ONE);
  });

  test("who only names the key gets a handshake with a suite of another hash, and no answer", async () => {
    const ciphers = "TLS_AES_256_GCM_SHA384";
    const pskCallback = key(IDENTITY, randomBytes(32).toString("hex"));
    const trust = { ca: readFileSync(authority.ca) };
    const socket = pskClient(bench, { ciphers, pskCallback, localAddress: "127.0.2.9", ...trust });
    let secured = false;
    socket.once("secureConnect", () => {
      secured = true;
    });
    expect(await asked(socket, PING)).toBe("");
    expect(secured).toBe(true);
    await logged("127.0.2.9 without an answer: it named the PSK, but chose a cipher suite that cannot use it");
  });

  test("1,000 random handshakes cost their own connections only", async () => {
    await attackHandshakes(bench, 200, 1);
    const before = daemon.fds();
    await attackHandshakes(bench, 800, 2);
    await waitFor(() => daemon.fds() <= before, { what: "all connections to be closed" });
    expect(await asked(pskClient(bench, { ciphers: "TLS_AES_128_GCM_SHA256" }), PING)).toBe(ONE);
    expect(daemon.exit).toBeUndefined();
  });

  test("a flood of handshakes that nobody finishes does not delay another peer", { retry: 2 }, async () => {
    const usual = await slowestOf(20);
    for (let i = 0; i < FLOOD; i++) sockets.push(await half());
    for (const socket of sockets) socket.write(clientHello());
    const flooded = await slowestOf(20);
    expect(sockets.filter(({ destroyed }) => !destroyed).length).toBeGreaterThan(FLOOD / 10);
    expect(flooded).toBeLessThan(10 * usual + 500);
  });

  /** A connection of one peer that goes no further than TCP. */
  function half(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connectPlain({ host, port: bench.port, localAddress: "127.0.2.66" });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject).on("error", () => undefined);
        resolve(socket);
      });
    });
  }
});

const FLOOD = 1500;

/** Milliseconds of the slowest of so many checks, one after the other. */
async function slowestOf(checks: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < checks; i++) {
    const began = performance.now();
    expect(await asked(pskClient(bench, { ciphers: "TLS_AES_128_GCM_SHA256" }), PING)).toBe(ONE);
    took.push(performance.now() - began);
  }
  return Math.max(...took);
}
