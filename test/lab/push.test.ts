import { afterAll, beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { allSamplesOf } from "../real/daemon-journal.ts";
import { startMemcached } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { waitFor } from "../real/wait.ts";
import { withEachServer } from "./lab.ts";
import { threeQuartersFound } from "./memcached-load.ts";
import { type Point, PolledHost, type ValueType } from "./polled-host.ts";
import { startProxy } from "./proxy.ts";
import { programOf } from "./version-programs.ts";

/* tidemark pushes to trapper items of real servers, directly and through a proxy. */

const HOST = address(import.meta.url);
const MASTER = "memcached.get[main]";
const STATE = "memcached.state[main]";

const VALUES: readonly { readonly key: string; readonly type: ValueType; readonly value: RegExp }[] = [
  { key: STATE, type: "unsigned", value: /^1$/ },
  { key: "memcached.rate[main,cmd_get,5s]", type: "float", value: /^\d+(\.\d+)?$/ },
  { key: "memcached.stat[main,version]", type: "char", value: /^1\./ },
  { key: MASTER, type: "text", value: /^\{"instance":"main",/ },
  { key: "memcached.discovery", type: "text", value: /"main"/ },
  { key: "tidemark.version", type: "char", value: /^\d/ },
];
const VALUES_EACH = 12;

const at = { host: HOST, port: 0 };

beforeAll(async () => {
  at.port = await freePort(HOST);
  await startMemcached(at);
  await threeQuartersFound(at);
});

withEachServer((server) => {
  let bench: Bench;
  let daemon: Program;

  beforeAll(async () => {
    bench = await Bench.at(HOST);
  });

  const configure = (host: string, to: { readonly host: string; readonly port: number }) =>
    bench.configure([
      `Memcached.main.Uri=tcp://${HOST}:${at.port}`,
      `Push.lab.Server=${to.host}:${to.port}`,
      `Push.lab.Host=${host}`,
      ...VALUES.map(({ key }) => `Push.lab.Keys=${key}`),
      "Push.lab.Keys=memcached.uptime[main]",
      "Push.lab.Interval=1s",
    ]);

  /** A value of every slot that was sampled since the first value; of a slot that was sampled twice, the first sample. */
  async function expectEverySlotOnce(host: PolledHost): Promise<void> {
    const taken = new Map(
      allSamplesOf(bench)
        .toReversed()
        .map(({ slot, sample }) => [slot, milliseconds(sample.stamp.clock)]),
    );
    const first = [...taken.values()].toReversed();
    for (const key of [STATE, MASTER]) {
      const stored = (await host.history(key)).map(({ clock }) => milliseconds(clock));
      const inTime = (clock: number) => clock >= (stored[0] ?? 0) && clock <= (stored.at(-1) ?? 0);
      expect(stored.filter((clock) => clock >= (first[0] ?? 0))).toEqual(first.filter(inTime));
    }
  }

  const everyValue = async (host: PolledHost, more = VALUES_EACH) => {
    for (const { key, value } of VALUES) {
      const enough = async (points: readonly Point[]) =>
        points.length >= more && value.test(points.at(-1)?.value ?? "");
      await waitFor(async () => enough(await host.history(key)), { what: `${more} values of "${key}"`, seconds: 60 });
    }
  };

  test("values of every type arrive with the clocks of their samples, from the very first one on", async () => {
    const host = await PolledHost.create(server, { name: "tidemark push", at: bench });
    configure("tidemark push", server);
    daemon = await bench.start(); // before there are items: what is refused is tried again
    const began = Date.now() / 1000;
    for (const { key, type } of VALUES) await host.trapper(key, type);
    await everyValue(host);
    await daemon.end();
    await expectEverySlotOnce(host);
    const [first] = await host.history(STATE);
    expect(first?.clock ?? Number.POSITIVE_INFINITY).toBeLessThan(began);
    expect(daemon.stderr).toMatch(/has no trapper item for .*"memcached\.uptime\[main\]"/);
    expect(daemon.stderr).toMatch(/takes .*"memcached\..* now\./);
  }, 120_000);

  test("it is killed in the middle and comes back: every sample is there once", async () => {
    const host = (await PolledHost.find(server, "tidemark push")) as PolledHost;
    let before = (await host.history(STATE)).length;
    for (let round = 0; round < 3; round++) {
      daemon = await bench.start();
      await everyValue(host, before + 1);
      await daemon.kill();
      before = (await host.history(STATE)).length;
    }
    daemon = await bench.start();
    await everyValue(host, before + 5);
    await daemon.end();
    await expectEverySlotOnce(host);
  }, 120_000);

  test("tidemark send: values of keys and lines of a file", async () => {
    const host = (await PolledHost.find(server, "tidemark push")) as PolledHost;
    daemon = await bench.start();
    const place = `${server.host}:${server.port}`;
    const sent = await bench.command(
      "send",
      "-z",
      place,
      "-s",
      "tidemark push",
      "tidemark.version",
      "memcached.uptime[main]",
    );
    expect(sent.stdout).toMatch(
      /^Response from .*processed: 1; failed: 1; total: 2; .*\nsent: 2; skipped: 0; total: 2\n$/,
    );
    expect(sent.status).toBe(2);
    await daemon.end();
    expect((await host.history("tidemark.version")).length).toBeGreaterThan(0);
  }, 60_000);

  const program = programOf("zabbix_proxy", server.version);
  test.skipIf(program === undefined)(
    "through a proxy: every sample is there once",
    async () => {
      const proxy = await startProxy(server, program ?? "", { name: "tidemark push proxy", host: HOST });
      const host = await PolledHost.create(server, { name: "tidemark push by proxy", at: bench });
      afterAll(async () => {
        await host.remove();
        await proxy.remove();
      });
      await proxy.adopt(host.id);
      for (const { key, type } of VALUES) await host.trapper(key, type);
      configure("tidemark push by proxy", proxy);
      daemon = await bench.start();
      await everyValue(host);
      await daemon.end();
      await expectEverySlotOnce(host);
    },
    180_000,
  );
});

function milliseconds(clock: number): number {
  return Math.round(clock * 1000);
}
