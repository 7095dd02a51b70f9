import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { compiled, installed, LOCAL, pause } from "./programs.ts";
import { atMost, median, type Part, type Row, short, times } from "./report.ts";
import type { Scale } from "./scale.ts";
import { configured, instances, memcached, run } from "./servers.ts";

interface Cost {
  readonly cpu: number;
  readonly wall: number;
}

/** One UserParameter call, as agents make it: `sh -c COMMAND`. */
export async function shim({ rounds, calls }: Scale): Promise<Part> {
  if (compiled("calls") === undefined) return NOTHING;
  const cache = await memcached();
  const config = await configured(["Schedule=* * * * * *", ...instances([cache.port])]);
  const bridge = await run(config);
  await pause(2.5); // value files need two ticks
  const ways = commands(`${config.directory}/run/v`, { cache: cache.port, bridge: bridge.port });
  const found = new Map<string, Cost[]>();
  for (let round = 0; round < rounds; round++) {
    for (const [who, command] of ways) {
      const cost = await called(command, who.startsWith("old") ? Math.ceil(calls / 10) : calls);
      found.set(who, [...(found.get(who) ?? []), cost]);
    }
  }
  await bridge.stop();
  await cache.stop();
  const of = (who: string, figure: keyof Cost) => median((found.get(who) ?? []).map((cost) => cost[figure]));
  const shimCost = of(SHIM, "cpu");
  return {
    title: "one UserParameter call",
    columns: ["CPU us", "to the shim", "wall us"],
    rows: ways.map(([who]): Row => {
      const cpu = of(who, "cpu");
      return { what: "", who, figures: [short(cpu), times(cpu, shimCost), short(of(who, "wall"))] };
    }),
    verdicts: [atMost("one UserParameter call through the shim", shimCost / 1000, 1.5, "ms CPU")],
  };
}

const SHIM = "the shim, memcached.hit_ratio";
const NOTHING: Part = {
  title: "one UserParameter call: not measured without gcc",
  columns: [],
  rows: [],
  verdicts: [],
};

function commands(values: string, ports: { cache: number; bridge: number }): readonly (readonly [string, string])[] {
  const old = (script: string) => resolve("test/real/fixtures/old-scripts", script);
  const tool = installed("memcached-tool");
  return [
    ["sh -c : (the floor)", ":"],
    [SHIM, shimCommand(values)],
    ...(installed("zabbix_get") === undefined
      ? []
      : [["zabbix_get", `zabbix_get -s ${LOCAL} -p ${ports.bridge} -k 'memcached.hit_ratio[m0,5m]'`] as const]),
    ...(tool === undefined
      ? []
      : [
          ["old: curr_connections", `${old("curr-conn")} ${tool} ${LOCAL}:${ports.cache} stats`] as const,
          ["old: smallest Max_age", `${old("max-age")} ${tool} ${LOCAL}:${ports.cache}`] as const,
        ]),
  ];
}

/** The line of the generated file, with its parameters filled in as the agent does it. */
function shimCommand(values: string): string {
  const line = /^UserParameter=memcached\.hit_ratio\[\*\],(.*)$/m.exec(
    readFileSync("userparameters/tidemark.conf", "utf8"),
  )?.[1];
  if (line === undefined) throw new Error("no UserParameter line for memcached.hit_ratio");
  const shell = resolve("userparameters/tidemark-value");
  const parameters = ["m0", "5m"];
  return line
    .replace("set -- ", `set -- -d ${values} `)
    .replace(/\S*tidemark-value/, shell)
    .replace(/\$(\d)/g, (_, place: string) => parameters[Number(place) - 1] ?? "");
}

async function called(command: string, times: number): Promise<Cost> {
  const { stdout } = await promisify(execFile)(compiled("calls") ?? "", [String(times), command]);
  const [cpu = Number.NaN, wall = Number.NaN] = stdout.trim().split(" ").map(Number);
  return { cpu, wall };
}
