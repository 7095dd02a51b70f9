import { beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached, statsOf } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { pause, waitFor } from "../real/wait.ts";
import type { Row } from "./api.ts";
import { withEachServer } from "./lab.ts";
import { threeQuartersFound } from "./memcached-load.ts";
import { PolledHost } from "./polled-host.ts";
import { OFFICIAL } from "./templates.ts";

/* The official template, linked unchanged to a host whose agent is tidemark. */

const HOST = address(import.meta.url);
const PING = 'memcached.ping["{$MEMCACHED.CONN.URI}"]';
const ITEMS = 26;
const SERVICE_IS_DOWN = /Service is down/;

/** Preprocessing types by the API's numbers. */
const CHANGE_PER_SECOND = "10";
const JSONPATH = "12";

/** Statistics that move by themselves; the others stay as they are when the load has stopped. */
const MOVING = /^\$\.(uptime|rusage_user|rusage_system|curr_connections|connection_structures)$/;

const at = { host: HOST, port: 0 };
let memcached: Program;
let bench: Bench;
let stopLoad: () => void;

beforeAll(async () => {
  at.port = await freePort(HOST);
  memcached = await startMemcached(at);
  bench = await Bench.at(HOST);
  bench.configure([`Memcached.cache.Uri=tcp://${HOST}:${at.port}`]);
  await bench.start();
});

const uri = () => `tcp://${HOST}:${at.port}`;

withEachServer((server) => {
  let host: PolledHost;
  let rows: readonly Row[] = [];

  beforeAll(async () => {
    stopLoad = await threeQuartersFound(at);
    const macros = { "{$MEMCACHED.CONN.URI}": uri() };
    host = await PolledHost.create(server, {
      name: "tidemark official template",
      at: bench,
      template: OFFICIAL,
      macros,
    });
    rows = await host.api.rows("item.get", { hostids: host.id, output: "extend", selectPreprocessing: "extend" });
  }, 60_000);

  test("every item is supported and has a value", async () => {
    expect(rows.length).toBe(ITEMS);
    const kept = new Set(rows.filter(({ history }) => history !== "0").map(({ key_ }) => key_));
    const allThere = async () => {
      await pause(6000); // the server takes one "Execute now" in five seconds
      const items = await host.items();
      const missing = [...items].filter(
        ([key, { value, supported }]) => !supported || (value === undefined && kept.has(key)),
      );
      if (missing.length > 0) await host.checkNow();
      return missing.length === 0 || Promise.reject(new Error(JSON.stringify(missing)));
    };
    await waitFor(allThere, { what: "all items of the template", seconds: 150 });
    expect([...(await host.items())].filter(([, { error }]) => error !== "")).toEqual([]);
  });

  test("memcached.ping is 1", async () => expect((await host.now(PING)).value).toBe("1"));

  test("the master, of which the server keeps no history, is memcached's own, all values as texts", async () => {
    const stats: Readonly<Record<string, string>> = JSON.parse(await bench.get(`memcached.stats["${uri()}"]`));
    const own = await statsOf(at);
    expect(Object.keys(stats).toSorted()).toEqual([...own.keys()].toSorted());
    for (const name of ["pid", "version", "limit_maxbytes", "threads"]) expect(stats[name]).toBe(own.get(name));
  });

  test("every level is what memcached says, once the load has stopped", async () => {
    stopLoad();
    const levels = rows.flatMap((row) => levelOf(row));
    expect(levels.map(({ name }) => name)).toContain("curr_items");
    await host.checkNow();
    await waitFor(
      async () => {
        await pause(1000);
        const own = await statsOf(at);
        const items = await host.items();
        const wrong = levels.filter(({ key, name }) => items.get(key)?.value !== own.get(name));
        return wrong.length === 0 || Promise.reject(new Error(JSON.stringify(wrong)));
      },
      { what: "the levels of the template", seconds: 90 },
    );
  });

  test("rates are those of the load", async () => {
    const rate = async (key: string) => Math.max(...(await host.history(key)).map(({ value }) => Number(value)));
    expect(await rate("memcached.commands.get.rate")).toBeGreaterThan(10);
    expect(await rate("memcached.commands.get.rate")).toBeLessThan(25);
    const hits = await rate("memcached.stats.hits.rate");
    const misses = await rate("memcached.stats.misses.rate");
    expect(hits / (hits + misses)).toBeGreaterThan(0.65);
    expect(hits / (hits + misses)).toBeLessThan(0.85);
  });

  test("a trigger fires when memcached hangs, and recovers", async () => {
    memcached.freeze();
    await bench.until(`memcached.ping["${uri()}"]`, "0");
    await host.checkNow();
    await waitFor(async () => (await down()).length === 1, { what: "the problem", seconds: 90 });
    memcached.thaw();
    await bench.until(`memcached.ping["${uri()}"]`, "1");
    await host.checkNow();
    await waitFor(async () => (await down()).length === 0, { what: "its end", seconds: 90 });
    expect(await host.availability()).toEqual({ available: "1", error: "" });
  });

  async function down(): Promise<readonly Row[]> {
    await pause(500);
    const problems = await host.api.rows("problem.get", { hostids: host.id, output: ["name"] });
    return problems.filter(({ name }) => SERVICE_IS_DOWN.test(name ?? ""));
  }
});

/** The statistic of a dependent item that is no rate and does not move by itself. */
function levelOf(row: Row): readonly { readonly key: string; readonly name: string }[] {
  const steps = row["preprocessing"] as unknown as readonly Row[];
  const [first] = steps;
  if (steps.some(({ type }) => type === CHANGE_PER_SECOND) || first?.["type"] !== JSONPATH) return [];
  const path = first["params"] ?? "";
  return MOVING.test(path) ? [] : [{ key: row["key_"] ?? "", name: path.slice("$.".length) }];
}
