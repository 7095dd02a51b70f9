import { afterAll, beforeAll, expect, test } from "vitest";
import { shortName } from "../../src/items/short-name.ts";
import { address } from "../real/address.ts";
import { Api } from "./api.ts";
import { type Discovered, daysPass, discovered, polled, refusedRules, settled } from "./discovered.ts";
import { DiscoveryScene } from "./discovery-scene.ts";
import { type Server, withEachServer } from "./lab.ts";
import type { PolledHost } from "./polled-host.ts";
import { createLinked } from "./template-host.ts";
import { copied, deleteTemplate, importTemplate, templateFiles } from "./templates.ts";

/* What servers make of discovery: filters, errors, targets that go away, come back, or change the case of their names. */

const HOST = address(import.meta.url);
const FILES = /^tidemark_(memcached|services|log_queues|neighbours)\.yaml$/;
const DELAY = "3s";
/** An item that has a value at each poll, whatever becomes of its target. */
const STEADY = 'memcached.state["cache-two"]';

/** Of each target that is discovered, one key. */
const KEYS: Readonly<Record<string, RegExp>> = {
  instances: /^memcached\.state\["(.*)"\]$/,
  classes: /^memcached\.slab\["(.*)","\d+","number"\]$/,
  services: /^supervise\.state\["(.*)"\]$/,
  logs: /^logdir\.state\["(.*)"\]$/,
  queues: /^rsyslog\.queue\.state\["(.*)"\]$/,
  actions: /^rsyslog\.action\.state\["(.*)"\]$/,
  functions: /^gearman\.stuck\["jobs","(.*)"\]$/,
};
type Found = Readonly<Record<string, readonly string[]>>;
const KEPT = shortName("kept queue");

const MACROS = {
  "{$MEMCACHED.INSTANCE.MATCHES}": "one$",
  "{$MEMCACHED.SLAB.SHARE.MIN}": "50",
  "{$SERVICE.MATCHES}": "^(web|batch|shop)$",
  "{$SERVICE.NOT_MATCHES}": "^b",
  "{$LOGDIR.NOT_MATCHES}": "noise",
  "{$RSYSLOG.QUEUE.MATCHES}": "^kept",
  "{$RSYSLOG.ACTION.MATCHES}": "^kept$",
  "{$GEARMAN.FUNCTION.NOT_MATCHES}": "^spam$",
};
const FILTERED: Found = {
  instances: ["cache-one"],
  classes: ["cache-one"],
  services: ["web"],
  logs: ["app"],
  queues: [KEPT],
  actions: ["kept"],
  functions: ["mail"],
};
const ALL: Found = {
  instances: ["cache-one", "cache-two"],
  classes: ["cache-one", "cache-one"],
  services: ["Shop", "batch", "web"],
  logs: ["app", "noise"],
  queues: [KEPT, shortName("main Q")],
  actions: ["kept", "nowhere"],
  functions: ["mail", "spam"],
};
/** Rules of which a tidemark that starts does not know what they should list, when nothing can be asked. */
const UNKNOWN = [
  "gearman.functions.discovery",
  "rsyslog.action.discovery",
  "rsyslog.discovery",
  "rsyslog.input.discovery",
  "supervise.discovery",
];
/** A macro of all targets, of one by its name, of others by a regular expression. */
const LIMIT = "{$SERVICE.RESTARTS.MAX";
const CONTEXTS = { [`${LIMIT}:"web"}`]: "77", [`${LIMIT}:regex:"^ba"}`]: "55" };
const LIMITS = { web: ">77 ", batch: ">55 ", Shop: ">3 " };

let scene: DiscoveryScene;

beforeAll(async () => {
  scene = await DiscoveryScene.start(HOST);
}, 120_000);

withEachServer((server) => {
  const templates = templateFiles(server.version)
    .filter(({ file }) => FILES.test(file))
    .map((template) => copied(template, "discovery", DELAY));
  let host: PolledHost;
  let before: ReadonlyMap<string, Discovered>;
  const items = (prefix: string, of: ReadonlyMap<string, Discovered>) =>
    [...of].filter(([key]) => key.startsWith("supervise.") && key.includes(`["${prefix}"`)).map(([, item]) => item);
  const refused = () => refusedRules(host);
  const service = async (name: string) => items(name, await discovered(host));

  beforeAll(async () => {
    const api = await Api.login(server);
    for (const template of templates) await importTemplate(api, server, template);
    const titles = templates.map(({ title }) => title);
    host = await createLinked(server, {
      name: "tidemark discovery",
      at: scene.bench,
      templates: titles,
      macros: MACROS,
    });
  }, 180_000);

  afterAll(async () => {
    await host.remove();
    for (const template of templates) await deleteTemplate(host.api, template);
  }, 120_000);

  test("macros of the host filter what each rule finds", async () => {
    await finds(FILTERED);
    await polled(host, 'memcached.state["cache-one"]', 3);
    expect(targets(await discovered(host))).toEqual(FILTERED);
  }, 400_000);

  test("without them everything is found", async () => {
    const macros = Object.entries(CONTEXTS).map(([macro, value]) => ({ macro, value }));
    await host.api.call("host.update", { hostid: host.id, macros });
    await finds(ALL);
    before = await discovered(host);
  }, 400_000);

  test("a limit for one target, or for some by a regular expression, is a macro with context", async () => {
    const asked = { hostids: host.id, output: ["description", "expression"], expandExpression: true };
    const rows = await host.api.rows("trigger.get", { ...asked, search: { description: "crashes again and again" } });
    for (const [name, limit] of Object.entries(LIMITS)) {
      const row = rows.find(({ description }) => description?.startsWith(`${name}: `));
      expect(row?.["expression"]).toContain(limit);
    }
  });

  test("nothing is lost while nothing can be read, nor while tidemark has just started or is down", async () => {
    await scene.breakSources();
    await settled("rules that say so", refused, (keys) => keys.length > 0);
    await polled(host, STEADY, 3);
    await expectAllKept();
    await scene.killTidemark();
    await scene.startTidemark();
    await polled(host, STEADY, 3);
    await settled("the rules that cannot know", refused, (keys) => keys.join() === UNKNOWN.join());
    await expectAllKept();
    await scene.killTidemark();
    await host.untilNotAvailable();
    await expectAllKept();
    await scene.mendSources();
    await scene.startTidemark();
    await settled("all rules to be well", refused, (keys) => keys.length === 0);
    await finds(ALL);
    await polled(host, STEADY, 3);
    await expectAllKept();
  }, 600_000);

  test("a service whose name changes its case is another one, and the old one goes when its time is over", async () => {
    scene.rename("Shop", "shop");
    await settled(
      "the new name",
      () => service("shop"),
      (found) => found.length > 0,
    );
    const old = await settled(
      "the old name's loss",
      () => service("Shop"),
      (found) => found.every(({ lost }) => lost),
    );
    expect(old.every(({ enabled }) => enabled)).toBe(true);
    await host.until('supervise.error["shop"]', async () => await scene.bench.get('supervise.error["shop"]'));
    expect(await refused()).toEqual([]);
    daysPass(server, old, 8);
    await settled(
      "its end",
      () => service("Shop"),
      (found) => found.length === 0,
    );
    expect((await service("shop")).every(({ lost }) => !lost)).toBe(true);
    scene.rename("shop", "Shop");
  }, 400_000);

  test("a service that comes back within its time goes on with its items and history", async () => {
    const key = 'supervise.state["web"]';
    const { length } = await host.history(key);
    scene.rename("web", ".web");
    const lost = await settled(
      "its loss",
      () => service("web"),
      (found) => found.every(({ lost }) => lost),
    );
    daysPass(server, lost, 2);
    await settled(
      "the state after a day",
      () => service("web"),
      (found) => found.every(({ enabled }) => enabled === isEnabledAfterADay(server)),
    );
    scene.rename(".web", "web");
    await settled(
      "its return",
      () => service("web"),
      (found) => found.every(({ lost, enabled }) => !lost && enabled),
    );
    await settled(
      "more history",
      () => host.history(key),
      (points) => points.length > length + 1,
    );
    const ids = (of: readonly Discovered[]) => of.map(({ itemid }) => itemid).toSorted();
    expect(ids(await service("web"))).toEqual(ids(items("web", before)));
  }, 400_000);

  async function finds(wanted: Found): Promise<void> {
    const text = JSON.stringify(wanted);
    await settled(
      text,
      async () => targets(await discovered(host)),
      (found) => JSON.stringify(found) === text,
    );
  }

  async function expectAllKept(): Promise<void> {
    const now = await discovered(host);
    const missing = [...before].filter(([key, { itemid }]) => now.get(key)?.itemid !== itemid).map(([key]) => key);
    const gone = [...now].filter(([, { lost, enabled }]) => lost || !enabled).map(([key]) => key);
    expect({ missing, gone }).toEqual({ missing: [], gone: [] });
  }
});

/** What an item is that was lost more than a day ago: only 7.0 can disable. */
function isEnabledAfterADay({ version }: Server): boolean {
  return version === "6.0";
}

/** Names of the targets by their kind. */
function targets(all: ReadonlyMap<string, Discovered>): Found {
  const found = Object.entries(KEYS).map(([kind, pattern]) => {
    const names = [...all.keys()].flatMap((key) => pattern.exec(key)?.[1] ?? []);
    return [kind, names.toSorted()] as const;
  });
  return Object.fromEntries(found);
}
