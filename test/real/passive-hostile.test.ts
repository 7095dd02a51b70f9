import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { encodePacket } from "../../src/zabbix/packet.ts";
import { type Asker, asker, exchange } from "../unit/transports/loopback.ts";
import { address, freePort } from "./address.ts";
import { attack, HEAVY } from "./passive-hostile.ts";
import type { Program } from "./program.ts";
import { temporaryDirectory, tidemark } from "./start.ts";
import { waitFor } from "./wait.ts";

const host = address(import.meta.url);
const PING = Buffer.from("5a425844010a000000000000006167656e742e70696e67", "hex");
const ONE = "5a42584401010000000000000031";
const MB = 1 << 20;

let daemon: Program;
let at = { host, port: 0 };

beforeAll(async () => {
  const directory = temporaryDirectory();
  at = { host, port: await freePort(host) };
  const configuration = join(directory, "tidemark.conf");
  writeFileSync(
    configuration,
    `ListenIP=${host}
ListenPort=${at.port}
Server=127.0.0.1
Timeout=2
StateDir=${directory}/state
RunDir=${directory}/run
Memcached.nobody.Uri=tcp://${host}:${await freePort(host)}
`,
  );
  daemon = await tidemark(["run", "-c", configuration], { ready: at });
  for (let i = 0; i < 1000; i++) await exchange(at, PING);
});

/** Milliseconds that one ordinary check takes. */
async function checkMs(): Promise<number> {
  const began = performance.now();
  expect((await exchange(at, PING)).toString("hex")).toBe(ONE);
  return performance.now() - began;
}

async function slowestOf(checks: number): Promise<number> {
  const took: number[] = [];
  for (let i = 0; i < checks; i++) took.push(await checkMs());
  return Math.max(...took);
}

/** Runs it, then expects all descriptors back and no more memory than allowed. */
async function unharmed(most: { readonly growthMb: number }, work: () => Promise<void>): Promise<void> {
  const before = { fds: daemon.fds(), rss: daemon.rss() };
  await work();
  await waitFor(() => daemon.fds() <= before.fds, { what: "all connections to be closed" });
  expect((daemon.rss() - before.rss) / MB).toBeLessThan(most.growthMb);
  expect(await slowestOf(10)).toBeLessThan(500);
}

test("10,000 random packets cost their own connections only", async () => {
  await unharmed({ growthMb: 100 }, () => attack(at, 10_000, 1));
  expect(daemon.log.length).toBeLessThan(20_000);
});

test("2,000 unknown keys of 60 kB are answered and not remembered", async () => {
  await unharmed({ growthMb: 100 }, async () => {
    for (let i = 0; i < 2000; i++) {
      const reply = await exchange(at, encodePacket(Buffer.from(`key${i}.${"a".repeat(60_000)}`)));
      expect(reply.length).toBeGreaterThan(0);
    }
  });
});

describe("a check beside it is answered in time", () => {
  for (const { name, bytes } of HEAVY) {
    test(name, async () => {
      await unharmed({ growthMb: 100 }, async () => {
        const attackers = Array.from({ length: 4 }, () => exchange(at, bytes, "half-close"));
        expect(await checkMs()).toBeLessThan(500);
        await Promise.all(attackers);
      });
    });
  }

  test("2,000 idle connections", async () => {
    await unharmed({ growthMb: 100 }, async () => {
      const idle: Asker[] = [];
      for (let i = 0; i < 2000; i++) idle.push(await asker(at));
      expect(idle.filter(({ isClosed }) => !isClosed).length).toBeGreaterThan(1000);
      expect(await slowestOf(20)).toBeLessThan(500);
      for (const one of idle) expect(await one.closed).toHaveLength(0); // by Timeout
    });
  });

  test("500 slow senders, each with most of a large request", async () => {
    await unharmed({ growthMb: 120 }, async () => {
      const part = Buffer.concat([Buffer.from("5a4258440100fa000000000000", "hex"), Buffer.alloc(60_000, "a")]);
      const slow: Asker[] = [];
      for (let i = 0; i < 500; i++) {
        const one = await asker(at);
        await one.send(part);
        slow.push(one);
      }
      expect(await slowestOf(20)).toBeLessThan(500);
      for (const one of slow) expect(await one.closed).toHaveLength(0);
    });
  });

  test("1,000 connections that are reset at once", async () => {
    await unharmed({ growthMb: 50 }, async () => {
      for (let i = 0; i < 1000; i++) {
        const one = await asker(at);
        await one.send(PING.subarray(0, i % 23));
        one.reset();
      }
    });
  });
});

test("nothing of this ended the daemon, and little of it is in its log", async () => {
  await attack(at, 100, 2);
  const said = "Closed a connection from 127.0.0.1 without an answer: ";
  await waitFor(() => daemon.log.includes(said), { what: `the log to say "${said}"` });
  expect(daemon.exit).toBeUndefined();
  expect(daemon.log.length).toBeLessThan(40_000);
});
