import { measure } from "./load.ts";
import { installed, LOCAL, pause, type Running } from "./programs.ts";
import { atMost, median, type Part, type Row, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";
import { agent2, agentd, instances, memcached, tidemark } from "./servers.ts";

const CACHES = 3;
/** A check each 5 ms; one that has to wait counts from when it was due. */
const EVERY = 0.005;
/** The hung key is asked by as many clients as agentd has listeners, each so often. */
const HUNG_EVERY = 1;
/** Until a tick has met the hung ones. */
const SETTLE_SECONDS = 2.5;

interface Peer {
  readonly who: string;
  readonly server: Running;
  readonly key: string;
  /** A key that asks the hung memcached. */
  readonly hung?: string;
}

interface Found {
  readonly healthy: number[];
  readonly hung: number[];
}

/** Check latency while every memcached is stopped by SIGSTOP, beside the same server's with all of them well. */
export async function hung({ rounds, seconds }: Scale): Promise<Part> {
  const caches = await Promise.all(Array.from({ length: CACHES }, () => memcached()));
  const peers = await start(caches.map(({ port }) => port));
  const found = new Map<string, Found>(peers.map(({ who }) => [who, { healthy: [], hung: [] }]));
  await ask(peers, seconds, () => undefined); // warm
  for (let round = 0; round < rounds; round++) {
    await ask(peers, seconds * 2, (who, p99) => found.get(who)?.healthy.push(p99));
    for (const cache of caches) cache.signal("SIGSTOP");
    await pause(SETTLE_SECONDS);
    await ask(peers, seconds * 2, (who, p99) => found.get(who)?.hung.push(p99));
    for (const cache of caches) cache.signal("SIGCONT");
    await pause(SETTLE_SECONDS);
  }
  for (const server of [...peers.map((peer) => peer.server), ...caches]) await server.stop();
  return summary(found);
}

async function start(ports: readonly number[]): Promise<readonly Peer[]> {
  const bridge = await tidemark(["Schedule=* * * * * *", ...instances(ports)]);
  const tool = installed("memcached-tool");
  const parameter = `UserParameter=old[*],${tool} ${LOCAL}:$1 stats | awk '$$1=="curr_connections"{print $$2}'`;
  const agent = tool === undefined ? undefined : await agentd([parameter]);
  const second = await agent2();
  await pause(SETTLE_SECONDS);
  return [
    { who: "tidemark agent.ping", server: bridge, key: "agent.ping" },
    { who: "tidemark memcached.state", server: bridge, key: "memcached.state[m0]" },
    ...(agent === undefined
      ? []
      : [
          {
            who: "agentd agent.ping, 3 UserParameters asked",
            server: agent,
            key: "agent.ping",
            hung: `old[${ports[0]}]`,
          },
        ]),
    ...(second === undefined
      ? []
      : [
          {
            who: "agent 2 agent.ping, memcached.stats asked",
            server: second,
            key: "agent.ping",
            hung: `memcached.stats["tcp://${LOCAL}:${ports[0]}"]`,
          },
        ]),
  ];
}

async function ask(peers: readonly Peer[], seconds: number, note: (who: string, p99: number) => void): Promise<void> {
  for (const { who, server, key, hung: other } of peers) {
    const beside =
      other === undefined
        ? []
        : [measure(server, { key: other, clients: CACHES, seconds: seconds + 0.5, every: HUNG_EVERY })];
    await pause(0.1);
    const { p99 } = await measure(server, { key, clients: 1, seconds, every: EVERY });
    note(who, p99);
    await Promise.all(beside);
  }
}

function summary(found: ReadonlyMap<string, Found>): Part {
  const rows = [...found].map(([who, { healthy, hung: slow }]): Row => {
    const [well, ill] = [median(healthy), median(slow)];
    return { what: "", who, figures: [short(well), short(ill), times(ill, well)] };
  });
  const own = found.get("tidemark agent.ping");
  const ratio = median(own?.hung ?? []) / median(own?.healthy ?? []);
  return {
    title: `p99 while ${CACHES} memcached hang`,
    columns: ["healthy us", "hung us", "ratio"],
    rows,
    verdicts: [
      atMost("p99 while every source hangs, to healthy", ratio, 1.2, "x"),
      // A ratio alone would be met by being slow always.
      atMost("event loop held up, p99, one-second schedule", median(own?.healthy ?? []) / 1000, 5, "ms"),
    ],
  };
}
