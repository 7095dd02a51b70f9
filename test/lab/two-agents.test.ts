import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { address, lowPort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import type { Program } from "../real/program.ts";
import { temporaryDirectory } from "../real/start.ts";
import { pause, waitFor } from "../real/wait.ts";
import { startAgent } from "./agents.ts";
import { Api, type Row } from "./api.ts";
import { type Server, withEachServer } from "./lab.ts";
import { PolledHost } from "./polled-host.ts";
import { createLinked, discoverNow } from "./template-host.ts";
import { copied, deleteTemplate, importTemplate, type TemplateFile, templateFiles } from "./templates.ts";

/* docs/two-agents.md, done on real servers: zabbix_agentd and tidemark on one machine. */

const HOST = address(import.meta.url);
const AGENT = 0;
const STATE = 'memcached.state["main"]';
const OWN = "tidemark.version";
const AGENTS_KEY = "vfs.file.exists[/etc/passwd]";

const port = await lowPort(HOST);
beforeAll(() => startMemcached({ host: HOST, port }));

function configured(bench: Bench, lines: readonly string[]): void {
  bench.configure([`Memcached.main.Uri=tcp://${HOST}:${port}`, ...lines]);
}

withEachServer((server) => {
  const files = ["tidemark.yaml", "tidemark_memcached.yaml", "tidemark_active.yaml"];
  const [self, memcached, active] = files.map((file) => own(server, file)) as [
    TemplateFile,
    TemplateFile,
    TemplateFile,
  ];
  const here = `ServerActive=${server.host}:${server.port}`;
  let api: Api;

  beforeAll(async () => {
    api = await Api.login(server);
    for (const template of [self, memcached, active]) await importTemplate(api, server, template);
  }, 120_000);

  afterAll(async () => {
    for (const template of [self, memcached, active]) await deleteTemplate(api, template);
  }, 120_000);

  /** zabbix_agentd at a port of its own. */
  async function agent(lines: readonly string[] = []): Promise<{ readonly port: number; readonly program: Program }> {
    const place = {
      kind: "zabbix_agentd",
      directory: temporaryDirectory(),
      host: HOST,
      port: await lowPort(HOST),
    } as const;
    return { port: place.port, program: await startAgent(server, place, lines) };
  }

  describe("a host of its own", () => {
    test("passive: the two hosts have one machine's address and two ports", async () => {
      const bench = await Bench.at(HOST);
      configured(bench, []);
      await bench.start();
      const old = await PolledHost.create(server, { name: "two web1", at: { host: HOST, port: (await agent()).port } });
      await old.item(AGENTS_KEY, "unsigned");
      const host = await createLinked(server, {
        name: "two web1 tidemark",
        at: bench,
        templates: [self.title, memcached.title],
      });
      await discoverNow(host);
      await host.until(STATE, "1", 120);
      await host.until(OWN, () => bench.get(OWN), 120);
      await old.until(AGENTS_KEY, "1", 120);
      await dependOn(api, host, old);
    }, 300_000);

    test("active: a host without an interface, and no port", async () => {
      const bench = await Bench.at(HOST);
      configured(bench, ["ListenIP=", "Hostname=two active tidemark", here, "RefreshActiveChecks=60"]);
      const host = await withoutInterface(server, "two active tidemark", active);
      await bench.launch();
      await waitFor(async () => (await host.now(OWN)).value, { what: "a value", seconds: 120 });
      await expect(bench.ask("agent.ping")).rejects.toThrow(/ECONNREFUSED/);
    }, 300_000);

    test("active with the name of the agent: its items flap", async () => {
      const name = "two of one name";
      const bench = await Bench.at(HOST);
      configured(bench, [`Hostname=${name}`, here, "RefreshActiveChecks=60"]);
      const host = await PolledHost.create(server, { name, at: bench });
      await host.active("tidemark.uptime", "unsigned");
      await bench.start();
      await agent([`Hostname=${name}`, here]);
      for (const wanted of [true, false, true, false]) {
        const turned = async () => {
          const { supported, value } = await host.now("tidemark.uptime");
          return supported === wanted && (value !== undefined || !wanted);
        };
        await waitFor(turned, { what: `supported to be ${wanted}`, seconds: 150 });
      }
    }, 600_000);
  });

  describe("one host, two interfaces", () => {
    let host: PolledHost;
    let bench: Bench;
    let old: Awaited<ReturnType<typeof agent>>;
    let second = "";

    beforeAll(async () => {
      bench = await Bench.at(HOST);
      configured(bench, []);
      await bench.start();
      old = await agent(["Hostname=two interfaces", here]);
      host = await PolledHost.create(server, { name: "two interfaces", at: { host: HOST, port: old.port } });
      await host.item(AGENTS_KEY, "unsigned");
      const place = { type: 1, main: 0, useip: 1, ip: HOST, dns: "", port: String(bench.port) };
      second = await api.create("hostinterface", { hostid: host.id, ...place });
      await link(host, [self, memcached]);
    }, 120_000);

    test("templates come with the default interface", async () => {
      expect((await ofTemplate(host)).length).toBeGreaterThan(5);
      for (const row of await ofTemplate(host)) expect(row["interfaceid"], row["key_"]).not.toBe(second);
    });

    test("moved by interfaceid they have tidemark's values, discovered ones too; the agent's stay with the agent", async () => {
      for (const [method, id] of METHODS) {
        for (const row of await ofTemplate(host, method)) {
          await api.call(`${method}.update`, { [id]: row["itemid"], interfaceid: second });
        }
      }
      await discoverNow(host);
      await host.until(STATE, "1", 180);
      await host.until(OWN, () => bench.get(OWN), 120);
      await host.until(AGENTS_KEY, "1", 60);
      const rows = await api.rows("item.get", {
        hostids: host.id,
        filter: { type: AGENT, flags: 4 },
        output: "extend",
      });
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) expect(row["interfaceid"], row["key_"]).toBe(second);
    }, 420_000);

    test("a newer version of the template leaves them there; what is new comes with the default interface", async () => {
      const newer = { ...memcached, yaml: memcached.yaml.replaceAll(/delay: 1s\b/g, "delay: 2s") };
      expect(newer.yaml).not.toBe(memcached.yaml);
      await importTemplate(api, server, newer);
      const rows = await ofTemplate(host);
      expect(rows.some(({ delay }) => delay === "2s")).toBe(true);
      for (const row of rows) expect(row["interfaceid"], row["key_"]).toBe(second);
      const templateid = await api.idOf("template", memcached.title);
      const fields = { hostid: templateid, type: AGENT, delay: "1m" };
      await api.create("discoveryrule", { ...fields, name: "new", key_: "logdir.discovery[new]" });
      const added = (await ofTemplate(host)).find(({ key_ }) => key_ === "logdir.discovery[new]");
      expect(added?.["interfaceid"]).not.toBe(second);
    }, 120_000);

    test("active items of the agent need no interface", async () => {
      await host.active("agent.hostname", "text");
      await host.until("agent.hostname", "two interfaces", 120);
    }, 180_000);

    test("an agent that is stopped makes its interface unavailable and leaves the other's items alone", async () => {
      await old.program.kill();
      const states = async () => {
        const rows = await api.rows("hostinterface.get", { hostids: host.id, output: ["interfaceid", "available"] });
        return rows.map(
          ({ interfaceid, available }) => `${interfaceid === second ? "tidemark" : "agent"} ${available}`,
        );
      };
      const gone = async () => {
        await pause(1000);
        const now = (await states()).toSorted().join(", ");
        return now === "agent 2, tidemark 1" || Promise.reject(new Error(now));
      };
      await waitFor(gone, { what: "one interface to be unavailable", seconds: 120 });
      const since = Date.now() / 1000;
      const newer = async () => (await lastClock(host, STATE)) > since || (await pause(500));
      await waitFor(newer, { what: "new values of tidemark's item", seconds: 60 });
    }, 240_000);
  });
});

/** Where an interface is chosen, and how the object is called. */
const METHODS = [
  ["item", "itemid"],
  ["discoveryrule", "itemid"],
  ["itemprototype", "itemid"],
] as const;

function own({ version }: Server, file: string): TemplateFile {
  const found = templateFiles(version).find((template) => template.file === file);
  if (found === undefined) throw new Error(`there is no ${file}`);
  return copied(found, "of two agents", "1s");
}

/** Passive checks of the host that come from a template; of all kinds when none is said. */
async function ofTemplate({ api, id }: PolledHost, method?: string): Promise<readonly Row[]> {
  const methods = method === undefined ? METHODS.map(([one]) => one) : [method];
  const asked = { hostids: id, filter: { type: AGENT }, output: "extend" };
  const rows = await Promise.all(methods.map((one) => api.rows(`${one}.get`, asked)));
  return rows.flat().filter(({ templateid = "0" }) => templateid !== "0");
}

async function lastClock(host: PolledHost, key: string): Promise<number> {
  return Number((await host.row(key))["lastclock"]);
}

async function link({ api, id }: PolledHost, templates: readonly TemplateFile[]): Promise<void> {
  const rows = await Promise.all(
    templates.map(async ({ title }) => ({ templateid: await api.idOf("template", title) })),
  );
  await api.call("host.update", { hostid: id, templates: rows });
}

/** A trigger of the agent's host that says nothing while one of tidemark's does. */
async function dependOn(api: Api, host: PolledHost, old: PolledHost): Promise<void> {
  const [silent] = await api.rows("trigger.get", { hostids: host.id, filter: { description: "Tidemark is silent" } });
  const expression = `nodata(/two web1/${AGENTS_KEY},1m)=1`;
  const triggerid = await api.create("trigger", { description: "agent is silent", expression });
  await api.call("trigger.update", { triggerid, dependencies: [{ triggerid: silent?.["triggerid"] }] });
  const [row] = await api.rows("trigger.get", { hostids: old.id, selectDependencies: ["description"] });
  expect(row?.["dependencies"]).toMatchObject([{ description: "Tidemark is silent" }]);
}

async function withoutInterface(server: Server, name: string, template: TemplateFile): Promise<PolledHost> {
  const host = await PolledHost.create(server, { name, at: { host: HOST, port: 1 } });
  const [row] = await host.api.rows("hostinterface.get", { hostids: host.id, output: ["interfaceid"] });
  await host.api.call("hostinterface.delete", [row?.["interfaceid"]]);
  await link(host, [template]);
  return host;
}
