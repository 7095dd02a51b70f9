import { answer } from "./answer.ts";
import { measure } from "./load.ts";
import { cpuMicroseconds, residentMegabytes } from "./proc.ts";
import { pause, type Running } from "./programs.ts";
import { atMost, type Part, type Row, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";
import { agent2, agentd, type Configured, configured, instances, memcached, run } from "./servers.ts";
import { startSeconds } from "./start.ts";

const NAMES = 1000;
/** Real ones, each behind 250 names. */
const CACHES = 4;
const QUICK_STEP = 5;
const TICKS = { minutes: 3, quick: 2 };
/** A span is measured between ticks, so long after one, so that it holds whole ticks. */
const AFTER_TICK_SECONDS = 3;
/** Checks come this often while ticks run: what one waits for is what holds the event loop up. */
const EVERY = 0.002;

/** What a server took in a span. */
interface Taken {
  readonly cpuSeconds: number;
  readonly perHour: number;
  readonly resident: number;
}

/** A thousand instances, a lone one, and agents that nobody asks, over the same whole ticks; then starts. */
export async function minutes(scale: Scale): Promise<readonly Part[]> {
  const caches = await Promise.all(Array.from({ length: CACHES }, () => memcached()));
  const ports = caches.map(({ port }) => port);
  const step = scale.minutes ? 60 : QUICK_STEP;
  const schedule = scale.minutes ? [] : [`Schedule=*/${QUICK_STEP} * * * * *`, `History=${60 * QUICK_STEP}s`];
  const config = await configured([...schedule, ...instances(ports, NAMES)]);
  const many = await run(config);
  const lone = await run(await configured(instances(ports.slice(0, 1))));
  const [agent, second] = await Promise.all([agentd(), agent2()]);
  await untilAfterTick(step, 1);
  const ticks = scale.minutes ? TICKS.minutes : TICKS.quick;
  const [big, ...idle] = await over([many, lone, agent, second], { step, ticks });
  const { p99, worst } = await measure(many, { key: "agent.ping", clients: 1, seconds: 2 * step, every: EVERY });
  const tickSeconds = Number(await answer(many.port, "tidemark.tick.duration"));
  for (const server of [many, lone, agent, second]) await server?.stop();
  const parts = [
    thousand(big, { ticks, step, tickSeconds, p99, worst }),
    idleness(idle),
    await starting(config, scale),
  ];
  for (const cache of caches) await cache.stop();
  return parts;
}

async function untilAfterTick(step: number, ticks: number): Promise<void> {
  const now = Date.now() / 1000 - AFTER_TICK_SECONDS;
  await pause((Math.ceil(now / step) + ticks - 1) * step - now);
}

async function over(
  servers: readonly (Running | undefined)[],
  { step, ticks }: { readonly step: number; readonly ticks: number },
): Promise<readonly (Taken | undefined)[]> {
  const cpu = () => servers.map((server) => (server === undefined ? Number.NaN : cpuMicroseconds(server.pid) / 1e6));
  const before = cpu();
  await untilAfterTick(step, ticks);
  const after = cpu();
  return servers.map((server, at) => {
    if (server === undefined) return undefined;
    const cpuSeconds = (after[at] ?? 0) - (before[at] ?? 0);
    return { cpuSeconds, perHour: (cpuSeconds * 3600) / (ticks * step), resident: residentMegabytes(server.pid) };
  });
}

interface Ticks {
  readonly ticks: number;
  readonly step: number;
  readonly tickSeconds: number;
  readonly p99: number;
  readonly worst: number;
}

function thousand(taken: Taken | undefined, { ticks, step, tickSeconds, p99, worst }: Ticks): Part {
  const perTick = ((taken?.cpuSeconds ?? Number.NaN) / ticks) * 1000;
  const resident = taken?.resident ?? Number.NaN;
  const row = (what: string, figure: string): Row => ({ what, who: "tidemark", figures: [figure] });
  return {
    title: `${NAMES} instances, 61 slots, a tick each ${step} s`,
    columns: [""],
    rows: [
      row("CPU ms per tick", short(perTick)),
      row("seconds from the firing of a tick to its close, starts spread on purpose", short(tickSeconds)),
      row("RSS MB", short(resident)),
      row("check latency while ticks run, p99/worst us", `${short(p99)}/${short(worst)}`),
    ],
    verdicts: [
      atMost("1,000 instances each minute, of a core", (perTick / 60_000) * 100, 0.5, "%"),
      atMost("1,000 instances, RSS", resident, 200, "MB"),
      atMost("event loop held up, p99, with 1,000 instances", p99 / 1000, 5, "ms"),
    ],
  };
}

function idleness([lone, agent, second]: readonly (Taken | undefined)[]): Part {
  const row = (who: string, taken: Taken | undefined): readonly Row[] =>
    taken === undefined
      ? []
      : [
          {
            what: "",
            who,
            figures: [short(taken.perHour), short(taken.resident), times(taken.resident, lone?.resident ?? Number.NaN)],
          },
        ];
  return {
    title: "idle, one host, a one-minute schedule",
    columns: ["CPU s/hour", "RSS MB", "RSS to tidemark"],
    rows: [...row("tidemark", lone), ...row("agentd", agent), ...row("agent 2", second)],
    verdicts: [
      atMost("idle, one host, RSS", lone?.resident ?? Number.NaN, 70, "MB"),
      atMost("idle, one host, CPU per hour", lone?.perHour ?? Number.NaN, 1, "s"),
    ],
  };
}

async function starting(many: Configured, { starts }: Scale): Promise<Part> {
  const nothing = await startSeconds(await configured(["Memcached.Discover=no"]), starts);
  const journal = await startSeconds(many, starts);
  const row = (who: string, seconds: number): Row => ({ what: "", who, figures: [short(seconds * 1000)] });
  return {
    title: "start to first answer",
    columns: ["ms"],
    rows: [row("tidemark, no targets", nothing), row(`tidemark, journal of ${NAMES} instances`, journal)],
    verdicts: [
      atMost("start to first answer", nothing * 1000, 300, "ms"),
      atMost("start with 1,000 instances' journal", journal * 1000, 1000, "ms"),
    ],
  };
}
