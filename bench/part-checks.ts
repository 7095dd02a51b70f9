import { type Measured, measure } from "./load.ts";
import { residentMegabytes } from "./proc.ts";
import type { Running } from "./programs.ts";
import { atLeast, atMost, median, type Part, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";
import { agent2, agentd, bareNode, instances, memcached, tidemark } from "./servers.ts";

interface Asked {
  readonly who: string;
  readonly server: Running;
  readonly key: string;
}

const CLIENTS = [1, 8, 64];
/** So many clients keep a server busy without a queue of seconds: the count for CPU and budgets. */
const BUSY = 8;

/** Passive checks: how many, how fast, at what cost. */
export async function checks({ rounds, seconds }: Scale): Promise<Part> {
  const cache = await memcached();
  const bridge = await tidemark(["Schedule=* * * * * *", ...instances([cache.port])]);
  const [floor, agent, second] = await Promise.all([bareNode(), agentd(), agent2()]);
  const stats = `memcached.stats["tcp://127.0.0.1:${cache.port}"]`;
  const asked: Asked[] = [
    { who: "bare Node", server: floor, key: "agent.ping" },
    { who: "tidemark agent.ping", server: bridge, key: "agent.ping" },
    { who: "tidemark memcached.hit_ratio", server: bridge, key: "memcached.hit_ratio[m0,5m]" },
    { who: "tidemark memcached.get", server: bridge, key: "memcached.get[m0]" },
    ...(agent === undefined ? [] : [{ who: "agentd agent.ping", server: agent, key: "agent.ping" }]),
    ...(second === undefined ? [] : [{ who: "agent 2 agent.ping", server: second, key: "agent.ping" }]),
    ...(second === undefined ? [] : [{ who: "agent 2 memcached.stats", server: second, key: stats }]),
  ];
  const found = new Map<string, Measured[]>();
  for (const { server, key } of asked) await measure(server, { key, clients: BUSY, seconds: seconds / 2 }); // warm
  for (let round = 0; round < rounds; round++) {
    for (const { who, server, key } of asked) {
      for (const clients of CLIENTS) {
        const name = `${who} ${clients}`;
        found.set(name, [...(found.get(name) ?? []), await measure(server, { key, clients, seconds })]);
      }
    }
  }
  const part = summary(asked, found);
  for (const server of [bridge, floor, agent, second, cache]) await server?.stop();
  return part;
}

function summary(asked: readonly Asked[], found: ReadonlyMap<string, readonly Measured[]>): Part {
  const of = (who: string, clients: number, figure: (measured: Measured) => number) =>
    median((found.get(`${who} ${clients}`) ?? []).map(figure));
  const cpu = (who: string) => of(who, BUSY, (measured) => measured.cpu);
  const floor = cpu("bare Node");
  const rate = (who: string) => of(who, BUSY, ({ perSecond }) => perSecond);
  const slowest = Math.min(...asked.filter(({ who }) => who.startsWith("tidemark")).map(({ who }) => rate(who)));
  const beside = (who: string, limit: number) =>
    asked.some((peer) => peer.who === who)
      ? [atLeast(`checks/s of any value, ${BUSY} clients, to ${who}`, slowest / rate(who), limit, "x")]
      : [];
  return {
    title: "passive checks",
    columns: [
      ...CLIENTS.map((clients) => `checks/s, ${clients} clients`),
      ...CLIENTS.map((clients) => `p50/p99 us, ${clients}`),
      `CPU us/check, ${BUSY}`,
      "to bare Node",
      "RSS MB",
    ],
    rows: asked.map(({ who, server }) => ({
      what: "",
      who,
      figures: [
        ...CLIENTS.map((clients) => short(of(who, clients, ({ perSecond }) => perSecond))),
        ...CLIENTS.map(
          (clients) => `${short(of(who, clients, ({ p50 }) => p50))}/${short(of(who, clients, ({ p99 }) => p99))}`,
        ),
        short(cpu(who)),
        times(cpu(who), floor),
        short(residentMegabytes(server.pid)),
      ],
    })),
    verdicts: [
      ...beside("agentd agent.ping", 0.7),
      ...beside("agent 2 memcached.stats", 6),
      atMost("CPU per check, agent.ping, to bare Node", cpu("tidemark agent.ping") / floor, 1.3, "x"),
      atMost("CPU per check, hit_ratio, to bare Node", cpu("tidemark memcached.hit_ratio") / floor, 1.3, "x"),
      ...failures(found),
    ],
  };
}

function failures(found: ReadonlyMap<string, readonly Measured[]>) {
  const all = [...found].filter(([name]) => name.startsWith("tidemark")).flatMap(([, measured]) => measured);
  return [
    atMost(
      "checks without an answer",
      all.reduce((sum, each) => sum + each.failures, 0),
      0,
      "checks",
    ),
  ];
}
