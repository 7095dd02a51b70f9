import type { Sample } from "../../src/ring/sample.ts";
import { samplesOf } from "../real/zabbix-stand-in.ts";
import type { PolledHost, ValueType } from "./polled-host.ts";

/** Names of ten instances; all of them may be one memcached. */
export const INSTANCES: readonly string[] = Array.from({ length: 10 }, (_, at) => `mc${at}`);

/** Six items of each. */
const FIGURES: readonly {
  readonly key: (instance: string) => string;
  readonly type: ValueType;
  /** Whether a sample that failed has a value, too. */
  readonly always: boolean;
}[] = [
  { key: (name) => `memcached.state[${name}]`, type: "unsigned", always: true },
  { key: (name) => `memcached.sample.age[${name}]`, type: "float", always: true },
  { key: (name) => `memcached.error[${name}]`, type: "char", always: true },
  { key: (name) => `memcached.uptime[${name}]`, type: "unsigned", always: false },
  { key: (name) => `memcached.stat[${name},curr_connections]`, type: "unsigned", always: false },
  { key: (name) => `memcached.stat[${name},bytes]`, type: "float", always: false },
];

/** Keys of all of them. */
export const SIXTY_KEYS: readonly string[] = INSTANCES.flatMap((name) => FIGURES.map(({ key }) => key(name)));

/** Makes them active checks of a host. */
export async function addSixtyItems(host: PolledHost): Promise<void> {
  for (const name of INSTANCES) for (const { key, type } of FIGURES) await host.active(key(name), type);
}

/** The clocks that each of the items has values of, by the samples in a daemon's journal, oldest first. */
export function clocksOfSixty(state: string): ReadonlyMap<string, readonly number[]> {
  const samples = samplesOf(state, "memcached");
  const clocks = ({ always }: (typeof FIGURES)[number], name: string) =>
    samples.filter((sample) => sample.target === name && hasValue(sample, always)).map(({ stamp }) => stamp.clock);
  return new Map(
    INSTANCES.flatMap((name) => FIGURES.map((figure) => [figure.key(name), clocks(figure, name)] as const)),
  );
}

function hasValue({ kind }: Sample, always: boolean): boolean {
  return always || kind === "good";
}
