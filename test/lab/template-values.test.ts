import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { askControl } from "../../src/transports/control-client.ts";
import { address, lowPort } from "../real/address.ts";
import { Bench, exchange, type PassiveReply } from "../real/daemon.ts";
import type { Program } from "../real/program.ts";
import { temporaryDirectory } from "../real/start.ts";
import { pause, waitFor } from "../real/wait.ts";
import { type AgentKind, pluginLines, startAgent, userParameters } from "./agents.ts";
import { Api, type Row } from "./api.ts";
import { findServer, type Server, VERSIONS, withEachServer } from "./lab.ts";
import type { ItemNow, PolledHost } from "./polled-host.ts";
import { StillScene } from "./still-scene.ts";
import { createLinked, discoverNow } from "./template-host.ts";
import { copied, deleteTemplate, install, OFFICIAL, templateFiles } from "./templates.ts";

/*
 * Hosts with our templates, as they are, in every way in which tidemark's values come to a server: within two minutes
 * an administrator sees there what tidemark says itself.
 */

const HOST = address(import.meta.url);
const OUR_ACTIVE_HOST = "trg-values-tidemark-active";
const SECONDS = 120;
/** Items of our templates for what the scene has; some more for each disk and network interface. */
const LEAST_ITEMS = 180;
const ASK_MS = 5000;
/** The least that agents 6.0 take; those of 7.0 ask every five seconds by themselves. */
const REFRESH = { "6.0": ["RefreshActiveChecks=60"], "7.0": [] } as const;
/** Agent 2 sends what is new within its minute, not at once: first the rules, and then the items, once it knows them. */
const AGENT_2_SENDS_SECONDS = 260;
const OUTBOXES = "tidemark.outbox.discovery";
const FILES = /^tidemark.*\.yaml$/;

/** Values that are others by the time that tidemark is asked itself. */
const MOVING =
  /uptime|age|oldest|rss|duration|requests|rate|flapping|outbox\.size|curr_connections|hit_ratio|logdir\.bytes|^pressure|^rsyslog|^lighttpd/;
/** How far they may have moved: in seconds and percent, or this many times. */
const MOVED = 2 * SECONDS;
const MOVED_TIMES = 10;

type At = { readonly host: string; readonly port: number };

/** How values come to the server. */
interface Way {
  readonly name: string;
  /** Whether the official template is linked to the host that is asked. */
  readonly beside: boolean;
  /** How long the host that is sent for may take. */
  readonly sendsSeconds: number;
  /** Where the server asks; nothing needs to listen there yet. */
  readonly at: () => Promise<At>;
  /** Starts what answers there and sends for the host of that name. */
  readonly open: (server: Server, at: At, hostname: string) => Promise<Opened>;
}

interface Opened {
  /** Control socket of the tidemark whose values they are. */
  readonly socket: string;
  readonly close: () => Promise<unknown>;
}

let scene: StillScene;
let bench: Bench;

beforeAll(async () => {
  if (VERSIONS.some((version) => findServer(version) !== undefined)) scene = await StillScene.start(HOST);
}, 120_000);

/** The tidemark of the host, which sends to this server by itself, too. */
async function startTidemark({ host, port }: Server): Promise<Program> {
  bench = await Bench.at(HOST);
  const sends = [`Hostname=${OUR_ACTIVE_HOST}`, `ServerActive=${host}:${port}`, "BufferSend=1"];
  bench.configure([...scene.directives, ...sends]);
  const tidemark = await bench.start();
  await scene.stir();
  return tidemark;
}

const socketOf = (directory: string) => join(directory, "tidemark.sock");

/** Through one of Zabbix's agents. */
function through(
  name: string,
  kind: AgentKind,
  lines: () => readonly string[] | Promise<readonly string[]>,
  socket = () => socketOf(bench.run),
): Way {
  return {
    name,
    beside: kind === "zabbix_agent2", // whose own keys it is made for
    sendsSeconds: kind === "zabbix_agent2" ? AGENT_2_SENDS_SECONDS : SECONDS,
    at: async () => ({ host: HOST, port: await lowPort(HOST) }),
    open: async (server, at, hostname) => {
      const agent = await startAgent(server, { kind, directory: bench.directory, ...at }, [
        `Hostname=${hostname}`,
        `ServerActive=${server.host}:${server.port}`,
        ...REFRESH[server.version],
        ...(await lines()),
      ]);
      return { socket: socket(), close: () => agent.end() };
    },
  };
}

const directories = { child: temporaryDirectory() };

const WAYS: readonly Way[] = [
  {
    name: "tidemark",
    beside: true,
    sendsSeconds: SECONDS,
    at: async () => bench,
    open: async () => ({ socket: socketOf(bench.run), close: async () => undefined }),
  },
  through("agentd-parameters", "zabbix_agentd", () => [userParameters(bench)]),
  through("agent2-parameters", "zabbix_agent2", () => [userParameters(bench)]),
  through("agent2-plugin-daemon", "zabbix_agent2", () => pluginLines([`Socket=${socketOf(bench.run)}`])),
  through(
    "agent2-plugin-child",
    "zabbix_agent2",
    async () =>
      pluginLines([
        ...["Socket=/nonexistent/tidemark.sock", `Directory=${directories.child}`, "Schedule=* * * * * *"],
        ...["LogDir", "Gearman", "Keepalived", "Lighttpd"].map((source) => `${source}.Discover=no`),
        ...(await scene.directivesOfOther()),
      ]),
    () => socketOf(directories.child),
  ),
];

withEachServer((server) => {
  const files = templateFiles(server.version)
    .filter(({ file }) => FILES.test(file))
    .map((template) => copied(template, "with values"));
  const titles = (flavour: RegExp) => files.map(({ title }) => title).filter((title) => flavour.test(title));

  let tidemark: Program;

  beforeAll(async () => {
    tidemark = await startTidemark(server);
    const api = await Api.login(server);
    for (const template of files) await install(api, server, template);
  }, 300_000);

  afterAll(async () => {
    await tidemark.end();
    const api = await Api.login(server);
    for (const template of files) await deleteTemplate(api, template);
  }, 180_000);

  for (const { name, beside, sendsSeconds, ...way } of WAYS) {
    test(`${name}: every item, asked for or sent, has the value that tidemark has, if any`, async () => {
      const at = await way.at();
      const macros = { "{$MEMCACHED.CONN.URI}": scene.uri };
      const hostname = `trg-values-${name}-active`;
      const sending = { name: hostname, at, templates: titles(/active with/), macros };
      const asked = { name: `trg-values-${name}`, at, templates: titles(/agent with/), macros };
      const active = await createLinked(server, sending);
      await untilChecksAreKnown(server, hostname);
      const { socket, close } = await way.open(server, at, hostname);
      const begun = performance.now();
      const both = [
        active,
        await createLinked(server, { ...asked, templates: [...asked.templates, ...(beside ? [OFFICIAL] : [])] }),
      ];
      await Promise.all(
        both.map(async (host) => {
          const items = await untilAllHaveValues(host, socket, host === active ? sendsSeconds : SECONDS);
          tell(
            `${server.version} ${host === active ? sending.name : asked.name}: ${items.size} items after ${((performance.now() - begun) / 1000).toFixed(0)} s`,
          );
          expect(items.get('memcached.state["two"]')?.value).toBe("0");
          expect(items.get('memcached.state["one"]')?.value).toBe("1");
        }),
      );
      for (const host of both) await host.remove();
      await close();
    }, 400_000);
  }
});

/** A server tells an agent nothing of a host that it does not know yet, and agents 6.0 ask again after a minute only. */
function untilChecksAreKnown(server: Server, host: string): Promise<true> {
  const request = JSON.stringify({ request: "active checks", host, version: server.version });
  return waitFor(
    async () => {
      await pause(500);
      const { data = [] } = JSON.parse(await exchange(server, request)) as { readonly data?: readonly unknown[] };
      return data.length > 0;
    },
    { what: `active checks of "${host}"`, seconds: 60 },
  );
}

/**
 * Waits until each rule has found something, and each item has had what tidemark says at its socket: a window that is
 * half known only now is there at the server a poll later.
 */
async function untilAllHaveValues(
  host: PolledHost,
  socket: string,
  seconds: number,
): Promise<ReadonlyMap<string, ItemNow>> {
  const seen = new Set<string>();
  await waitFor(
    async () => {
      await pause(2000);
      const items = await ours(host);
      const wrong = await differing(items, socket);
      for (const key of items.keys()) if (!wrong.has(key)) seen.add(key);
      const never = [...wrong].flatMap(([key, why]) => (seen.has(key) ? [] : why));
      const without = await rulesWithout(host, socket);
      if (without.length > 0) await discoverNow(host); // lost on a server that does not know the host yet
      const all = [...without, ...never];
      return (all.length === 0 && items.size >= LEAST_ITEMS) || Promise.reject(new Error(all.join("\n")));
    },
    { what: "all items", seconds },
  );
  return ours(host);
}

/** Discovery rules that are not supported or have found nothing. A tidemark that sends nothing itself has no outbox. */
async function rulesWithout({ api, id }: PolledHost, socket: string): Promise<readonly string[]> {
  const [outboxes] = await ownValues([OUTBOXES], socket);
  const rules = await api.rows("discoveryrule.get", { hostids: id, output: ["key_", "state", "error"] });
  const output = ["itemid"];
  const items = await api.rows("item.get", { hostids: id, output, filter: { flags: 4 }, selectDiscoveryRule: output });
  const finders = new Set(items.map(({ discoveryRule }) => (discoveryRule as unknown as Row)["itemid"]));
  const empty = rules.filter(({ itemid, key_ }) => {
    const isRight = key_ === OUTBOXES && outboxes?.value === "[]";
    return !finders.has(itemid) && !isRight;
  });
  return empty.map(({ key_, error }) => `${key_} found nothing: ${error}`);
}

/** Items of our templates of which the server keeps values, and whatever else is not supported. */
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

/** By key, what is there and what should be. */
async function differing(items: ReadonlyMap<string, ItemNow>, socket: string): Promise<ReadonlyMap<string, string>> {
  const own = await ownValues([...items.keys()], socket);
  const wrong = [...items].flatMap(([key, now], index) => {
    const why = `${key}: ${JSON.stringify(now)}, but tidemark says ${JSON.stringify(own[index])}`;
    return isGood(key, now, own[index]?.value) ? [] : [[key, why] as const];
  });
  return new Map(wrong);
}

/** What tidemark says itself. */
async function ownValues(keys: readonly string[], socket: string): Promise<readonly PassiveReply[]> {
  const request = { request: "passive checks", data: keys.map((key) => ({ key })) };
  const reply = await askControl(socket, request, ASK_MS);
  if (reply.kind !== "ok") throw new Error(reply.reason);
  return (reply.value as { readonly data: readonly PassiveReply[] }).data;
}

/** The server has no value where there rightly is none. */
function isGood(key: string, { supported, value }: ItemNow, own: string | null | undefined): boolean {
  if (!supported) return false;
  if (value === undefined) return typeof own !== "string";
  if (typeof own !== "string") return MOVING.test(key);
  return isSame(value, own) || (MOVING.test(key) && isNear(Number(value), Number(own)));
}

/** As texts, or as numbers that the server keeps with four digits or more. */
function isSame(one: string, other: string): boolean {
  return one === other || Math.abs(Number(one) - Number(other)) < 1e-4;
}

function isNear(one: number, other: number): boolean {
  return Math.abs(one - other) <= Math.max(MOVED, MOVED_TIMES * Math.min(one, other));
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}
