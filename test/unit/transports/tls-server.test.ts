import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import type { PassiveOptions } from "../../../src/transports/passive-server.ts";
import type { Refusal } from "../../../src/transports/refusals.ts";
import { encodePacket } from "../../../src/zabbix/packet.ts";
import { address } from "../../real/address.ts";
import { asker, exchange, passiveServer, type Running } from "./loopback.ts";
import { clientHello12, clientHello13, clientKeyExchange12 } from "./tls-hello.ts";
import { accepting, asked, IDENTITY, key, pskClient } from "./tls-loopback.ts";

const HOST = address(import.meta.url);
const PING = encodePacket(Buffer.from("agent.ping"));
const ONE = "5a42584401010000000000000031";
const OTHER_KEY = "ff".repeat(32);

const running: Running[] = [];

async function started(options: Partial<PassiveOptions> = {}): Promise<Running> {
  const one = await passiveServer(HOST, { accept: accepting("TLSAccept=psk"), ...options });
  running.push(one);
  return one;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

/** The reasons for which connections were refused. */
function refusals({ server }: Running): Partial<Record<Refusal, number>> {
  return Object.fromEntries([...server.refused].filter(([, count]) => count > 0));
}

describe("a pre-shared key", () => {
  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    const only = { minVersion: version, maxVersion: version };

    test(`opens on ${version}`, async () => {
      const one = await started();
      const socket = pskClient(one.at, only);
      expect(await asked(socket, PING)).toBe(ONE);
      expect(one.server.requests).toBe(1);
      expect(refusals(one)).toEqual({});
    });

    test(`of another identity does not open on ${version}`, async () => {
      const one = await started();
      expect(await asked(pskClient(one.at, { ...only, pskCallback: key("PSK\n002") }), PING)).toBe("");
      expect(refusals(one)).toEqual({ identity: 1 });
      expect(one.log.lines).toEqual([
        'warning Closed a connection from 127.0.0.1 without an answer: unknown PSK identity "PSK\\n002".',
      ]);
    });

    test(`that is another does not open on ${version}`, async () => {
      const one = await started();
      expect(await asked(pskClient(one.at, { ...only, pskCallback: key(IDENTITY, OTHER_KEY) }), PING)).toBe("");
      expect(refusals(one)).toEqual({ key: 1 });
      expect(one.log.lines).toEqual([
        "warning Closed a connection from 127.0.0.1 without an answer: it named the PSK, but has another key.",
      ]);
    });
  }

  test("does not open with a suite of another hash, which goes on without the key", async () => {
    const one = await started({ accept: accepting("TLSAccept=psk", "TLSCipherPSK13=TLS_AES_256_GCM_SHA384") });
    expect(await asked(pskClient(one.at, { pskCallback: key(IDENTITY, OTHER_KEY) }), PING)).toBe("");
    expect(refusals(one)).toEqual({ handshake: 1 });
  });

  test("may be replaced while the server runs", async () => {
    const one = await started();
    const rules = { peers: { admits: () => true }, registry: one.registry, timeoutSeconds: 3, peerRate: 0 };
    one.server.apply({ ...rules, accept: accepting("TLSAccept=unencrypted") });
    expect(await asked(pskClient(one.at), PING)).toBe("");
    expect((await exchange(one.at, PING)).toString("hex")).toBe(ONE);
    one.server.apply({ ...rules, accept: accepting("TLSAccept=psk") });
    expect(await asked(pskClient(one.at), PING)).toBe(ONE);
  });
});

describe("the first byte", () => {
  test("decides between TLS and none on one port", async () => {
    const one = await started({ accept: accepting("TLSAccept=unencrypted,psk") });
    expect((await exchange(one.at, PING)).toString("hex")).toBe(ONE);
    expect(await asked(pskClient(one.at), PING)).toBe(ONE);
  });

  test("is refused when TLSAccept does not list what it begins", async () => {
    const encrypted = await started();
    expect(await exchange(encrypted.at, PING)).toHaveLength(0);
    expect(refusals(encrypted)).toEqual({ encryption: 1 });
    expect(encrypted.registry.asked).toEqual([]);
    const plain = await started({ accept: accepting("TLSAccept=unencrypted") });
    expect(await asked(pskClient(plain.at), PING)).toBe("");
    expect(refusals(plain)).toEqual({ encryption: 1 });
  });

  test("may come alone", async () => {
    const one = await started();
    const client = await asker(one.at);
    const hello = clientHello13({ identity: Buffer.from("x") });
    await client.send(hello.subarray(0, 1));
    await asked(pskClient(one.at), PING); // by then the byte was read
    await client.send(hello.subarray(1));
    await client.closed;
    expect(refusals(one)).toEqual({ identity: 1 });
  });

  test("is not read of a peer that is not in Server", async () => {
    const one = await started({ peers: { admits: () => false } });
    expect(await asked(pskClient(one.at), PING)).toBe("");
    expect(refusals(one)).toEqual({ peer: 1 });
  });
});

describe("deadlines", () => {
  test("hold for a handshake that is not finished and for a request that does not come", async () => {
    const one = await started({ accept: accepting("TLSAccept=unencrypted,psk") });
    const half = await asker(one.at);
    await half.send(clientHello12());
    await half.answered;
    const idle = pskClient(one.at);
    const closed = new Promise<void>((resolve) => void idle.once("close", () => resolve()));
    await new Promise<void>((resolve) => void idle.once("secureConnect", () => resolve()));
    await exchange(one.at, PING); // by then both were noticed
    one.clock.move(3.5);
    await Promise.all([half.closed, closed]);
    expect(refusals(one)).toEqual({ timeout: 2 });
    expect(one.log.lines[0]).toMatch(/it finished no TLS handshake within 3 s/);
  });
});

describe("hostile peers", () => {
  const IDENTITIES = [
    { name: "of 10,000 bytes", identity: Buffer.alloc(10_000, "x") },
    { name: "that is no UTF-8", identity: Buffer.from("ff80fe", "hex") },
    { name: "with a NUL behind the right one", identity: Buffer.from(`${IDENTITY}\0x`) },
    { name: "that is empty", identity: Buffer.alloc(0) },
  ];
  for (const { name, identity } of IDENTITIES) {
    test(`an identity ${name} costs its own connection only`, async () => {
      const one = await started();
      const modern = await asker(one.at);
      await modern.send(clientHello13({ identity }));
      await modern.closed;
      const old = await asker(one.at);
      await old.send(clientHello12());
      await old.answered;
      await old.send(clientKeyExchange12(identity));
      await old.closed;
      expect(await asked(pskClient(one.at), PING)).toBe(ONE);
      const { identity: unknown = 0, handshake = 0, key: wrong = 0 } = refusals(one);
      expect(unknown + handshake + wrong).toBe(2);
      expect(one.registry.asked).toHaveLength(1);
    });
  }

  test("the right identity among others is worth no more than alone", async () => {
    const one = await started();
    const [known, other] = [Buffer.from(IDENTITY), Buffer.alloc(200, "x")];
    for (const hello of [
      { identity: known, more: [other, known] },
      { identity: other, more: [known] },
    ]) {
      const peer = await asker(one.at);
      await peer.send(clientHello13(hello));
      await peer.closed;
    }
    expect(refusals(one)).toEqual({ key: 2 });
    expect(one.registry.asked).toEqual([]);
  });

  test("renegotiation is refused", async () => {
    const one = await started();
    const socket = pskClient(one.at, { maxVersion: "TLSv1.2" });
    await new Promise<void>((resolve) => void socket.once("secureConnect", () => resolve()));
    const error = await new Promise<Error | null>((resolve) => {
      socket.on("error", resolve);
      socket.renegotiate({ rejectUnauthorized: false }, resolve);
    });
    expect(error?.message).toMatch(/no renegotiation/);
    socket.destroy();
    expect(await asked(pskClient(one.at), PING)).toBe(ONE);
  });

  for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
    test(`a session of ${version} is not resumed, also not by another identity`, async () => {
      const one = await started();
      const only = { minVersion: version, maxVersion: version };
      const first = pskClient(one.at, only);
      const session = sessionOf(first);
      expect(await asked(first, PING)).toBe(ONE);
      const bytes = await session;
      expect(await asked(pskClient(one.at, { ...only, session: bytes, pskCallback: key("PSK 002") }), PING)).toBe("");
      expect(refusals(one)).toEqual({ identity: 1 });
      expect(await asked(pskClient(one.at, { ...only, session: bytes }), PING)).toBe(ONE);
    });
  }

  test("nothing answers before the handshake is over, whatever is behind the ClientHello", async () => {
    const one = await started({ accept: accepting("TLSAccept=unencrypted,psk") });
    const client = await asker(one.at);
    await client.send(Buffer.concat([clientHello12(), PING]));
    await client.closed;
    expect(one.registry.asked).toEqual([]);
    expect(refusals(one)).toEqual({ handshake: 1 });
  });
});

/** The newest session that a client was given by the end of its connection. */
function sessionOf(socket: TLSSocket): Promise<Buffer> {
  let session: Buffer | undefined;
  socket.on("session", (given: Buffer) => {
    session = given;
  });
  return new Promise((resolve) => {
    socket.once("secureConnect", () => {
      session ??= socket.getSession();
    });
    socket.once("close", () => resolve(session ?? Buffer.alloc(0)));
  });
}
