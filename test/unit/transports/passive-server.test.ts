import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { PassiveOptions } from "../../../src/transports/passive-server.ts";
import { listenPassive } from "../../../src/transports/passive-server.ts";
import { encodePacket } from "../../../src/zabbix/packet.ts";
import { address, freePort } from "../../real/address.ts";
import {
  type Asker,
  asker,
  exchange,
  HAS_IPV6,
  HandClock,
  keptLog,
  passiveServer,
  type Running,
  StubRegistry,
  UNENCRYPTED,
} from "./loopback.ts";

const HOST = address(import.meta.url);

const running: Running[] = [];

async function started(options: Partial<PassiveOptions> = {}): Promise<Running> {
  const one = await passiveServer(HOST, options);
  running.push(one);
  return one;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

function request(body: string): Buffer {
  return encodePacket(Buffer.from(body));
}

const PING = request("agent.ping");
const ONE = "5a42584401010000000000000031";

describe("answers", () => {
  test("a plain value byte for byte", async () => {
    const { at, server } = await started();
    expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
    expect(server.requests).toBe(1);
  });

  test("none as not supported in the plain form and as null in the JSON form", async () => {
    const { at } = await started();
    const plain = await exchange(at, request("none"));
    expect(plain.subarray(13).toString()).toBe("ZBX_NOTSUPPORTED\0No requests in the last 5m.");
    const json = await exchange(at, request('{"request":"passive checks","data":[{"key":"none","timeout":3}]}'));
    expect(json.subarray(13).toString()).toBe('{"version":"7.0.0","variant":2,"data":[{"value":null}]}');
  });

  test("a compressed request without compression, as the agents do", async () => {
    const { at } = await started();
    const reply = await exchange(at, encodePacket(Buffer.from("agent.ping"), { compress: true }));
    expect(reply.toString("hex")).toBe(ONE);
  });

  test("a request that half-closes behind itself", async () => {
    const { at } = await started();
    const one = await asker(at);
    await one.send(PING);
    one.halfClose();
    expect((await one.closed).toString("hex")).toBe(ONE);
  });

  test("a value of megabytes whole, however late it is taken within the timeout", async () => {
    const { at, clock } = await started();
    const one = await asker(at);
    one.pause();
    await one.send(request("big[12000000]"));
    await exchange(at, PING);
    clock.move(2);
    one.resume();
    expect((await one.closed).length).toBe(12_000_013);
  });

  test("nothing to a bug in an item, and logs it", async () => {
    const { at, server, log } = await started();
    expect(await exchange(at, request("bug"))).toHaveLength(0);
    expect(server.refused.get("failed")).toBe(1);
    expect(log.lines[0]).toMatch(/^error Closed a connection from 127\.0\.0\.1 without an answer: Error: a bug/);
    expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
  });
});

describe("keeps replies by the bytes of their requests", () => {
  test("until the generation changes", async () => {
    const { at, registry } = await started();
    registry.until = Number.POSITIVE_INFINITY;
    for (let i = 0; i < 3; i++) expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
    expect(registry.asked).toHaveLength(1);
    registry.generation += 1;
    expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
    expect(registry.asked).toHaveLength(2);
  });

  test("until the answer is too old", async () => {
    const { at, registry, clock } = await started();
    registry.until = clock.now().mono + 10;
    await exchange(at, PING);
    clock.move(10);
    await exchange(at, PING);
    expect(registry.asked).toHaveLength(1);
    clock.move(1);
    await exchange(at, PING);
    expect(registry.asked).toHaveLength(2);
  });

  test("not at all when it must not", async () => {
    const { at, registry } = await started();
    await exchange(at, PING);
    await exchange(at, PING);
    expect(registry.asked).toHaveLength(2);
  });

  test("and forgets them when other rules apply", async () => {
    const { at, server, registry } = await started();
    registry.until = Number.POSITIVE_INFINITY;
    await exchange(at, PING);
    const other = new StubRegistry();
    server.apply({
      peers: { admits: () => true },
      registry: other,
      accept: UNENCRYPTED,
      timeoutSeconds: 3,
      peerRate: 0,
    });
    await exchange(at, PING);
    expect(other.asked).toEqual(["agent.ping"]);
  });
});

describe("the allow list", () => {
  test("refuses before anything is read, counts and logs it", async () => {
    const { at, server, registry, log } = await started({ peers: { admits: (peer) => peer !== "127.0.0.9" } });
    const refused = await asker(at, "127.0.0.9");
    await refused.send(PING);
    expect(await refused.closed).toHaveLength(0);
    expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
    expect(registry.asked).toHaveLength(1);
    expect(server.refused.get("peer")).toBe(1);
    expect(log.lines).toEqual([
      'warning Closed a connection from 127.0.0.9 without an answer: its address is not in "Server".',
    ]);
  });

  test("logs a peer that comes again and again once a minute", async () => {
    const { at, server, log, clock } = await started({ peers: { admits: () => false } });
    for (let i = 0; i < 20; i++) await exchange(at, PING);
    expect(server.refused.get("peer")).toBe(20);
    expect(log.lines).toHaveLength(1);
    clock.move(60);
    await exchange(at, PING);
    expect(log.lines.slice(1)).toEqual([
      "warning Closed 19 more connections without an answer since the last such line.",
      log.lines[0],
    ]);
  });

  for (const admitted of [true, false]) {
    test(`waits for a verdict that takes time: ${admitted}`, async () => {
      let settle: (admitted: boolean) => void = () => undefined;
      const verdict = new Promise<boolean>((resolve) => {
        settle = resolve;
      });
      const { at, registry } = await started({ peers: { admits: () => verdict } });
      const one = await asker(at);
      await one.send(PING);
      expect(registry.asked).toHaveLength(0);
      settle(admitted);
      expect((await one.closed).toString("hex")).toBe(admitted ? ONE : "");
    });
  }

  test("refuses when the verdict fails", async () => {
    const { at } = await started({ peers: { admits: () => Promise.reject(new Error("no DNS")) } });
    expect(await exchange(at, PING)).toHaveLength(0);
  });

  test("may be replaced while the server runs", async () => {
    const { at, server, registry } = await started({ peers: { admits: () => false } });
    expect(await exchange(at, PING)).toHaveLength(0);
    server.apply({ peers: { admits: () => true }, registry, accept: UNENCRYPTED, timeoutSeconds: 3, peerRate: 0 });
    expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
  });
});

describe("closes without a byte", () => {
  test("a connection that sends no complete request in time, not a moment earlier", async () => {
    const { at, clock, server } = await started();
    const silent = await asker(at);
    const slow = await asker(at);
    await slow.send(PING.subarray(0, 5));
    await exchange(at, PING); // both others are with the server by now
    clock.move(2.5);
    await exchange(at, PING);
    expect([silent.isClosed, slow.isClosed]).toEqual([false, false]);
    await slow.send(PING.subarray(5, 9)); // the time counts from the beginning, not from the last byte
    clock.move(1);
    expect(await silent.closed).toHaveLength(0);
    expect(await slow.closed).toHaveLength(0);
    expect(server.refused.get("timeout")).toBe(2);
  });

  test("an asker that does not take its answer in time", async () => {
    const { at, clock, server } = await started();
    const one = await asker(at);
    one.pause();
    await one.send(request("big[12000000]"));
    await exchange(at, PING);
    clock.move(3.5);
    expect(server.refused.get("timeout")).toBe(1);
    one.resume();
    expect((await one.closed).length).toBeLessThan(12_000_013);
  });

  test("the oldest connections of the peer that holds most, when there are too many", async () => {
    const { at, server } = await started({ limits: { connections: 8, held: 1 << 20 } });
    const other = await asker(at, "127.0.0.9");
    await other.send(PING.subarray(0, 5));
    await exchange(at, PING);
    const crowd: Asker[] = [];
    for (let i = 0; i < 8; i++) crowd.push(await asker(at));
    expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
    expect(server.refused.get("crowded")).toBeGreaterThan(0);
    expect(await crowd[0]?.closed).toHaveLength(0);
    expect(crowd.at(-1)?.isClosed).toBe(false);
    await other.send(PING.subarray(5));
    expect((await other.closed).toString("hex")).toBe(ONE);
    for (const one of crowd) one.end();
  });

  test("the oldest connections that hold bytes, when all together hold too many", async () => {
    const { at, server } = await started({ limits: { connections: 100, held: 100_000 } });
    const large = request("a".repeat(60_000)).subarray(0, 50_000);
    const silent = await asker(at);
    const [first, second, third] = [await asker(at), await asker(at), await asker(at)];
    for (const one of [first, second, third]) {
      await one.send(large);
      await exchange(at, PING);
    }
    expect(await first.closed).toHaveLength(0);
    expect([silent, second, third].map(({ isClosed }) => isClosed)).toEqual([false, false, false]);
    expect(server.refused.get("crowded")).toBe(1);
    for (const one of [silent, second, third]) one.end();
  });

  test("and survives connections that are reset", async () => {
    const { at } = await started();
    for (let i = 0; i < 50; i++) {
      const one = await asker(at);
      await one.send(PING.subarray(0, i % 24));
      one.reset();
    }
    expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
  });

  test("and has no timer left when nobody is connected", async () => {
    const { at, clock } = await started();
    await exchange(at, PING);
    clock.move(1);
    expect(clock.waiting).toBe(0);
  });
});

test("a peer that comes more often than PeerRate is closed unread and counted, until its rate allows it again", async () => {
  const { at, clock, server, log } = await started({ peerRate: 5 });
  for (let i = 0; i < 10; i++) expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
  for (let i = 0; i < 3; i++) expect(await exchange(at, PING)).toHaveLength(0);
  expect([server.requests, server.refused.get("rate")]).toEqual([10, 3]);
  expect(log.lines).toEqual([
    'warning Closed a connection from 127.0.0.1 without an answer: it connects more than 5 times a second ("PeerRate").',
  ]);
  clock.move(0.2);
  expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
});

describe("listenPassive", () => {
  const common = () => ({
    peers: { admits: () => true },
    registry: new StubRegistry(),
    accept: UNENCRYPTED,
    timeoutSeconds: 3,
    peerRate: 0,
    io: { ...new HandClock(), readText: () => undefined },
    log: keptLog(),
  });

  test.skipIf(!HAS_IPV6)("serves every address of the list, IPv6 among them", async () => {
    const port = await freePort(HOST);
    const listened = await listenPassive({ ...common(), addresses: [HOST, "::1"], port });
    if (listened.kind === "malformed") throw new Error(listened.reason);
    for (const host of [HOST, "::1"]) expect((await exchange({ host, port }, PING)).toString("hex")).toBe(ONE);
    await listened.value.close();
  });

  test("names the address that is taken, and lets the others go", async () => {
    const port = await freePort(HOST);
    const other = `${HOST.slice(0, HOST.lastIndexOf("."))}.255`;
    const owner = createServer();
    await new Promise<void>((resolve) => owner.listen({ host: HOST, port }, resolve));
    expect(await listenPassive({ ...common(), addresses: [other, HOST], port })).toEqual({
      kind: "malformed",
      reason: `cannot listen on ${HOST}:${port}: another program has the port, "ss -ltnp sport = :${port}" shows it`,
    });
    await expect(asker({ host: other, port })).rejects.toThrow("ECONNREFUSED");
    await new Promise((resolve) => owner.close(resolve));
  });

  test("takes inherited sockets in place of the addresses, and says which one is none", async () => {
    const inherited = { addresses: ["192.0.2.1"], port: 10055, inherited: [99] };
    expect(await listenPassive({ ...common(), ...inherited })).toEqual({
      kind: "malformed",
      reason: expect.stringMatching(/^cannot listen on the inherited socket 99: .*EINVAL/),
    });
  });

  test("names an address that is not this machine's", async () => {
    expect(await listenPassive({ ...common(), addresses: ["192.0.2.1"], port: 10055 })).toEqual({
      kind: "malformed",
      reason: "cannot listen on 192.0.2.1:10055: this machine has no address 192.0.2.1",
    });
  });
});
