import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address } from "../../real/address.ts";
import { type Asker, asker, exchange, passiveServer, type Running } from "./loopback.ts";

// The bytes that were written to the four real agents, and what those answered.

interface AgentReply {
  readonly replyHex: string;
  readonly afterMs: number;
}

interface Case {
  readonly name: string;
  readonly sentHex?: string;
  readonly agents: Readonly<Record<string, AgentReply>>;
}

function vector<T>(file: string): T {
  return JSON.parse(readFileSync(new URL(`../../vectors/${file}`, import.meta.url), "utf8")) as T;
}

const AGENTD = "zabbix_agentd 7.0.29";
const AGENT2 = "zabbix_agent2 7.0.29";

/** Where the two agents differ we answer as agent 2, but for these, which are answered as zabbix_agentd does. */
const AS_AGENTD = new Set([
  "key with trailing CRLF",
  "key with trailing LF",
  "key with embedded NUL + garbage",
  "headerless key LF (keep open)",
  "flags 0x09 unknown bit",
  "JSON string top",
]);

/** What no agent does. The large form is understood; any unknown flag and any body over 64 kB ends the connection. */
const OURS = new Map([
  ["flags 0x05 large ok", "5a42584401010000000000000031"],
  ["flags 0x07 large zlib", "5a42584401010000000000000031"],
  ["flags 0x81", ""],
  ["key 70000 bytes", ""],
]);

/** JSON texts that are no object or array are keys, as to zabbix_agentd, but worded as agent 2 does. */
const KEYS = new Map([
  ["JSON number top", "Unknown metric 123"],
  ["JSON true top", "Unknown metric true"],
]);

/** Items that take seconds: there are none here. */
const SLOW_ITEMS = /sleep/;

const HOST = address(import.meta.url);
const { cases } = vector<{ cases: readonly Case[] }>("passive-edge-cases.json");
const PING = Buffer.from("5a425844010a000000000000006167656e742e70696e67", "hex");

let running: Running;
beforeAll(async () => {
  running = await passiveServer(HOST);
});
afterAll(() => running.server.close());

function bytesOf({ sentHex }: Case): Buffer {
  if (sentHex !== undefined) return Buffer.from(sentHex, "hex");
  const key = `agent.ping[${"a".repeat(70_000 - "agent.ping[]".length)}]`;
  const header = Buffer.from("5a4258440100000000" + "00000000", "hex");
  header.writeUInt32LE(key.length, 5);
  return Buffer.concat([header, Buffer.from(key)]);
}

async function sent(one: Asker, { name, ...rest }: Case): Promise<void> {
  const bytes = bytesOf({ name, ...rest });
  if (name.includes("1-byte writes")) for (const byte of bytes) await one.send(Buffer.of(byte));
  else if (name.includes("later write")) await sentInTwo(one, bytes);
  else await one.send(name.startsWith("slow body") ? bytes.subarray(0, 20) : bytes);
  if (name.includes("half-close")) one.halfClose();
}

async function sentInTwo(one: Asker, bytes: Buffer): Promise<void> {
  await one.send(bytes.subarray(0, PING.length));
  await one.answered;
  await one.send(bytes.subarray(PING.length));
}

/** Our version stands where the agent's stood; everything else is compared byte by byte. */
function asOurs(replyHex: string): Buffer {
  const reply = Buffer.from(replyHex, "hex");
  const body = reply.subarray(13).toString("latin1").replace('"version":"7.0.29"', '"version":"7.0.0"');
  if (reply.length < 13) return reply;
  const header = Buffer.from(reply.subarray(0, 13));
  header.writeUInt32LE(body.length, 5);
  return Buffer.concat([header, Buffer.from(body, "latin1")]);
}

function notSupported(reason: string): Buffer {
  const body = Buffer.from(`ZBX_NOTSUPPORTED\0${reason}`);
  const header = Buffer.from("5a4258440100000000" + "00000000", "hex");
  header.writeUInt32LE(body.length, 5);
  return Buffer.concat([header, body]);
}

function expected({ name, agents }: Case): Buffer {
  const ours = OURS.get(name);
  const key = KEYS.get(name);
  if (ours !== undefined) return Buffer.from(ours, "hex");
  if (key !== undefined) return notSupported(key);
  return asOurs(agents[AS_AGENTD.has(name) ? AGENTD : AGENT2]?.replyHex ?? "missing");
}

/** Both agents close only when the time is over. */
function waitsForTimeout({ agents }: Case): boolean {
  return [AGENTD, AGENT2].every((agent) => agents[agent]?.replyHex === "" && agents[agent].afterMs > 2900);
}

describe("passive edge cases", () => {
  test("name only cases that exist", () => {
    const names = new Set(cases.map(({ name }) => name));
    expect([...AS_AGENTD, ...OURS.keys(), ...KEYS.keys()].filter((name) => !names.has(name))).toEqual([]);
  });

  for (const one of cases.filter(({ name }) => !SLOW_ITEMS.test(name))) {
    test(one.name, async () => {
      const connection = await asker(running.at);
      await sent(connection, one);
      if (waitsForTimeout(one)) {
        await exchange(running.at, PING); // whatever was sent has been read by now
        running.clock.move(2.7);
        await exchange(running.at, PING);
        expect(connection.isClosed).toBe(false);
        running.clock.move(0.6);
      }
      expect((await connection.closed).toString("latin1")).toBe(expected(one).toString("latin1"));
    });
  }
});

interface Capture {
  readonly agent: string;
  readonly client: string;
  readonly key: string;
  readonly connections: readonly { readonly requestHex: string; readonly replyHex: string }[];
}

/** Bytes that are not UTF-8 cannot be a value here, and a value is never taken for an error. */
const NOT_OURS = new Set(["up.bin", "up.ns"]);

describe("captured conversations with agent 2 7.0.29", () => {
  const captures = vector<{ cases: readonly Capture[] }>("passive-captures.json").cases;
  const mine = captures.filter(({ agent, key }) => agent === AGENT2 && !NOT_OURS.has(key));
  for (const { client, key, connections } of mine) {
    test(`${client}: ${key}`, async () => {
      expect(connections.length).toBeGreaterThan(0);
      for (const { requestHex, replyHex } of connections) {
        const reply = await exchange(running.at, Buffer.from(requestHex, "hex"));
        expect(reply.toString("latin1")).toBe(asOurs(replyHex).toString("latin1"));
      }
    });
  }
});

interface Packet {
  readonly name: string;
  readonly hex: string;
}

describe("packet headers", () => {
  const header =
    vector<Record<"packets" | "largePackets" | "malformed" | "incomplete", readonly Packet[]>>("header.json");

  for (const { name, hex } of [...header.packets, ...header.largePackets]) {
    test(`answered: ${name}`, async () => {
      const bytes = Buffer.from(hex, "hex");
      const reply = await exchange(running.at, bytes);
      expect(reply.subarray(0, 5).toString("latin1")).toBe("ZBXD\x01");
      expect(reply.length).toBe(13 + reply.readUInt32LE(5));
    });
  }

  for (const { name, hex } of header.malformed) {
    test(`closed at once: ${name}`, async () => {
      expect(await exchange(running.at, Buffer.from(hex, "hex"))).toHaveLength(0);
    });
  }

  for (const { name, hex } of header.incomplete) {
    test(`waited for: ${name}`, async () => {
      const one = await asker(running.at);
      await one.send(Buffer.from(hex, "hex"));
      await exchange(running.at, PING);
      expect(one.isClosed).toBe(false);
      running.clock.move(3.5);
      expect(await one.closed).toHaveLength(0);
    });
  }
});
