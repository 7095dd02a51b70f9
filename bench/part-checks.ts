import { answer } from "./answer.ts";
import { type Measured, measure } from "./load.ts";
import { residentMegabytes } from "./proc.ts";
import { pause, type Running } from "./programs.ts";
import { atLeast, atMost, median, type Part, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";
import { agent2, agentd, bareNode, instances, memcached, tidemark, trickle } from "./servers.ts";

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
  const stopTrickle = trickle(cache.port);
  const asked = await peers(cache.port);
  for (const { server, key } of asked) await valued(server, key);
  for (const { server, key } of asked) await measure(server, { key, clients: BUSY, seconds }); // warm
  const found = new Map<string, Measured[]>();
  for (let round = 0; round < rounds; round++) {
    for (const { who, server, key } of rotated(asked, round)) {
      for (const clients of CLIENTS) {
        const name = `${who} ${clients}`;
        found.set(name, [...(found.get(name) ?? []), await measure(server, { key, clients, seconds })]);
      }
    }
  }
  const part = summary(asked, found);
  stopTrickle();
  for (const { server } of asked) await server.stop();
  await cache.stop();
  return part;
}

/**
 * Each with a process of its own: one that served several keys would have answered more checks, and what V8 has compiled
 * by then makes a third of the cost. For the same reason nobody may always come first.
 */
async function peers(cache: number): Promise<readonly Asked[]> {
  const bridge = () => tidemark(["Schedule=* * * * * *", ...instances([cache])]);
  const ping = "agent.ping";
  const stats = `memcached.stats["tcp://127.0.0.1:${cache}"]`;
  const all: readonly (readonly [string, string, Promise<Running> | undefined])[] = [
    ["bare Node", ping, bareNode()],
    ["tidemark agent.ping", ping, bridge()],
    ["tidemark memcached.hit_ratio", "memcached.hit_ratio[m0,10s]", bridge()],
    ["tidemark memcached.get", "memcached.get[m0]", bridge()],
    ["agentd agent.ping", ping, agentd()],
    ["agent 2 agent.ping", ping, agent2()],
    ["agent 2 memcached.stats", stats, agent2()],
  ];
  const started = await Promise.all(all.map(async ([who, key, server]) => ({ who, key, server: await server })));
  return started.flatMap(({ who, key, server }) => (server === undefined ? [] : [{ who, key, server }]));
}

function rotated<T>(all: readonly T[], by: number): readonly T[] {
  const first = by % all.length;
  return [...all.slice(first), ...all.slice(0, first)];
}

const VALUED_SECONDS = 20;

/** Waits until the key has a value: to refuse is not the work that is to be measured. */
async function valued({ port }: Running, key: string): Promise<void> {
  for (let second = 0; second < VALUED_SECONDS; second++) {
    const text = await answer(port, key);
    if (text !== undefined && !text.startsWith("ZBX_NOTSUPPORTED")) return;
    await pause(1);
  }
  throw new Error(`${key} has no value after ${VALUED_SECONDS} s: ${await answer(port, key)}`);
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
      "checks without a value",
      all.reduce((sum, each) => sum + each.failures, 0),
      0,
      "checks",
    ),
  ];
}
