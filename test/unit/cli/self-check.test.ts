import { afterEach, describe, expect, test } from "vitest";
import { selfCheck, type Vitals } from "../../../src/cli/self-check.ts";
import type { Io } from "../../../src/io/io.ts";
import { realIo } from "../../../src/io/real-io.ts";
import { address } from "../../real/address.ts";
import { asker, passiveServer, type Running, UNENCRYPTED } from "../transports/loopback.ts";

const HOST = address(import.meta.url);
const NOW = 5000;
const PING = Buffer.from("5a425844010a000000000000006167656e742e70696e67", "hex");

const running: Running[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

const OPEN = { peers: { admits: () => true }, accept: UNENCRYPTED, timeoutSeconds: 3 };

const SETTINGS = {
  step: 60,
  core: { Timeout: 3 },
  peers: { admits: (address: string) => address === "127.0.0.1" },
  tls: { accept: { unencrypted: true } },
};

/** A daemon that is well, with a real door. */
async function vitals(changed: Partial<Vitals> = {}): Promise<Vitals & { readonly one: Running }> {
  const one = await passiveServer(HOST);
  running.push(one);
  const io: Io = { ...realIo(), now: () => ({ clock: 0, mono: NOW }) };
  const { addresses } = one.server;
  return { one, settings: SETTINGS, io, finished: NOW - 60, addresses, control: undefined, ...changed };
}

describe("selfCheck", () => {
  test("ticks that finish and a door that answers are all that is wanted", async () => {
    const daemon = await vitals();
    expect(await selfCheck(daemon)).toBeUndefined();
    expect(daemon.one.server.requests).toBe(1);
  });

  test("no tick finished for two steps and Timeout", async () => {
    expect(await selfCheck(await vitals({ finished: NOW - 123 }))).toBeUndefined();
    const late = "no tick has finished for more than 123 s";
    expect(await selfCheck(await vitals({ finished: NOW - 124 }))).toBe(late);
    expect(await selfCheck(await vitals({ finished: undefined }))).toBe(late);
  });

  test("a door where nobody listens any more", async () => {
    const daemon = await vitals();
    await daemon.one.server.close();
    expect(await selfCheck(daemon)).toBe(`connection refused by ${HOST}:${daemon.one.at.port}`);
  });

  test("a door that closes early because it is flooded is well", async () => {
    const daemon = await vitals();
    const { one } = daemon;
    one.server.apply({ ...OPEN, registry: one.registry, peerRate: 1 });
    for (let i = 0; i < 3; i++) await (await asker(one.at)).send(PING);
    expect(await selfCheck(daemon)).toBeUndefined();
    expect(one.server.refused.get("rate")).toBeGreaterThan(0);
  });

  test("where we are not let in, the control socket is asked instead", async () => {
    const strict = [
      { ...SETTINGS, peers: { admits: () => false } },
      { ...SETTINGS, tls: { accept: { unencrypted: false } } },
    ];
    for (const settings of strict) {
      const daemon = await vitals({ settings, control: "/nonexistent/tidemark.sock" });
      expect(await selfCheck(daemon)).toMatch(/^no tidemark answers at "\/nonexistent\/tidemark\.sock"/);
      expect([daemon.one.server.requests, daemon.one.server.refused.get("peer")]).toEqual([0, 0]);
      expect(await selfCheck(await vitals({ settings }))).toBeUndefined();
    }
  });
});
