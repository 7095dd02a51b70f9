import { expect, test } from "vitest";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { type Asker, asker } from "../unit/transports/loopback.ts";
import { address } from "./address.ts";
import { Bench } from "./daemon.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const FLOODER = "127.0.0.66";
const PING = encodePacket(Buffer.from("agent.ping"));
const ONE = encodePacket(Buffer.from("1"));
const OTHERS = [70, 71, 72, 73].map((last) => `127.0.0.${last}`);
const RATE = 20;

/** Checks whose answers are not alike and do not change: an answer to another one of them would show. */
const CHECKS = [
  "agent.ping",
  "agent.version",
  "agent.hostname",
  "no.such.key",
  "agent.ping[",
  "memcached.discovery",
  '{"request":"passive checks","data":[{"key":"agent.ping","timeout":3}]}',
  '{"request":"passive checks","data":[{"key":"memcached.state[none]","timeout":3}]}',
].map((body) => encodePacket(Buffer.from(body)));

/** One check from an address; the bytes that came back, none when it was closed unanswered. */
async function check(at: Bench, from?: string, packet = PING): Promise<Buffer> {
  const one = await asker(at, from);
  await one.send(packet);
  return one.closed;
}

test("a peer that floods loses its own checks, each of the others' is answered, and rightly", async () => {
  const bench = await Bench.at(host);
  bench.configure([`PeerRate=${RATE}`, "Memcached.Discover=no"]);
  const daemon = await bench.start();
  const before = daemon.fds();
  const right = new Map<Buffer, Buffer>();
  for (const packet of CHECKS) right.set(packet, await check(bench, undefined, packet));
  expect(new Set([...right.values()].map((reply) => reply.toString("hex"))).size).toBe(CHECKS.length);
  const isRight = (packet: Buffer, reply: Buffer) => right.get(packet)?.equals(reply) === true;
  const counts = { answered: 0, refused: 0, odd: 0 };
  let flooding = true;
  const flood = Array.from({ length: 16 }, async (_, at) => {
    for (let i = at; flooding; i++) {
      const packet = CHECKS[i % CHECKS.length] ?? PING;
      const reply = await check(bench, FLOODER, packet).catch(() => Buffer.alloc(0));
      if (reply.length === 0) counts.refused += 1;
      else if (isRight(packet, reply)) counts.answered += 1;
      else counts.odd += 1;
    }
  });
  const began = performance.now();
  await waitFor(() => counts.refused > 200, { what: "200 refused checks", seconds: 15 });
  for (let i = 0; i < CHECKS.length; i++) {
    for (const [at, other] of OTHERS.entries()) {
      const packet = CHECKS[(i + at) % CHECKS.length] ?? PING;
      expect(isRight(packet, await check(bench, other, packet))).toBe(true);
    }
  }
  flooding = false;
  await Promise.all(flood);
  const seconds = (performance.now() - began) / 1000;
  expect(counts.odd).toBe(0);
  expect(counts.answered).toBeGreaterThanOrEqual(2 * RATE); // what it may send at once
  expect(counts.answered).toBeLessThanOrEqual((seconds + 3) * RATE);
  const own = 4; // files and sockets that a source may have opened meanwhile; the flood had thousands
  await waitFor(() => daemon.fds() <= before + own, { what: "all connections to be closed" });
  const counted = async () => (await bench.number("tidemark.refused[rate,5s]")) > 0;
  await waitFor(counted, { what: "the refused ones to be counted", seconds: 15 });
  const lines = daemon.log.split("\n").filter((line) => line.includes("PeerRate"));
  const of = (peer: string) =>
    lines.filter((line) => line.includes(`Closed a connection from ${peer} without an answer`));
  expect([FLOODER, ...OTHERS].map((peer) => of(peer).length)).toEqual([1, 0, 0, 0, 0]);
});

test("a peer that holds connections open leaves room for the others", async () => {
  const bench = await Bench.at(host);
  bench.configure(["Timeout=30", "Memcached.Discover=no"]);
  const daemon = await bench.start(["prlimit", "--nofile=200"]); // half of them are for connections
  const idle: Asker[] = [];
  for (let i = 0; i < 300; i++) idle.push(await asker(bench, FLOODER));
  for (let i = 0; i < 50; i++) expect((await check(bench)).equals(ONE)).toBe(true);
  const open = idle.filter(({ isClosed }) => !isClosed);
  expect(open.length).toBeLessThanOrEqual(100);
  const youngest = open.at(-1);
  if (youngest === undefined) throw new Error("none is open");
  await youngest.send(PING);
  expect((await youngest.closed).equals(ONE)).toBe(true); // those that were not closed are answered, too
  expect(daemon.exit).toBeUndefined();
  for (const one of idle) one.end();
});
