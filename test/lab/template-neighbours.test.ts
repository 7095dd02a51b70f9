import { unlinkSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SOURCES } from "../../src/sources/all.ts";
import { address } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { pause, waitFor } from "../real/wait.ts";
import { Api, found } from "./api.ts";
import { findServer, VERSIONS } from "./lab.ts";
import { Neighbours } from "./neighbours.ts";
import type { PolledHost } from "./polled-host.ts";
import { createLinked } from "./template-host.ts";
import { importTemplate, quickened, type TemplateFile, templateFiles } from "./templates.ts";

/* All programs that two templates watch, each made to fail by a real fault, seen by all servers at the same time. */

const HOST = address(import.meta.url);
const FILES = ["tidemark_log_queues.yaml", "tidemark_neighbours.yaml"];
const MARK = "neighbours quickly";
const NAME = "tidemark neighbours";
/** Limits and patience that fit a test. */
const MACROS = {
  "{$RSYSLOG.GROWTH.TIME}": "10s",
  "{$GEARMAN.WAITING.TIME}": "5s",
  "{$GEARMAN.WAITING.MAX}": "3",
  "{$RSYSLOG.DISALLOWED.MAX}": "0",
  "{$QMAIL.TIME}": "5s",
  "{$QMAIL.QUEUE.MAX}": "100",
};

const servers = VERSIONS.flatMap((version) => findServer(version) ?? []);
const hosts: PolledHost[] = [];
let all: Neighbours;
let bench: Bench;

beforeAll(async () => {
  if (servers.length === 0) return;
  all = await Neighbours.start(HOST);
  all.rsyslog.trickle();
  bench = await Bench.at(HOST);
  bench.configure(["History=150s", ...all.directives]);
  await bench.start();
  for (const server of servers) {
    const api = await Api.login(server);
    const copies = templateFiles(server.version)
      .filter(({ file }) => FILES.includes(file))
      .map(quicker);
    for (const copy of copies) await importTemplate(api, server, copy);
    const templates = copies.map(({ title }) => title);
    hosts.push(await createLinked(server, { name: NAME, at: bench, templates, macros: MACROS }));
  }
}, 120_000);

afterAll(async () => {
  all?.rsyslog.stop();
  for (const host of hosts) {
    const { api } = host;
    await host.remove();
    const titles = templateTitles();
    const rows = await api.rows("template.get", { filter: { host: titles }, output: ["templateid"] });
    await api.call(
      "template.delete",
      rows.map(({ templateid }) => templateid),
    );
  }
}, 60_000);

const inLab = test.skipIf(servers.length === 0);

inLab(
  "every item is supported and has a value, or is one that there may rightly not be",
  async () => {
    for (const host of hosts) {
      await waitFor(async () => (await missing(host)).length === 0, { what: "all items", seconds: 150 }).catch(
        async (error) => {
          throw new Error(`${error.message}: ${JSON.stringify(await missing(host), undefined, 1)}`);
        },
      );
      expect((await host.items()).size).toBeGreaterThan(100);
    }
  },
  320_000,
);

inLab("nothing is wrong with any of them", async () => {
  await pause(5000);
  for (const host of hosts) expect(await problems(host)).toEqual([]);
});

inLab(
  "a log server that is gone: its queue fills, is stuck, spills and loses messages",
  async () => {
    await all.rsyslog.forward.close();
    await fires("Queue is stuck");
    await fires("Queue is full in");
    await all.rsyslog.daemon.burst(1500);
    await fires("Queue spills to disk");
    for (let burst = 0; burst < 5; burst++) await all.rsyslog.daemon.burst(4000);
    await fires("Queue discards messages");
    await all.rsyslog.forward.open();
    await recovers("Queue is stuck", "Queue is full in", "Queue spills to disk", "Queue discards messages");
  },
  400_000,
);

inLab(
  "an action without a queue that cannot deliver is suspended",
  async () => {
    await all.rsyslog.direct.close();
    await fires("Action is suspended");
    await all.rsyslog.direct.open();
    await recovers("Action is suspended");
  },
  240_000,
);

inLab(
  "a sender that is not allowed",
  async () => {
    await all.rsyslog.knock(300);
    await fires("messages were refused");
    await recovers("messages were refused");
  },
  240_000,
);

inLab(
  "an rsyslogd that stands still reports no more",
  async () => {
    all.rsyslog.signal("SIGSTOP");
    await fires("Rsyslogd reports no more");
    all.rsyslog.signal("SIGCONT");
    await recovers("Rsyslogd reports no more");
  },
  240_000,
);

inLab(
  "a job server that hangs",
  async () => {
    all.gearman.freeze();
    await fires("Gearmand hangs");
    all.gearman.thaw();
    await recovers("Gearmand hangs");
  },
  240_000,
);

inLab(
  "jobs without a worker",
  async () => {
    await all.gearman.killWorker();
    for (let job = 0; job < 6; job++) await all.gearman.job();
    await fires("Function has 6 waiting jobs and no worker");
    await all.gearman.startWorker();
    await recovers("waiting jobs and no worker");
  },
  240_000,
);

inLab(
  "a web server whose back end is away, and that ends",
  async () => {
    const asking = setInterval(() => all.lighttpd.askBackEnd(), 300);
    await fires("Back ends of lighttpd are down: 1").finally(() => clearInterval(asking));
    await recovers("Back ends of lighttpd are down");
    await all.lighttpd.stop();
    await fires("Lighttpd is down");
    await all.lighttpd.start();
    await recovers("Lighttpd is down");
  },
  320_000,
);

inLab(
  "a VRRP instance whose cable is out, and whose keepalived ends",
  async () => {
    await all.vrrp.cable("down");
    await fires("VRRP instance is in FAULT");
    await all.vrrp.cable("up");
    await recovers("VRRP instance is in FAULT");
    await all.vrrp.stop();
    await fires("Keepalived does not run");
    await all.vrrp.start();
    await recovers("Keepalived does not run");
  },
  320_000,
);

inLab(
  "a mail queue that grows",
  async () => {
    const messages = all.qmail.add(200);
    await fires("203 messages are in the queue");
    for (const path of messages) unlinkSync(path);
    await recovers("messages are in the queue");
  },
  240_000,
);

/** Waits until all servers have a problem whose name has this text. */
function fires(text: string): Promise<void> {
  return seen(text, (names) => names.some((name) => name.includes(text)));
}

/** Waits until none has one any more. */
async function recovers(...texts: readonly string[]): Promise<void> {
  for (const text of texts) await seen(`the end of "${text}"`, (names) => names.every((name) => !name.includes(text)));
}

async function seen(what: string, isSo: (names: readonly string[]) => boolean): Promise<void> {
  const everywhere = async () => {
    await pause(500);
    const names = await Promise.all(hosts.map(problems));
    return names.every(isSo) || Promise.reject(new Error(JSON.stringify(names)));
  };
  await waitFor(everywhere, { what, seconds: 90 });
}

async function problems({ api, id }: PolledHost): Promise<readonly string[]> {
  const rows = await api.rows("problem.get", { hostids: id, output: ["name"] });
  return rows.map(({ name }) => name ?? "");
}

/** Item keys, without parameters, of values that there may rightly not be. */
const SOMETIMES = new Set(
  SOURCES.flatMap(({ template }) => template?.groups ?? [])
    .flatMap(({ figures }) => figures)
    .flatMap(({ item, known }) => (known === "sometimes" ? [item.key] : [])),
);

async function missing({ api, id }: PolledHost): Promise<readonly string[]> {
  const rows = await api.rows("item.get", { hostids: id, output: ["key_", "state", "error", "lastclock", "history"] });
  const wrong = rows.filter(({ key_ = "", state, lastclock, history }) => {
    const isMissing = lastclock === "0" && history !== "0" && !SOMETIMES.has(key_.replace(/\[.*/, ""));
    return state !== "0" || isMissing;
  });
  return wrong.map(({ key_, error }) => `${key_} ${error}`);
}

/** The quick copy; spans that only these templates have, too. */
function quicker(template: TemplateFile): TemplateFile {
  const { yaml, ...quick } = quickened(template, MARK);
  return { ...quick, yaml: yaml.replaceAll(/,(20m|30m)(?=[,)])/g, ",20s") };
}

function templateTitles(): readonly string[] {
  const version = found(servers[0], "no server").version;
  return templateFiles(version)
    .filter(({ file }) => FILES.includes(file))
    .map((template) => quicker(template).title);
}
