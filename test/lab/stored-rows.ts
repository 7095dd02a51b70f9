import type { Api } from "./api.ts";
import type { Stored } from "./coverage.ts";
import { lab, labDirectory, type Server } from "./lab.ts";

/** The tables of numbers and texts by the API's numbers of value types. */
const TABLES = ["history", "history_str", "history_uint", "history_text"] as const;

/**
 * What the database of a lab has of a host's items, in the order in which it was stored. The API does not know that
 * order; the numbers of the transactions tell it, and none of them stores two values of one item.
 */
export function storedRows({ version }: Server, hostid: string): readonly Stored[] {
  const directory = labDirectory();
  if (directory === undefined) throw new Error("there is no lab");
  const each = TABLES.map((table) => `select xmin::text::bigint as at, itemid, clock, ns from ${table}`).join(
    " union all ",
  );
  const ofHost = `itemid in (select itemid from items where hostid = ${hostid})`;
  const text = lab(
    directory,
    "psql",
    version,
    "-Atc",
    `select itemid, clock, ns from (${each}) h where ${ofHost} order by at`,
  );
  return text
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [itemid = "", clock, ns] = line.split("|");
      return { itemid, clock: Number(clock) + Number(ns) / 1e9 };
    });
}

/** How many values of a host's items a server has from a span of time, both ends included. */
export async function storedCount(
  api: Api,
  hostid: string,
  { from, till }: { readonly from: number; readonly till: number },
): Promise<number> {
  const items = await api.rows("item.get", { hostids: hostid, output: ["itemid", "value_type"] });
  let count = 0;
  for (const history of new Set(items.map((item) => item["value_type"]))) {
    const itemids = items.filter((item) => item["value_type"] === history).map(({ itemid }) => itemid);
    const span = { time_from: Math.floor(from), time_till: Math.floor(till) };
    count += Number(await api.call("history.get", { history: Number(history), itemids, ...span, countOutput: true }));
  }
  return count;
}
