import { PassThrough } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { realIo } from "../../../src/io/real-io.ts";
import { exchangePacket } from "../../../src/transports/exchange.ts";
import { encodePacket } from "../../../src/zabbix/packet.ts";
import { address } from "../../real/address.ts";
import { type Script, ScriptedServer } from "./scripted-server.ts";

const HOST = address(import.meta.url);
const PACKET = encodePacket(Buffer.from('{"request":"x"}'));
let server: ScriptedServer | undefined;
afterEach(() => server?.close());

async function answered(script: Script, { seconds = 5, mostBytes = 1000 } = {}) {
  server = await ScriptedServer.start(HOST, script);
  const where = `${HOST}:${server.at.port}`;
  const endpoint = { kind: "tcp", ...server.at } as const;
  const exchanged = await exchangePacket(realIo(), { endpoint }, { packet: PACKET, seconds, mostBytes });
  return { ...exchanged, ...("reason" in exchanged ? { reason: exchanged.reason.replace(where, "SERVER") } : {}) };
}

test("one packet goes out, one comes back, and the connection is closed", async () => {
  const exchanged = await answered(({ socket, body }) => socket.write(encodePacket(body)));
  expect(exchanged).toEqual({ kind: "reply", body: Buffer.from('{"request":"x"}') });
  expect(server?.requests.length).toBe(1);
});

test("a reply may come byte by byte and compressed", async () => {
  const reply = encodePacket(Buffer.from("é".repeat(50)), { compress: true });
  const exchanged = await answered(({ socket }) => {
    for (const byte of reply) socket.write(Buffer.of(byte));
  });
  expect(exchanged).toEqual({ kind: "reply", body: Buffer.from("é".repeat(50)) });
});

test("bytes behind the reply are ignored", async () => {
  const reply = encodePacket(Buffer.from("{}"));
  expect(await answered(({ socket }) => socket.end(Buffer.concat([reply, Buffer.from("more")])))).toMatchObject({
    kind: "reply",
    body: Buffer.from("{}"),
  });
});

test("a server that takes the request and closes is silent", async () => {
  const reason = "connection closed by SERVER without a reply";
  expect(await answered(({ socket }) => socket.end())).toEqual({ kind: "silent", reason });
  await server?.close();
  expect(await answered(({ socket }) => socket.resetAndDestroy())).toEqual({ kind: "silent", reason });
});

for (const [what, bytes, reason] of [
  [
    "wrong magic",
    Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
    "expected a packet that begins with ZBXD, got 48545450",
  ],
  ["flags of another world", Buffer.from("ZBXD\x09aaaaaaaaaa"), "unknown packet flags 0x09"],
  ["a reply over the limit", encodePacket(Buffer.alloc(1001)), "packet of 1001 bytes is over the limit of 1000"],
  [
    "one that inflates beyond it",
    encodePacket(Buffer.alloc(5000), { compress: true }),
    "packet of 5000 bytes is over the limit of 1000",
  ],
  [
    "1 GiB announced",
    Buffer.from("5a42584401000000400000000000", "hex"),
    "packet of 1073741824 bytes is over the limit of 1000",
  ],
  [
    "half a reply, then the end",
    encodePacket(Buffer.from("{}")).subarray(0, 14),
    "connection closed by SERVER after 14 bytes of a reply",
  ],
] as const) {
  test(`${what}: failed with the reason`, async () => {
    expect(await answered(({ socket }) => socket.end(bytes))).toEqual({ kind: "failed", reason });
  });
}

test("a reply that never ends and one that never begins are cut off", async () => {
  const limit = { seconds: 0.2 };
  const trickle = await answered(({ socket }) => socket.write("ZBXD\x01"), limit);
  expect(trickle).toEqual({ kind: "failed", reason: "only 5 bytes of a reply within 0.2 s" });
  await server?.close();
  const nothing = await answered(() => undefined, limit);
  expect(nothing).toEqual({ kind: "failed", reason: "connected, but no reply within 0.2 s" });
});

test("a connection that does not come to stand is given up before a slow answer would be", async () => {
  const io = { ...realIo(), connect: () => new PassThrough() };
  const endpoint = { kind: "tcp", host: "192.0.2.1", port: 10051 } as const;
  const limits = { packet: PACKET, seconds: 60, connectSeconds: 0.1, mostBytes: 1000 };
  expect(await exchangePacket(io, { endpoint }, limits)).toEqual({
    kind: "failed",
    reason: "connect timed out after 0.1 s",
  });
});

test("an answer may take longer than the connection", async () => {
  server = await ScriptedServer.start(HOST, ({ socket, body }) => {
    setTimeout(() => socket.write(encodePacket(body)), 150);
  });
  const limits = { packet: PACKET, seconds: 5, connectSeconds: 0.05, mostBytes: 1000 };
  const exchanged = await exchangePacket(realIo(), { endpoint: { kind: "tcp", ...server.at } }, limits);
  expect(exchanged.kind).toBe("reply");
});

test("a port where nobody listens, and a name that does not exist", async () => {
  server = await ScriptedServer.start(HOST, () => undefined);
  await server.close();
  const limits = { packet: PACKET, seconds: 5, mostBytes: 1000 };
  const refused = await exchangePacket(realIo(), { endpoint: { kind: "tcp", ...server.at } }, limits);
  expect(refused).toEqual({ kind: "failed", reason: `connection refused by ${HOST}:${server.at.port}` });
  const unknown = { kind: "tcp", host: "no.such.name.invalid", port: 10051 } as const;
  expect(await exchangePacket(realIo(), { endpoint: unknown }, limits)).toEqual({
    kind: "failed",
    reason: 'cannot resolve "no.such.name.invalid"',
  });
});
