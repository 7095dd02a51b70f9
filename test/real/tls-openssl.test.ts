import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { connect as connectPlain, type Socket } from "node:net";
import { connect } from "node:tls";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { HANDSHAKE_LIMITS } from "../../src/transports/tls/handshakes.ts";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { clientHello, clientHello12 } from "../unit/transports/tls-hello.ts";
import { asked, IDENTITY, KEY, key, pskClient } from "../unit/transports/tls-loopback.ts";
import { address } from "./address.ts";
import { Authority, pskFile } from "./certificates.ts";
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

/** OpenSSL's side: agent 2, and the builds of other distributions. Node speaks it here. */
describe.skipIf(isSkipped("openssl"))("with a daemon that accepts key and certificate", () => {
  beforeAll(async () => {
    authority = await Authority.make();
    const { cert, key: certKey } = await authority.issue("/O=Lab/OU=Mon/CN=agent");
    bench = await Bench.at(host);
    bench.configure([
      "Timeout=30",
      "Memcached.Discover=no",
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

  async function logged(text: string): Promise<void> {
    await waitFor(() => daemon.log.includes(text), { what: text, seconds: 5 });
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

  test("who is refused and resets the connection costs nothing else", async () => {
    const hello = clientHello12();
    const comeAndReset = async (toTheEnd: boolean) => {
      const socket = await half();
      const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
      const reset = () => void socket.resetAndDestroy();
      if (!toTheEnd) socket.write(hello, reset);
      else connect({ socket, rejectUnauthorized: false, maxVersion: "TLSv1.2" }, reset).on("error", () => undefined);
      await closed;
    };
    await Promise.all(Array.from({ length: 100 }, (_, at) => comeAndReset(at % 2 === 0)));
    expect(await check()).toBe(ONE);
    expect(daemon.exit).toBeUndefined();
  });

  test("hundreds of random handshakes cost their own connections only", async () => {
    await attackHandshakes(bench, 50, 1);
    const before = daemon.fds();
    await attackHandshakes(bench, 250, 2);
    await waitFor(() => daemon.fds() <= before, { what: "all connections to be closed" });
    expect(await check()).toBe(ONE);
    expect(daemon.exit).toBeUndefined();
  });

  test("a flood of handshakes that nobody finishes does not delay another peer", async () => {
    const answered = new Set<Socket>();
    const flood = await Promise.all(Array.from({ length: FLOOD }, half));
    for (const socket of flood) socket.on("data", () => answered.add(socket)).write(clientHello());
    for (let i = 0; i < 20; i++) expect(await check()).toBe(ONE);
    const waiting = flood.filter((socket) => !socket.destroyed && !answered.has(socket));
    expect(answered.size).toBeLessThanOrEqual(HANDSHAKE_LIMITS.perPeer);
    expect(waiting.length).toBeGreaterThanOrEqual(FLOOD - HANDSHAKE_LIMITS.perPeer);
  });

  const check = () => asked(pskClient(bench, { ciphers: "TLS_AES_128_GCM_SHA256" }), PING);

  /** A connection of one peer that goes no further than TCP. */
  function half(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connectPlain({ host, port: bench.port, localAddress: "127.0.2.66" });
      sockets.push(socket);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject).on("error", () => undefined);
        resolve(socket);
      });
    });
  }
});

const FLOOD = 400;
