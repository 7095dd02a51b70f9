import { pause, waitFor } from "../real/wait.ts";
import { lab, labDirectory, type Server } from "./lab.ts";
import type { PolledHost } from "./polled-host.ts";

const POLL_MS = 1000;

/** An item that a discovery rule has made. */
export interface Discovered {
  readonly itemid: string;
  readonly enabled: boolean;
  /** Why it is on its way out: the rule does not list it any more. */
  readonly lost: boolean;
}

interface Node {
  readonly itemid: string;
  readonly key_: string;
  readonly status: string;
  readonly itemDiscovery: Readonly<Record<string, string>>;
}

/** All of a host by key. */
export async function discovered(host: PolledHost): Promise<ReadonlyMap<string, Discovered>> {
  const question = { hostids: host.id, filter: { flags: 4 }, selectItemDiscovery: "extend" };
  const output = ["itemid", "key_", "status"];
  const rows = (await host.api.call("item.get", { ...question, output })) as readonly Node[];
  return new Map(
    rows.map(({ itemid, key_, status, itemDiscovery }) => {
      const { ts_delete = "0", ts_disable = "0" } = itemDiscovery;
      return [key_, { itemid, enabled: status === "0", lost: ts_delete !== "0" || ts_disable !== "0" }];
    }),
  );
}

/** Keys of the rules that are not supported. */
export async function refusedRules(host: PolledHost): Promise<readonly string[]> {
  const rows = await host.api.rows("discoveryrule.get", { hostids: host.id, output: ["key_", "error"] });
  return rows.flatMap(({ key_ = "", error = "" }) => (error === "" ? [] : [key_])).toSorted();
}

/** Waits until a question about the host is answered so; the error tells the last answer. */
export async function settled<T>(what: string, ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  const good = async () => {
    await pause(POLL_MS);
    const answer = await ask();
    return isSo(answer) ? { answer } : Promise.reject(new Error(JSON.stringify(answer)));
  };
  return (await waitFor(good, { what, seconds: 180 })).answer;
}

/** So many more values of an item that always has one: everything else was asked as often. */
export async function polled(host: PolledHost, key: string, times: number): Promise<void> {
  const now = async () => (await host.history(key)).at(-1)?.clock ?? 0;
  for (let time = 0; time < times; time++) {
    const before = await now();
    await settled(`another value of ${key}`, now, (clock) => clock > before);
  }
}

/** Days pass, for the server's keep times, since it has last found these items. */
export function daysPass({ version }: Server, items: readonly Discovered[], days: number): void {
  const ids = items.map(({ itemid }) => itemid).join();
  const sql = `update item_discovery set lastcheck = lastcheck - ${days * 86_400} where itemid in (${ids})`;
  lab(labDirectory() ?? "", "psql", version, "-qc", sql);
}
