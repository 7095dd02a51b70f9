import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, freePort, lowPort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached, statsOf } from "../real/memcached.ts";
import { inSeconds, pageAliases, pageTable } from "../real/migration-page.ts";
import type { Program } from "../real/program.ts";
import { temporaryDirectory } from "../real/start.ts";
import { pause, waitFor } from "../real/wait.ts";
import { startAgent } from "./agents.ts";
import { Api } from "./api.ts";
import { type Server, withEachServer } from "./lab.ts";
import { threeQuartersFound } from "./memcached-load.ts";
import { type Point, PolledHost } from "./polled-host.ts";
import { ProblemWatch } from "./problems.ts";
import { copied, deleteTemplate, install, OFFICIAL, templateFiles } from "./templates.ts";

/* docs/migration.md, done on real servers: items that have a history get tidemark's values, and keep it. */

const HOST = address(import.meta.url);
const SCRIPT = "getMemcachedInfo.py";
const PASSIVE = 0;
const EXTERNAL = 10;
const CALCULATED = 15;
const FLOAT = 0;
const UNSIGNED = 3;
/** What the script's template asks for. */
const STATISTICS = ["bytes", "cmd_get", "cmd_set", "curr_items", "curr_connections", "limit_maxbytes", "uptime"];
const MORE_STATISTICS = ["get_hits", "get_misses", "evictions"];
const RATIOS = ["ratio", "usage"];

const at = { host: HOST, port: await freePort(HOST) };
const aliases = pageAliases(at).map(inSeconds);
const keyOf = (name: string) => `${SCRIPT}["-h","{HOST.CONN}","-p","{$MEMCACHEDRPORT}","-a","${name}"]`;
const PORT_KEY = "net.tcp.service[tcp,,{$MEMCACHEDRPORT}]";

beforeAll(async () => {
  await startMemcached(at);
  await threeQuartersFound(at);
});

/** The script as far as its template uses it: one connection for each value. */
const SCRIPT_TEXT = `#!/bin/bash
exec 3<>"/dev/tcp/$2/$4"
printf 'stats\\r\\nquit\\r\\n' >&3
declare -A stat
while read -r word name value <&3; do [ "$word" = STAT ] && stat[$name]=\${value%$'\\r'}; done
case $6 in
  ratio) echo $((100 * stat[get_hits] / stat[cmd_get])) ;;
  usage) echo $((100 * stat[bytes] / stat[limit_maxbytes])) ;;
  *) echo "\${stat[$6]}" ;;
esac
`;

interface Old {
  readonly key: string;
  readonly itemid: string;
  readonly history: readonly Point[];
}

/** The items with what they have until now, which must be something. */
function withHistory(host: PolledHost, keys: readonly string[]): Promise<readonly Old[]> {
  return Promise.all(
    keys.map(async (key) => {
      const history = await waitFor(
        async () => {
          await pause(500);
          const points = await host.history(key);
          return points.length > 0 ? points : Promise.reject(new Error(JSON.stringify(await host.now(key))));
        },
        { what: `history of ${key}`, seconds: 120 },
      );
      return { key, itemid: (await host.row(key))["itemid"] ?? "", history };
    }),
  );
}

/** The same items go on: all that they had is there, and newer values. `key`: what an old one is called now. */
async function goOn(host: PolledHost, olds: readonly Old[], key = (old: string) => old): Promise<void> {
  const since = Date.now() / 1000;
  for (const old of olds) {
    const now = key(old.key);
    const newer = async () => {
      await pause(500);
      const newest = (await host.history(now)).at(-1);
      return (newest?.clock ?? 0) > since || Promise.reject(new Error(JSON.stringify(await host.now(now))));
    };
    await waitFor(newer, { what: `new values of ${now}`, seconds: 120 });
    expect((await host.row(now))["itemid"]).toBe(old.itemid);
    expect(await host.history(now)).toEqual(expect.arrayContaining([...old.history]));
  }
}

async function changeItems(api: Api, of: string, change: Readonly<Record<string, unknown>>, keys: RegExp) {
  const rows = await api.rows("item.get", { hostids: of, output: ["itemid", "key_"] });
  const chosen = rows.filter(({ key_ = "" }) => keys.test(key_));
  for (const { itemid } of chosen) await api.call("item.update", { itemid, ...change });
}

async function pointInterfaceTo(host: PolledHost, port: number): Promise<void> {
  const [row] = await host.api.rows("hostinterface.get", { hostids: host.id, output: ["interfaceid"] });
  await host.api.call("hostinterface.update", { interfaceid: row?.["interfaceid"], port: String(port) });
}

withEachServer((server) => {
  describe("getMemcachedInfo.py", () => {
    const title = "Tidemark migration script";
    const script = join(server.externalScripts, SCRIPT);
    let templateid = "";
    let host: PolledHost;
    let olds: readonly Old[] = [];

    beforeAll(async () => {
      writeFileSync(script, SCRIPT_TEXT, { mode: 0o755 });
      const port = await lowPort(HOST);
      await startAgent(server, { kind: "zabbix_agentd", directory: temporaryDirectory(), host: HOST, port }, []);
      const api = await Api.login(server);
      templateid = await scriptTemplate(server, api, title);
      host = await PolledHost.create(server, { name: "mig-script", at: { host: HOST, port }, template: title });
      await api.call("host.update", {
        hostid: host.id,
        macros: [{ macro: "{$MEMCACHEDRPORT}", value: String(at.port) }],
      });
      olds = await withHistory(host, [...STATISTICS, ...MORE_STATISTICS, ...RATIOS].map(keyOf).concat(PORT_KEY));
    }, 180_000);

    afterAll(async () => {
      rmSync(script, { force: true });
      await host.remove();
      await deleteTemplate(host.api, { file: "", title, yaml: "" });
    });

    test("items keep their history and go on as checks of tidemark", async () => {
      const bench = await Bench.at(HOST);
      bench.configure([`Memcached.main.Uri=tcp://${HOST}:${at.port}`, ...aliases.map(({ line }) => line)]);
      await bench.start();
      await pointInterfaceTo(host, bench.port);
      await changeItems(host.api, templateid, { type: PASSIVE }, /getMemcachedInfo.*"(?!usage")\w+"\]$/);
      const params = `100*last(//${keyOf("bytes")})/last(//${keyOf("limit_maxbytes")})`;
      await changeItems(host.api, templateid, { type: CALCULATED, params }, /"usage"\]$/);
      await goOn(host, olds);
      const own = await statsOf(at);
      for (const name of ["bytes", "curr_items", "limit_maxbytes", "evictions"]) {
        expect((await host.now(keyOf(name))).value, name).toBe(own.get(name));
      }
      expect(Number((await host.now(keyOf("ratio"))).value)).toBeCloseTo(75, -1);
      const usage = (100 * Number(own.get("bytes"))) / Number(own.get("limit_maxbytes"));
      expect(Number((await host.now(keyOf("usage"))).value)).toBeCloseTo(usage, 3);
      expect((await host.now(PORT_KEY)).value).toBe("1");
    }, 300_000);

    test("items keep their history when their keys are edited", async () => {
      await changeItems(host.api, templateid, { key_: "memcached.stat[,curr_items]" }, /"curr_items"\]$/);
      await goOn(
        host,
        olds.filter(({ key }) => key.includes("curr_items")),
        () => "memcached.stat[,curr_items]",
      );
    }, 180_000);
  });

  describe("hand-made keys", () => {
    const name = "mig-hand-made";
    const KEYS = ["memcached.curr_conn", "memcache.hit_ratio[1]", "memcache.check_max_age"] as const;
    let host: PolledHost;
    let bench: Bench;
    let daemon: Program;
    let olds: readonly Old[] = [];
    let watch: ProblemWatch;

    beforeAll(async () => {
      const port = await lowPort(HOST);
      const lines = [
        "memcached.curr_conn,echo 7",
        "memcache.hit_ratio[*],echo 66.66",
        "memcache.check_max_age,echo 3600",
      ];
      const scripts = lines.map((line) => `UserParameter=${line}`);
      await startAgent(server, { kind: "zabbix_agentd", directory: temporaryDirectory(), host: HOST, port }, scripts);
      host = await PolledHost.create(server, { name, at: { host: HOST, port } });
      for (const key of KEYS) await host.item(key, key === "memcached.curr_conn" ? "unsigned" : "float");
      await host.api.call("trigger.create", {
        description: "Items live too short",
        expression: `last(/${name}/memcache.check_max_age)<86400`,
      });
      olds = await withHistory(host, KEYS);
      watch = new ProblemWatch(host);
      await watch.raised("Items live too short", 0, 60);
      bench = await Bench.at(HOST);
      configure([]);
      daemon = await bench.start();
      await pointInterfaceTo(host, bench.port);
    }, 180_000);

    function configure(more: readonly string[]): void {
      const active = [`Hostname=${name}`, `ServerActive=${server.host}:${server.port}`, "RefreshActiveChecks=60"];
      bench.configure(["History=2m", `Memcached.main.Uri=tcp://${HOST}:${at.port}`, ...active, ...more]);
    }

    test("go on with the old texts without an alias", async () => {
      await goOn(host, olds);
      await host.until("memcached.curr_conn", () => bench.get("memcached.stat[,curr_connections]"));
      await host.until("memcache.hit_ratio[1]", "75", 120);
      expect(Number((await host.now("memcache.check_max_age")).value)).toBeLessThan(3600);
    }, 300_000);

    test("go on with the new values by aliases", async () => {
      configure(aliases.map(({ line }) => line));
      daemon.signal("SIGHUP");
      await waitFor(async () => (await bench.ask("memcache.check_max_age")).value === null, { what: "the aliases" });
      await goOn(host, olds.slice(0, 2));
      await host.active("memcache.hit_ratio[5]", "float");
      await host.until("memcache.hit_ratio[5]", () => bench.get("memcached.hit_ratio[,5s]"), 120);
    }, 300_000);

    test("without a value 6.0 has them as not supported, 7.0 passes over it, and a problem stays", async () => {
      const key = "memcache.check_max_age";
      const { clock = 0 } = (await host.history(key)).at(-1) ?? {};
      if (server.version === "6.0") expect(await host.untilNotSupported(key)).toBe("No slab class is under pressure.");
      await pause(10_000); // so many checks without anything
      expect((await host.now(key)).supported).toBe(server.version !== "6.0");
      expect((await host.history(key)).at(-1)?.clock).toBe(clock);
      expect(watch.open).toEqual(["Items live too short"]);
    }, 60_000);
  });

  describe("the official template", () => {
    const shipped = templateFiles(server.version).find(({ file }) => file === "tidemark_memcached.yaml");
    const ours = copied(shipped ?? { file: "", title: "", yaml: "" }, "migration", "1s");
    const PING = 'memcached.ping["{$MEMCACHED.CONN.URI}"]';
    const KEPT = "memcached.connections.current"; // each value is stored
    let host: PolledHost;
    let olds: readonly Old[] = [];
    const templates = async (...titles: readonly string[]) =>
      Promise.all(titles.map(async (title) => ({ templateid: await host.api.idOf("template", title) })));
    const officials = async () => [...(await host.items()).keys()].filter((key) => !key.includes('["main"'));

    beforeAll(async () => {
      const bench = await Bench.at(HOST);
      bench.configure([`Memcached.main.Uri=tcp://${HOST}:${at.port}`]);
      await bench.start();
      await install(await Api.login(server), server, ours);
      const macros = { "{$MEMCACHED.CONN.URI}": `tcp://${HOST}:${at.port}` };
      host = await PolledHost.create(server, { name: "mig-official", at: bench, template: OFFICIAL, macros });
      await host.checkNow();
      await host.until(PING, "1", 120);
      olds = await withHistory(host, [KEPT]);
    }, 240_000);

    afterAll(async () => {
      await host.remove();
      await deleteTemplate(host.api, ours);
    });

    test("has the triggers that the page tells of", async () => {
      const rows = await host.api.rows("trigger.get", { hostids: host.id, output: ["description"] });
      const names = rows.map(({ description = "" }) => description).join("\n");
      for (const { official, ours: own } of pageTable()) {
        for (const name of official) expect(names).toContain(name);
        for (const name of own) expect(ours.yaml).toContain(name);
      }
    });

    test("runs side by side with ours", async () => {
      await host.api.call("host.update", { hostid: host.id, templates: await templates(OFFICIAL, ours.title) });
      await host.until('memcached.state["main"]', "1", 120);
    }, 180_000);

    test("unlinked it leaves its items, which go on until they are disabled", async () => {
      const before = await officials();
      await host.api.call("host.update", { hostid: host.id, templates: await templates(ours.title) });
      expect(await officials()).toEqual(before);
      expect((await host.row(KEPT))["templateid"]).toBe("0");
      await pause(1000);
      await host.checkNow();
      await goOn(host, olds);
      await host.api.call("item.update", { itemid: olds[0]?.itemid, status: 1 });
      expect(await host.history(KEPT)).toEqual(expect.arrayContaining([...(olds[0]?.history ?? [])]));
    }, 180_000);

    test("unlinked and cleared it takes its items with it, and ours stay", async () => {
      await host.api.call("host.update", { hostid: host.id, templates: await templates(OFFICIAL, ours.title) });
      expect((await host.row(KEPT))["itemid"]).toBe(olds[0]?.itemid);
      const [kept, cleared] = [await templates(ours.title), await templates(OFFICIAL)];
      await host.api.call("host.update", { hostid: host.id, templates: kept, templates_clear: cleared });
      expect([...(await host.items()).keys()].filter((key) => key.includes("CONN.URI"))).toEqual([]);
      await host.until('memcached.state["main"]', "1");
    }, 120_000);
  });
});

/** The template of the script, as far as its items go, asked each second. */
async function scriptTemplate(server: Server, api: Api, title: string): Promise<string> {
  await deleteTemplate(api, { file: "", title, yaml: "" });
  const kind = server.version === "6.0" ? "hostgroup" : "templategroup";
  const [group] = await api.rows(`${kind}.get`, { filter: { name: "Templates" }, output: ["groupid"] });
  const hostid = await api.create("template", { host: title, groups: [{ groupid: group?.["groupid"] }] });
  const item = (key_: string, type: number, value_type: number) =>
    api.create("item", { hostid, key_, name: key_, type, value_type, delay: "2s" });
  for (const name of [...STATISTICS, ...MORE_STATISTICS]) await item(keyOf(name), EXTERNAL, UNSIGNED);
  for (const name of RATIOS) await item(keyOf(name), EXTERNAL, FLOAT);
  await item(PORT_KEY, PASSIVE, UNSIGNED);
  return hostid;
}
