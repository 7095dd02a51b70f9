import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached } from "../real/memcached.ts";
import { QmailHome } from "../real/qmail.ts";
import { Rsyslogd } from "../real/rsyslogd.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { makeService, SLEEPER } from "../real/supervise-sampling.ts";
import { pause, waitFor } from "../real/wait.ts";
import { Api } from "./api.ts";
import { findServer, VERSIONS, withEachServer } from "./lab.ts";
import { threeQuartersFound } from "./memcached-load.ts";
import { JobServer, WebServer } from "./neighbours.ts";
import type { ItemNow, PolledHost } from "./polled-host.ts";
import { createLinked, discoverNow } from "./template-host.ts";
import { copied, deleteTemplate, install, templateFiles } from "./templates.ts";

/* A host with our templates, as they are: what an administrator sees after two minutes is what tidemark says itself. */

const HOST = address(import.meta.url);
const ACTIVE = "trg-values-active";
const OFFICIAL = "Memcached by Zabbix agent 2";
const SECONDS = 120;
const FILES = /^tidemark.*\.yaml$/;

/** Values that are others by the time that tidemark is asked itself. */
const MOVING =
  /uptime|age|oldest|rss|duration|requests|rate|flapping|outbox\.size|curr_connections|hit_ratio|logdir\.bytes|^pressure|^rsyslog|^lighttpd/;
/** What a value must look like, where it moves. */
const MOVED = /^\d+(\.\d+)?$|^[^\d]/;

/** What is there once all has been discovered. */
const TARGETS = [
  ...['logdir.state["chatty"]', 'memcached.state["two"]', 'gearman.state["jobs"]', 'lighttpd.state["web"]'],
  ...['qmail.state["queue"]', 'rsyslog.queue.state["main_Q-e0d488"]', 'supervise.state["web"]'],
];

const at = { host: HOST, port: 0 };
let bench: Bench;

beforeAll(async () => {
  at.port = await freePort(HOST);
  await startMemcached(at);
  await threeQuartersFound(at);
  const scan = temporaryDirectory();
  makeService(join(scan, "web"), SLEEPER);
  makeService(join(scan, "chatty"), "while :; do echo a line; sleep 1; done", {
    "log/run": "#!/bin/sh\nexec multilog t ./main\n",
  });
  await start("svscan", [scan], { ready: { path: join(scan, "chatty/log/main/current") } });
  bench = await Bench.at(HOST);
  const rsyslogd = new Rsyslogd({ host: HOST, port: await freePort(HOST) }, [
    'action(name="nowhere" type="omfile" file="/dev/null")',
  ]);
  await rsyslogd.start();
  const jobs = new JobServer({ host: HOST, port: await freePort(HOST) });
  await jobs.start();
  const web = new WebServer({ host: HOST, port: await freePort(HOST) }, await freePort(HOST));
  await web.start();
  const qmail = new QmailHome(temporaryDirectory());
  await qmail.sender();
  await qmail.logger();
  qmail.say("status: local 0/10 remote 3/20");
  const servers = VERSIONS.flatMap((version) => findServer(version) ?? []);
  bench.configure([
    "History=1h",
    "Memcached.Discover=no",
    `Rsyslog.Configuration=${rsyslogd.configuration}`,
    `Gearman.jobs.Address=${HOST}:${jobs.at.port}`,
    `Lighttpd.web.Url=${web.url}`,
    `Lighttpd.web.ErrorLog=${web.log}`,
    `Qmail.queue.Queue=${qmail.queue}`,
    `Qmail.queue.Log=${qmail.log}`,
    `Memcached.one.Uri=tcp://${at.host}:${at.port}`,
    `Memcached.one.ExpectMemory=64M`,
    `Memcached.two.Uri=tcp://${at.host}:${await freePort(HOST)}`, // nothing listens there
    `Supervise.Directories=${scan}`,
    `LogDir.chatty.Path=${join(scan, "chatty/log/main")}`,
    `Hostname=${ACTIVE}`,
    `ServerActive=${servers.map(({ host, port }) => `${host}:${port}`).join(",")}`,
    "BufferSend=1",
  ]);
  await bench.start();
}, 120_000);

withEachServer((server) => {
  const files = templateFiles(server.version)
    .filter(({ file }) => FILES.test(file))
    .map((template) => copied(template, "with values"));

  /** A host with all templates of one flavour, and with the official one. */
  async function linked(name: string, flavour: RegExp, more: readonly string[]): Promise<PolledHost> {
    const titles = files.map(({ title }) => title).filter((title) => flavour.test(title));
    const macros = { "{$MEMCACHED.CONN.URI}": `tcp://${HOST}:${at.port}` };
    const host = await createLinked(server, { name, at: bench, templates: [...titles, ...more], macros });
    await discoverNow(host);
    return host;
  }

  beforeAll(async () => {
    const api = await Api.login(server);
    for (const template of files) await install(api, server, template);
  }, 300_000);

  afterAll(async () => {
    const api = await Api.login(server);
    for (const template of files) await deleteTemplate(api, template);
  }, 180_000);

  for (const { name, flavour, more } of [
    { name: "trg-values-passive", flavour: /agent with/, more: [OFFICIAL] },
    { name: ACTIVE, flavour: /active with/, more: [] },
  ]) {
    test(`${name}: every item is supported and has the value that tidemark has, if any`, async () => {
      const host = await linked(name, flavour, more);
      await waitFor(
        async () => {
          await pause(2000);
          const items = await ours(host);
          const wrong = await differing(items);
          if (TARGETS.some((key) => !items.has(key))) return false;
          return wrong.length === 0 || Promise.reject(new Error(wrong.join("\n")));
        },
        { what: "all items", seconds: SECONDS },
      );
      const items = await ours(host);
      expect(items.get('memcached.state["two"]')?.value).toBe("0");
      expect(items.get('memcached.state["one"]')?.value).toBe("1");
      expect(items.size).toBeGreaterThan(150);
    }, 200_000);
  }
});

/** Items of our templates of which the server keeps values, and masters that are not supported. */
async function ours(host: PolledHost): Promise<ReadonlyMap<string, ItemNow>> {
  const all = [...(await host.items())];
  return new Map(
    all.filter(
      ([key, { supported }]) => !supported || (/\["|^(tidemark|pressure|rsyslog)/.test(key) && !isMaster(key)),
    ),
  );
}

function isMaster(key: string): boolean {
  return /^[a-z.]+\.get(\[|$)|stats\[|ping\[/.test(key);
}

async function differing(items: ReadonlyMap<string, ItemNow>): Promise<readonly string[]> {
  const found = await Promise.all([...items].map(async ([key, now]) => ({ key, now, own: await bench.ask(key) })));
  return found.flatMap(({ key, now, own }) => {
    const text = `${key}: ${JSON.stringify(now)}, but tidemark says ${JSON.stringify(own)}`;
    if (!now.supported) return [text];
    const none = typeof own.value !== "string";
    if (now.value === undefined) return none ? [] : [text];
    const good = MOVING.test(key) ? MOVED.test(now.value) : none || same(now.value, own.value ?? "");
    return good ? [] : [text];
  });
}

/** As texts, or as numbers that the server keeps with four digits or more. */
function same(one: string, other: string): boolean {
  return one === other || Math.abs(Number(one) - Number(other)) < 1e-4;
}
