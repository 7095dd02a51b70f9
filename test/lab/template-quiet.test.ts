import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, freePort } from "../real/address.ts";
import { Bench } from "../real/daemon.ts";
import { startMemcached, statsOf } from "../real/memcached.ts";
import { MemcachedLoad } from "../real/memcached-load.ts";
import type { Program } from "../real/program.ts";
import { QmailHome } from "../real/qmail.ts";
import { Rsyslogd } from "../real/rsyslogd.ts";
import { start, temporaryDirectory } from "../real/start.ts";
import { makeService, SLEEPER, told } from "../real/supervise-sampling.ts";
import { pause, waitFor } from "../real/wait.ts";
import { startAgent, userParameters } from "./agents.ts";
import { Api } from "./api.ts";
import { findServer, type Server, VERSIONS } from "./lab.ts";
import { JobServer, WebServer } from "./neighbours.ts";
import type { PolledHost } from "./polled-host.ts";
import { ProblemWatch } from "./problems.ts";
import { createLinked } from "./template-host.ts";
import { deleteTemplate, install, quickened, templateFiles } from "./templates.ts";

/*
 * All templates on one host, all of whose programs are well: there must be no problem, whatever an administrator does that
 * is none. A restart is told as such, for information, and nothing else is.
 */

const HOST = address(import.meta.url);
const MARK = "quiet";
const FILES = /^tidemark(_memcached|_services|_log_queues|_neighbours)?\.yaml$/;
/** The agent forks a shell for each value; that of all templates would be a load. */
const FORKED = /^tidemark(_memcached)?\.yaml$/;
/** Longer than all windows and spans of the quick copies. */
const WATCHED_SECONDS = 100;
const TOLD = /: (Memcached|Service|Lighttpd) was restarted$|^Tidemark was restarted$/;
const AGENT_PORT = 20_001;
const MANY_SECONDS = 600_000;

const servers = VERSIONS.flatMap((version) => findServer(version) ?? []);
const inLab = test.skipIf(servers.length === 0);

/** Two hosts a server: one asks tidemark, one an agent that has its UserParameters. */
interface Watched {
  readonly server: Server;
  readonly host: PolledHost;
  readonly watch: ProblemWatch;
  /** It has all templates. */
  readonly isWhole: boolean;
}

const instances = { idle: { host: HOST, port: 0 }, busy: { host: HOST, port: 0 }, full: { host: HOST, port: 0 } };
const memcacheds = new Map<string, Program>();
const scan = temporaryDirectory();
let web: WebServer;
let bench: Bench;
let tidemark: Program;
let agent: Program;
let asking: NodeJS.Timeout | undefined;
let watched: readonly Watched[] = [];

async function startInstance(name: keyof typeof instances): Promise<void> {
  const at = instances[name];
  if (at.port === 0) at.port = await freePort(HOST);
  memcacheds.set(name, await startMemcached(at, name === "full" ? ["-m", "4"] : []));
  if (name === "full") await fill();
  if (name === "busy") await ask();
}

/** As full as it gets without throwing anything away. */
async function fill(): Promise<void> {
  const load = await MemcachedLoad.connect(instances.full);
  for (let batch = 0; batch < 25; batch++) await load.sets(100, { prefix: `full-${batch}-`, bytes: 1000 });
  load.close();
  expect((await statsOf(instances.full)).get("evictions")).toBe("0");
}

/** A client that finds nearly all, since it stores what it did not find. */
async function ask(): Promise<void> {
  clearInterval(asking);
  const load = await MemcachedLoad.connect(instances.busy);
  await load.sets(200, { prefix: "known-" });
  asking = setInterval(() => void load.gets(100, { prefix: "known-" }).catch(() => undefined), 200);
}

function agentOf(server: Server): Promise<Program> {
  const place = { kind: "zabbix_agentd", directory: bench.directory, host: HOST, port: AGENT_PORT } as const;
  return startAgent(server, place, [
    "Hostname=quiet",
    "UnsafeUserParameters=0",
    "StartAgents=5",
    userParameters(bench),
  ]);
}

beforeAll(async () => {
  const [first] = servers;
  if (first === undefined) return;
  await Promise.all((Object.keys(instances) as (keyof typeof instances)[]).map(startInstance));
  makeService(join(scan, "web"), SLEEPER);
  makeService(join(scan, "chatty"), "while :; do echo a line; sleep 1; done", {
    "log/run": "#!/bin/sh\nexec multilog t ./main\n",
  });
  await start("svscan", [scan], { ready: { path: join(scan, "chatty/log/main/current") } });
  const rsyslogd = new Rsyslogd({ host: HOST, port: await freePort(HOST) }, [
    'action(name="nowhere" type="omfile" file="/dev/null")',
  ]);
  await rsyslogd.start();
  const jobs = new JobServer({ host: HOST, port: await freePort(HOST) });
  await jobs.start();
  web = new WebServer({ host: HOST, port: await freePort(HOST) }, await freePort(HOST));
  await web.start();
  const qmail = new QmailHome(temporaryDirectory());
  await qmail.sender();
  await qmail.logger();
  qmail.add(3);
  qmail.say("status: local 0/10 remote 3/20");
  bench = await Bench.at(HOST);
  bench.configure([
    ...["Schedule=*/5 * * * * *", "History=5m", "Memcached.Discover=no", "Memcached.SlowMs=2000"],
    ...Object.entries(instances).map(([name, { port }]) => `Memcached.${name}.Uri=tcp://${HOST}:${port}`),
    ...[`Supervise.Directories=${scan}`, `LogDir.chatty.Path=${join(scan, "chatty/log/main")}`],
    ...[`Rsyslog.Configuration=${rsyslogd.configuration}`, `Gearman.jobs.Address=${HOST}:${jobs.at.port}`],
    ...[`Lighttpd.web.Url=${web.url}`, `Lighttpd.web.ErrorLog=${web.log}`],
    ...[`Qmail.queue.Queue=${qmail.queue}`, `Qmail.queue.Log=${qmail.log}`],
  ]);
  tidemark = await bench.start();
  agent = await agentOf(first);
  watched = (await Promise.all(servers.map(hostsOn))).flat();
}, 300_000);

afterAll(async () => {
  clearInterval(asking);
  await Promise.all(watched.map(({ watch, host }) => watch.stop().then(() => host.remove())));
  for (const server of servers) {
    const api = await Api.login(server);
    for (const template of copies(server)) await deleteTemplate(api, template);
  }
}, 180_000);

function copies({ version }: Server) {
  return templateFiles(version)
    .filter(({ file }) => FILES.test(file))
    .map((template) => quickened(template, MARK, { delay: "5s", span: "1m" }));
}

async function hostsOn(server: Server): Promise<readonly Watched[]> {
  const api = await Api.login(server);
  for (const template of copies(server)) await install(api, server, template);
  const all = copies(server);
  const stations = [
    { name: "tidemark", at: bench, templates: all },
    { name: "agent", at: { host: HOST, port: AGENT_PORT }, templates: all.filter(({ file }) => FORKED.test(file)) },
  ];
  return Promise.all(
    stations.map(async ({ name, at, ...linked }) => {
      const templates = linked.templates.map(({ title }) => title);
      const host = await createLinked(server, {
        name: `trg-quiet-${name}`,
        at,
        templates,
        macros: { "{$TIDEMARK.NODATA}": "1m" },
      });
      return { server, host, watch: new ProblemWatch(host), isWhole: linked.templates === all };
    }),
  );
}

/** After something was done there must be no problem but, if at all, that something was restarted. */
async function staysQuiet(told = TOLD): Promise<void> {
  const since = Date.now() / 1000;
  await pause(WATCHED_SECONDS * 1000);
  for (const { watch, server } of watched) {
    const problems = watch.all.filter(({ trigger, seen }) => seen >= since && !told.test(trigger));
    expect(problems.map(({ event }) => `${server.version}: ${event}`)).toEqual([]);
  }
}

/** Items with values, of all hosts: each must keep on getting them. */
async function allThere(): Promise<void> {
  const keys = ['memcached.state["full"]', "tidemark.uptime"];
  const more = [
    ...['supervise.restarts["web","15m"]', 'logdir.state["chatty"]', "rsyslog.stats.state", 'gearman.state["jobs"]'],
    ...['lighttpd.restarts["web","5m"]', 'qmail.state["queue"]'],
  ];
  const there = async () => {
    await pause(1000);
    const missing = await Promise.all(
      watched.map(async ({ host, isWhole }) => {
        const items = await host.items();
        return [...keys, ...(isWhole ? more : [])].filter(
          (key) => items.get(key)?.value === undefined || !items.get(key)?.supported,
        );
      }),
    );
    return missing.flat().length === 0 || Promise.reject(new Error(missing.flat().join(" ")));
  };
  await waitFor(there, { what: "values of all programs", seconds: 240 });
}

inLab(
  "healthy: idle, busy and full memcacheds, services, logs, queues and neighbours raise nothing",
  async () => {
    await allThere();
    await staysQuiet(/^Tidemark was restarted$/);
  },
  MANY_SECONDS,
);

inLab(
  "restarts of memcacheds, of a service and of a web server are told, and nothing else",
  async () => {
    for (const name of Object.keys(instances) as (keyof typeof instances)[]) {
      memcacheds.get(name)?.signal("SIGKILL");
      await memcacheds.get(name)?.ended; // down for less than two ticks, as it is at home
      await startInstance(name);
    }
    await told("svc", "-t", join(scan, "web"));
    await told("svc", "-t", join(scan, "chatty"));
    await web.restart();
    await staysQuiet();
    expect(watched.map(({ watch }) => watch.all.filter(({ trigger }) => TOLD.test(trigger)).length > 3)).not.toContain(
      false,
    );
  },
  MANY_SECONDS,
);

inLab(
  "so is a restart of tidemark",
  async () => {
    await tidemark.end();
    tidemark = await bench.start();
    await staysQuiet();
  },
  MANY_SECONDS,
);

inLab(
  "a restart of the agent that asks tidemark raises nothing",
  async () => {
    const [first] = servers;
    await agent.end();
    if (first !== undefined) agent = await agentOf(first);
    await staysQuiet();
  },
  MANY_SECONDS,
);

inLab(
  "discovery rules that fail raise nothing, and lose nothing",
  async () => {
    tidemark.freeze();
    for (const { host } of watched) {
      const [rule] = await host.api.rows("usermacro.get", {
        hostids: host.id,
        output: ["hostmacroid"],
        filter: { macro: "{$MEMCACHED.SLAB.SHARE.MIN}" },
      });
      expect(rule).toBeUndefined();
      await host.api.call("usermacro.create", {
        hostid: host.id,
        macro: "{$MEMCACHED.SLAB.SHARE.MIN}",
        value: "no number",
      });
    }
    await pause(8000);
    tidemark.thaw();
    const failed = async () => {
      await pause(1000);
      const rules = await Promise.all(
        watched.map(({ host }) => host.api.rows("discoveryrule.get", { hostids: host.id, output: ["state"] })),
      );
      return rules.every((rows) => rows.some(({ state }) => state === "1")) || Promise.reject(new Error("none fails"));
    };
    await waitFor(failed, { what: "a rule that is not supported", seconds: 120 });
    await staysQuiet(/was restarted$|^Ticks are missed$/); // it did stand still
    await allThere();
  },
  MANY_SECONDS,
);
