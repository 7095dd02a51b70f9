import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import type { Program } from "../real/program.ts";
import { temporaryDirectory } from "../real/start.ts";
import { daemontoolsStatus } from "../unit/sources/supervise/tree.ts";
import { Api, found } from "./api.ts";
import { type Server, withEachServer } from "./lab.ts";
import { OwnServer } from "./own-server.ts";
import { rowsOfHost } from "./rows-of-host.ts";
import { createLinked } from "./template-host.ts";
import { copied, deleteTemplate, importTemplate, templateFiles } from "./templates.ts";
import { programOf } from "./version-programs.ts";

/*
 * A thousand services on one host, at a server whose caches are as large as Zabbix makes them where nothing is said, but
 * for that of the configuration: a 6.0 with those 32M ends where there are so many items and triggers.
 */

const HOST = address(import.meta.url);
const SERVICES = 1000;
const ITEMS_EACH = 12;
const TRIGGERS_EACH = 8;
const NAME = "tidemark thousand";
const LINES = ["CacheSize=128M"];
/** What the server itself says of that cache. */
const CACHE = { key: "zabbix[rcache,buffer,used]", kind: "internal", type: "unsigned" } as const;
/** There are thousands of files. */
const REMOVAL_MS = 120_000;
const FLAVOURS = ["passive", "active"] as const;

const scan = temporaryDirectory();
const LAST = nameOf(SERVICES - 1);

function nameOf(at: number): string {
  return `customer-${String(at).padStart(4, "0")}-worker`;
}

/** Status files as daemontools writes them; this process reads the FIFOs, as each one's supervise would. */
function makeServices(): readonly string[] {
  const status = daemontoolsStatus({ since: Date.now() / 1000 - 3600, pid: process.pid });
  const fifos = Array.from({ length: SERVICES }, (_, at) => {
    const directory = join(scan, nameOf(at), "supervise");
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, "status"), status);
    return join(directory, "ok");
  });
  execFileSync("mkfifo", fifos);
  return fifos;
}

beforeAll(() => {
  const readers = makeServices().map((fifo) => openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK));
  afterAll(() => {
    for (const reader of readers) closeSync(reader);
    rmSync(scan, { recursive: true });
  }, REMOVAL_MS);
}, 60_000);

/** A tidemark that watches them all. */
async function watching(bench: Bench, lines: readonly string[]): Promise<Program> {
  const all = [`Supervise.Directories=${scan}`, "Schedule=*/10 * * * * *", "History=1h", "Memcached.Discover=no"];
  bench.configure([...all, ...lines]);
  const daemon = await bench.start();
  await bench.until(`supervise.state["${LAST}"]`, "1", 60);
  return daemon;
}

withEachServer((server) => {
  const program = programOf("zabbix_server", server.version);
  describe.skipIf(program === undefined).each(FLAVOURS)("a server of its own, %s checks", (flavour) => {
    let zabbix: OwnServer | undefined;
    const own = () => found(zabbix, "the server did not start");
    const count = (rows: string) => Number(own().query(`select count(*) from ${rows}`));
    let bench: Bench;
    let daemon: Program | undefined;
    let begun = 0;

    beforeAll(async () => {
      bench = await Bench.at(HOST);
      const rows = await rowsOf(server, flavour, bench);
      begun = Date.now();
      const itself = { name: "itself", at: { host: HOST, port: 1 }, tls: {}, items: [CACHE] };
      const options = { beside: server, program: program ?? "", host: HOST, lines: LINES, hosts: [itself], rows };
      zabbix = await OwnServer.start(options);
      daemon = await watching(bench, [`Hostname=${NAME}`, `ServerActive=${zabbix.host}:${zabbix.port}`]);
    }, 180_000);
    afterAll(async () => {
      await zabbix?.stop();
      await daemon?.end();
      rmSync(bench.directory, { recursive: true });
    }, REMOVAL_MS);

    test("discovers them all, and all their items have values", async () => {
      const items = () => count("items where flags=4") === SERVICES * ITEMS_EACH;
      await own().untilRows("all items", items, 300);
      const triggers = () => count("triggers where flags=4") === SERVICES * TRIGGERS_EACH;
      await own().untilRows("all triggers", triggers, 300);
      const known = seconds(begun);
      const states = `items i where flags=4 and key_ like 'supervise.state[%' and exists
        (select 1 from history_uint h where h.itemid=i.itemid and value=1)`;
      await own().untilRows("all states", () => count(states) === SERVICES, 300);
      say(`${server.version} ${flavour}: items after ${known} s, values after ${seconds(begun)} s`);
      say(`configuration: ${own().newest("itself", CACHE.key)} bytes`);
      await own().untilRows("no item to be not supported", () => count("item_rtdata where state<>0") === 0, 60);
      expect(count("problem")).toBe(0);
      expect(own().log).not.toMatch(
        /memory|too (big|large|long|many)|truncated|invalid|query failed|cannot (parse|create|update)/i,
      );
    }, 660_000);

    test("tidemark's answers are small enough and quick", async () => {
      const before = performance.now();
      const rows = await bench.get("supervise.discovery");
      say(`discovery: ${rows.length} bytes in ${(performance.now() - before).toFixed(1)} ms`);
      expect(JSON.parse(rows)).toHaveLength(SERVICES);
      expect((await bench.get(`supervise.get["${LAST}"]`)).length).toBeLessThan(1000);
      expect(await bench.get("tidemark.sources.late")).toBe("0");
    });
  });
});

/** A host that the API has linked to the template, asked for what is seldom often enough to be seen. */
async function rowsOf(server: Server, flavour: string, bench: Bench): Promise<readonly string[]> {
  const file = flavour === "active" ? "tidemark_services_active.yaml" : "tidemark_services.yaml";
  const shipped = templateFiles(server.version).find((template) => template.file === file);
  const copy = copied(found(shipped, `no ${file}`), "thousand");
  const template = { ...copy, yaml: copy.yaml.replaceAll("delay: 10m", "delay: 15s") };
  const api = await Api.login(server);
  await importTemplate(api, server, template);
  const host = await createLinked(server, { name: NAME, at: bench, templates: [template.title] });
  const rows = rowsOfHost(server, host.id);
  await host.remove();
  await deleteTemplate(api, template);
  return rows;
}

function seconds(since: number): string {
  return ((Date.now() - since) / 1000).toFixed(0);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
