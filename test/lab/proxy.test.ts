import { afterAll, beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench, exchange } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { pause, waitFor } from "../real/wait.ts";
import { samplesOf } from "../real/zabbix-stand-in.ts";
import { withEachServer } from "./lab.ts";
import { PolledHost, type ValueType } from "./polled-host.ts";
import { type RunningProxy, startProxy } from "./proxy.ts";
import { ProxyGroup } from "./proxy-group.ts";
import { programOf } from "./version-programs.ts";

/* tidemark is the active agent of a host that a real proxy watches, and of one that a group of proxies watches. */

const HOST = address(import.meta.url);
const MASTER = "memcached.get[main]";
/** All but the version have a value of a failed sample, too. */
const VERSION = "memcached.stat[main,version]";
const KEYS: readonly (readonly [key: string, type: ValueType])[] = [
  ["memcached.state[main]", "unsigned"],
  ["memcached.sample.age[main]", "float"],
  [VERSION, "char"],
  [MASTER, "text"],
];
const VALUES_EACH = 12;
/** A proxy sends what it has each second, and the server writes it a little later. */
const FORWARD_MS = 4000;
const HOOK_MS = 60_000;

const at = { host: HOST, port: 0 };

beforeAll(async () => {
  at.port = await freePort(HOST);
  await startMemcached(at);
});

withEachServer((server) => {
  const program = programOf("zabbix_proxy", server.version);
  if (program === undefined) {
    process.stderr.write(
      `\nNO zabbix_proxy ${server.version}: its tests are skipped (TIDEMARK_PROXIES names a directory).\n\n`,
    );
  }

  async function hostWithItems(name: string): Promise<PolledHost> {
    const host = await PolledHost.create(server, { name, at: { host: HOST, port: 1 } });
    for (const [key, type] of KEYS) await host.active(key, type);
    return host;
  }

  async function configured(name: string, nodes: readonly RunningProxy[]): Promise<Bench> {
    const bench = await Bench.at(HOST);
    bench.configure([
      `Hostname=${name}`,
      `ServerActive=${nodes.map(({ host, port }) => `${host}:${port}`).join(";")}`,
      "RefreshActiveChecks=2",
      "BufferSend=1",
      "History=10m",
      `Memcached.main.Uri=tcp://${HOST}:${at.port}`,
    ]);
    return bench;
  }

  test.skipIf(program === undefined)(
    "active checks by a proxy: every sample is there once, with its clock, though both are killed",
    async () => {
      const name = "tidemark active by proxy";
      const host = await hostWithItems(name);
      const proxy = await startProxy(server, program ?? "", { name: "tidemark active proxy", host: HOST });
      afterAll(async () => {
        await host.remove();
        await proxy.remove();
      }, HOOK_MS);
      await proxy.adopt(host.id);
      const bench = await configured(name, [proxy]);
      let daemon = await bench.start();
      await moreValues(host, VALUES_EACH);
      await daemon.kill();
      daemon = await bench.start();
      await moreValues(host, VALUES_EACH);
      await proxy.stop();
      await pause(FORWARD_MS); // values of these seconds wait in the outbox
      await proxy.restart();
      await moreValues(host, 2 * VALUES_EACH);
      await daemon.end();
      await expectEverySample(host, bench);
    },
    480_000,
  );

  test.skipIf(program === undefined || server.version === "6.0")(
    "a group of proxies: redirects are followed, and the host is followed to another proxy and back",
    async () => {
      const name = "tidemark active by group";
      const host = await hostWithItems(name); // before the group: what a run before left may be watched by it
      const group = await ProxyGroup.create(server, "tidemark active group");
      afterAll(async () => {
        await host.remove();
        await group.remove();
      }, HOOK_MS);
      const member = (letter: string) =>
        startProxy(server, program ?? "", { name: `tidemark group ${letter}`, host: HOST, group: group.id });
      const members = [await member("a"), await member("b")];
      await group.adopt(host.id);
      const responsible = () =>
        waitFor(
          async () => {
            const id = await group.responsible(host.id);
            return members.find((proxy) => proxy.id === id);
          },
          { what: "a responsible proxy", seconds: 90 },
        );
      const first = await responsible();
      const [other] = members.filter((proxy) => proxy !== first);
      if (other === undefined) throw new Error("there are no two proxies");
      await waitFor(() => redirects(other, name), { what: "a redirect by the other proxy", seconds: 90 });

      const bench = await configured(name, [other, first]); // the first one redirects
      const daemon = await bench.start();
      await moreValues(host, VALUES_EACH);
      for (const [gone, next] of [
        [first, other],
        [other, first],
      ] as const) {
        daemon.freeze(); // what a proxy has taken and not sent is lost to the server once the host is another one's
        await pause(FORWARD_MS);
        await gone.stop();
        daemon.thaw();
        await waitFor(async () => (await responsible()) === next, { what: "the host to be moved", seconds: 120 });
        await moreValues(host, VALUES_EACH);
        await gone.restart();
        await waitFor(() => redirects(gone, name), { what: "a redirect by the proxy that was away", seconds: 120 });
      }
      await daemon.end();
      await expectEverySample(host, bench);
    },
    1_200_000,
  );
});

/** Waits until so many more values of each item are in the history. */
async function moreValues(host: PolledHost, count: number): Promise<void> {
  for (const [key] of KEYS) {
    const before = (await host.history(key)).length;
    const more = async () => (await host.history(key)).length >= before + count;
    await waitFor(more, { what: `${count} more values of "${key}"`, seconds: 120 });
  }
}

/** Whether a proxy sends those who ask for the items of a host elsewhere. */
async function redirects(proxy: RunningProxy, host: string): Promise<boolean> {
  const request = { request: "active checks", host, version: "7.0.0", variant: 2, session: "0".repeat(32) };
  const reply = await exchange(proxy, JSON.stringify({ ...request, config_revision: 0 }));
  return "redirect" in (JSON.parse(reply) as object) || Promise.reject(new Error(reply));
}

/** The clocks of every item are those of the samples in tidemark's journal, and a value tells the clock of its sample. */
async function expectEverySample(host: PolledHost, { state }: Bench): Promise<void> {
  const samples = samplesOf(state, "memcached");
  for (const [key] of KEYS) {
    const taken = samples.filter(({ kind }) => kind === "good" || key !== VERSION).map(({ stamp }) => stamp.clock);
    const clocks = (await host.history(key)).map(({ clock }) => clock);
    const [first = 0, last = 0] = [clocks[0], clocks.at(-1)];
    const expected = taken.filter((clock) => clock >= first - 0.001 && clock <= last + 0.001);
    expect({ key, clocks: clocks.map(milliseconds) }).toEqual({ key, clocks: expected.map(milliseconds) });
  }
  for (const { clock, value } of await host.history(MASTER)) {
    const { time = Math.floor(clock) } = JSON.parse(value); // one of a failed sample tells none
    expect(Math.floor(clock)).toBe(time);
  }
}

function milliseconds(clock: number): string {
  return clock.toFixed(3);
}
