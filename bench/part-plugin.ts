import { mkdtempSync } from "node:fs";
import { join, resolve } from "node:path";
import { answer } from "./answer.ts";
import { type Measured, measure } from "./load.ts";
import { residentMegabytes } from "./proc.ts";
import { directory, pause, type Running } from "./programs.ts";
import { atMost, median, type Part, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";
import { agent2, instances, memcached } from "./servers.ts";

interface Asked {
  readonly who: string;
  readonly key: string;
  readonly server: Running;
}

const LAUNCHER = resolve("plugin/tidemark-plugin");
const CLIENTS = [1, 8];
const BUSY = 8;
const STATS = "agent 2 memcached.stats";

/** tidemark as a plugin of agent 2, beside what agent 2 answers itself: each in an agent of its own. */
export async function plugin({ rounds, seconds }: Scale): Promise<Part> {
  const cache = await memcached();
  const asked = await peers(cache.port);
  const first = new Map<string, number>();
  for (const one of asked) first.set(one.who, await untilValue(one));
  for (const { server, key } of asked) await measure(server, { key, clients: BUSY, seconds }); // warm
  const found = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { who, server, key } of asked) {
      for (const clients of CLIENTS) {
        const name = `${who} ${clients}`;
        found.set(name, [...(found.get(name) ?? []), await measure(server, { key, clients, seconds })]);
      }
    }
  }
  const part = summary(asked, found, first);
  for (const { server } of asked) await server.stop();
  await cache.stop();
  return part;
}

async function peers(cache: number): Promise<readonly Asked[]> {
  const value = "memcached.state[m0]";
  const all: readonly (readonly [string, string, readonly string[]])[] = [
    ["agent 2 agent.ping", "agent.ping", []],
    [STATS, `memcached.stats["tcp://127.0.0.1:${cache}"]`, []],
    ["tidemark as its plugin", value, pluginLines(cache)],
  ];
  const asked: Asked[] = [];
  for (const [who, key, lines] of all) {
    const server = await agent2(lines);
    if (server !== undefined) asked.push({ who, key, server });
  }
  return asked;
}

function pluginLines(cache: number): readonly string[] {
  const at = mkdtempSync(join(directory, "plugin-"));
  const options = [
    `System.Path=${LAUNCHER}`,
    `Socket=${at}/none.sock`,
    `Directory=${at}/own`,
    "Schedule=* * * * * *",
    ...instances([cache]),
  ];
  return [`PluginSocket=${at}/socket`, ...options.map((line) => `Plugins.Tidemark.${line}`)];
}

const VALUE_SECONDS = 20;

/** Milliseconds until the first value, asked as soon as the agent listens; 6.0 starts the plugin with that check. */
async function untilValue({ key, server }: Asked): Promise<number> {
  const begun = performance.now();
  while (performance.now() - begun < VALUE_SECONDS * 1000) {
    const text = await answer(server.port, key);
    if (text !== undefined && !text.startsWith("ZBX_NOTSUPPORTED")) return performance.now() - begun;
    await pause(0.02);
  }
  throw new Error(`${key} has no value after ${VALUE_SECONDS} s: ${await answer(server.port, key)}`);
}

function summary(
  asked: readonly Asked[],
  found: ReadonlyMap<string, readonly Measured[]>,
  first: ReadonlyMap<string, number>,
): Part {
  const of = (who: string, clients: number, figure: (measured: Measured) => number) =>
    median((found.get(`${who} ${clients}`) ?? []).map(figure));
  const cpu = (who: string) => of(who, BUSY, (measured) => measured.cpu);
  const failures = [...found.values()].flat().reduce((sum, one) => sum + one.failures, 0);
  return {
    title: "plugin of agent 2",
    columns: [
      ...CLIENTS.map((clients) => `checks/s, ${clients} clients`),
      ...CLIENTS.map((clients) => `p50/p99 us, ${clients}`),
      `CPU us/check, ${BUSY}`,
      "to memcached.stats",
      "first value, ms",
      "RSS MB",
    ],
    rows: asked.map(({ who, server }) => ({
      what: "",
      who,
      figures: [
        ...CLIENTS.map((clients) => short(of(who, clients, ({ perSecond }) => perSecond))),
        ...CLIENTS.map((each) => `${short(of(who, each, ({ p50 }) => p50))}/${short(of(who, each, ({ p99 }) => p99))}`),
        short(cpu(who)),
        times(cpu(who), cpu(STATS)),
        short(first.get(who) ?? Number.NaN),
        short(residentMegabytes(server.pid)),
      ],
    })),
    verdicts: [atMost("checks through agent 2 without a value", failures, 0, "checks")],
  };
}
