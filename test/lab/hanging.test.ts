import { beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { waitFor } from "../real/wait.ts";
import { withEachServer } from "./lab.ts";
import { PolledHost } from "./polled-host.ts";

/* What a server sees of a memcached that hangs, and of a tidemark that is gone. */

const HOST = address(import.meta.url);
const STATE = "memcached.state[cache]";
const MASTER = "memcached.get[cache]";
const PING = "memcached.ping[cache]";
const ITEMS = "memcached.stat[cache,curr_items]";
const HUNG = "3";
/** Two ticks and one poll, all of one second. */
const SEEN_WITHIN_SECONDS = 3;

const at = { host: HOST, port: 0 };
let bench: Bench;
let memcached: Program;
let daemon: Program;

beforeAll(async () => {
  at.port = await freePort(HOST);
  memcached = await startMemcached(at);
  bench = await Bench.at(HOST);
  bench.configure([`Memcached.cache.Uri=tcp://${HOST}:${at.port}`]);
  daemon = await bench.start();
});

withEachServer((server) => {
  let host: PolledHost;
  let frozen = 0;

  beforeAll(async () => {
    host = await PolledHost.create(server, { name: "tidemark hanging", at: bench });
    const master = await host.item(MASTER, "text");
    await host.item(STATE, "unsigned");
    await host.item(PING, "unsigned");
    await host.item(ITEMS, "unsigned");
    await host.dependent(master, "json.state", { type: "unsigned", path: "$.state" });
    await host.dependent(master, "json.error", { type: "char", path: "$.error" });
    for (const key of [STATE, PING, "json.state"]) await host.until(key, "1");
    await host.until("json.error", "");
  }, 90_000);

  test("a memcached that hangs is state 3 on the server within two ticks and one poll", async () => {
    memcached.freeze();
    frozen = Date.now() / 1000;
    await host.until(STATE, HUNG, 30);
    const first = (await host.history(STATE)).find(({ clock, value }) => clock > frozen && value === HUNG);
    expect((first?.clock ?? Number.POSITIVE_INFINITY) - frozen).toBeLessThanOrEqual(SEEN_WITHIN_SECONDS);
  });

  test("the master and the ping follow, with the reason", async () => {
    await host.until("json.state", HUNG);
    await host.until(PING, "0");
    expect((await host.now("json.error")).value).toMatch(/^connected, but no reply within 0\.\d+ s$/);
  });

  test("values become not supported with the reason", async () => {
    expect(await host.untilNotSupported(ITEMS)).toMatch(/^Last good sample [\d-]+ [\d:]+ UTC: .+\.$/);
  });

  test("no check is missed and the interface stays available meanwhile", async () => {
    const waited = () => Date.now() / 1000 - frozen > 15;
    await waitFor(waited, { what: "the hang to last", seconds: 30 });
    expect(await host.availability()).toEqual({ available: "1", error: "" });
    const clocks = (await host.history(STATE)).map(({ clock }) => clock).filter((clock) => clock > frozen);
    expect(clocks.length).toBeGreaterThan(10);
    const gaps = clocks.slice(1).map((clock, index) => clock - (clocks[index] ?? clock));
    expect(Math.max(...gaps)).toBeLessThan(4);
  });

  test("all is well again when it goes on", async () => {
    memcached.thaw();
    for (const key of [STATE, PING, "json.state"]) await host.until(key, "1");
    await host.until("json.error", "");
    await host.until(ITEMS, "0");
  });

  test("the interface is unavailable while tidemark is gone, and available when it is back", async () => {
    await daemon.end();
    expect(await host.untilNotAvailable()).toMatch(/refused/i);
    daemon = await bench.start();
    await host.untilAvailable();
    const back = Date.now() / 1000;
    const fresh = async () => ((await host.history(STATE)).at(-1)?.clock ?? 0) > back;
    await waitFor(fresh, { what: "a new value", seconds: 30 });
  });
});
