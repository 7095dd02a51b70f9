import { afterAll, beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { waitFor } from "../real/wait.ts";
import { autoregister } from "./autoregistration.ts";
import { withEachServer } from "./lab.ts";
import { threeQuartersFound } from "./memcached-load.ts";
import { type Point, PolledHost, type ValueType } from "./polled-host.ts";

/* tidemark as the active agent of real servers: for a host made by hand, and for one of autoregistration. */

const HOST = address(import.meta.url);
const REFRESH_SECONDS = 2;
const MASTER = "memcached.get[main]";

const VALUES: readonly { readonly key: string; readonly type: ValueType; readonly value: RegExp }[] = [
  { key: "memcached.state[main]", type: "unsigned", value: /^1$/ },
  { key: "memcached.rate[main,cmd_get,5s]", type: "float", value: /^\d+(\.\d+)?$/ },
  { key: "memcached.stat[main,version]", type: "char", value: /^1\./ },
  { key: MASTER, type: "text", value: /^\{"instance":"main",/ },
  { key: "memcached.discovery", type: "text", value: /"main"/ },
  { key: "memcached.sample.age[main]", type: "float", value: /^0/ },
  { key: "agent.ping", type: "unsigned", value: /^1$/ },
  { key: "agent.hostmetadata", type: "char", value: /^tidemark lab of/ },
  { key: "tidemark.version", type: "char", value: /^\d/ },
];

const at = { host: HOST, port: 0 };

beforeAll(async () => {
  at.port = await freePort(HOST);
  await startMemcached(at);
  await threeQuartersFound(at);
});

withEachServer((server) => {
  const metadata = `tidemark lab of ${server.version}`;
  let bench: Bench;
  let daemon: Program;

  const configure = (name: string, servers: string) =>
    bench.configure([
      `Hostname=${name}`,
      `ServerActive=${servers}`,
      `HostMetadata=${metadata}`,
      `RefreshActiveChecks=${REFRESH_SECONDS}`,
      "BufferSend=1",
      `Memcached.main.Uri=tcp://${HOST}:${at.port}`,
    ]);
  const place = `${server.host}:${server.port}`;

  beforeAll(async () => {
    bench = await Bench.at(HOST);
  });

  test("a host made by hand: values of every type arrive, each with its sample's clock, once", async () => {
    const host = await PolledHost.create(server, { name: "tidemark active", at: bench });
    for (const { key, type } of VALUES) await host.active(key, type);
    await host.active("memcached.nonsense", "text");
    await host.active("vfs.fs.size[/,free]", "unsigned");
    const refusing = await freePort(HOST);
    configure("tidemark active", `${HOST}:${refusing};${place}`); // the first node of two refuses
    daemon = await bench.start();
    for (const { key, value } of VALUES) {
      const good = async () => value.test((await host.now(key)).value ?? "");
      await waitFor(good, { what: `"${key}" to be ${value}`, seconds: 60 });
    }
    expect(await host.untilNotSupported("memcached.nonsense")).toMatch(/^Unsupported item key "memcached.nonsense"/);
    expect((await host.now("vfs.fs.size[/,free]")).value).toBeUndefined();
    await waitFor(async () => (await host.history(MASTER)).length > 10, { what: "ten values", seconds: 30 });
    for (const { key } of VALUES) expectOnceASecond(await host.history(key));
    for (const { clock, value } of await host.history(MASTER)) {
      expect(Math.floor(clock)).toBe(JSON.parse(value).time);
    }
    expect((await bench.command("status")).stdout).toMatch(/\S+\s+\ds\s+10\s+\d+ .* ok$/m);
  }, 120_000);

  test("it is killed and comes back: no sample that it took is missing, none is there twice", async () => {
    const host = (await PolledHost.find(server, "tidemark active")) as PolledHost;
    const before = (await host.history(MASTER)).length;
    await daemon.kill();
    daemon = await bench.start();
    await waitFor(async () => (await host.history(MASTER)).length > before + 5, { what: "more values", seconds: 30 });
    const history = await host.history(MASTER);
    expectRising(history);
    await daemon.end();
  }, 60_000);

  test("autoregistration: the host comes to be, and has its first values within one refresh", async () => {
    const undo = await autoregister(server, { metadata, keys: ["agent.ping", "memcached.state[main]"] });
    afterAll(undo);
    const name = `tidemark registered ${server.version}`;
    await (await PolledHost.find(server, name))?.remove();
    configure(name, place);
    daemon = await bench.start();
    const host = await waitFor(() => PolledHost.find(server, name), { what: "the host", seconds: 60 });
    const created = Date.now() / 1000;
    await host.until("agent.ping", "1", 30);
    await host.until("memcached.state[main]", "1", 30);
    const [first] = await host.history("memcached.state[main]");
    expect(first?.clock ?? Number.POSITIVE_INFINITY).toBeLessThan(created + REFRESH_SECONDS + SYNC_SECONDS);
    const [row] = await host.api.rows("hostinterface.get", { hostids: host.id, output: "extend" });
    expect(row).toMatchObject({ port: String(bench.port) });
    await daemon.end();
  }, 120_000);
});

/** Until a server's configuration cache has a new host: CacheUpdateFrequency 2, and its turn. */
const SYNC_SECONDS = 8;

function expectRising(points: readonly Point[]): void {
  const clocks = points.map(({ clock }) => clock);
  expect(new Set(clocks).size).toBe(clocks.length);
}

/** A value each second, as each slot has one sample. */
function expectOnceASecond(points: readonly Point[]): void {
  expectRising(points);
  const gaps = points.slice(1).map(({ clock }, index) => clock - (points[index]?.clock ?? 0));
  expect(Math.max(...gaps)).toBeLessThan(1.5);
}
