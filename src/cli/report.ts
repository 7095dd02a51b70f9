import type { ValueType } from "../items/item.ts";
import type { Registry, Reply } from "../items/registry.ts";
import type { Moment } from "../ring/moment.ts";
import type { Stamp } from "../ring/sample.ts";
import type { Finding, Source } from "../sources/source.ts";
import type { Destination } from "../transports/destination.ts";
import { Pace } from "../transports/pace.ts";
import { destinationTable } from "./destination-table.ts";
import { type StatusTable, tableLines } from "./table.ts";

/*
 * What `print` and `status` show. The daemon makes the data and hands it through the control socket as JSON; the command
 * line makes text of it. Without a daemon the command line does both.
 */

/** One line of `print`. */
export interface PrintedCall {
  readonly key: string;
  readonly type: ValueType;
  readonly reply: Reply;
}

export interface Status {
  readonly tables: readonly StatusTable[];
  readonly findings: readonly Finding[];
}

/** What `status` is made of. */
export interface Seen {
  readonly moment: Moment;
  readonly findings: readonly Finding[];
  readonly now: Stamp;
  readonly destinations: readonly Destination[];
}

/** All standard calls with their answers; other work goes in between. `now`: monotonic seconds */
export async function printedCalls(registry: Registry, now: () => number): Promise<readonly PrintedCall[]> {
  const pace = new Pace(now);
  const printed: PrintedCall[] = [];
  for (const { key, item } of registry.calls()) {
    printed.push({ key, type: item.type, reply: registry.ask(key) });
    await pace.pause();
  }
  return printed;
}

/** Other work goes in between the rows: a thousand of them take a tenth of a second. `now`: monotonic seconds */
export async function statusOf(sources: readonly Source[], seen: Seen, now: () => number): Promise<Status> {
  const pace = new Pace(now);
  const tables: StatusTable[] = [];
  for (const source of sources) if (source.table.length > 0) tables.push(await statusTable(source, seen, pace));
  if (seen.destinations.length > 0) tables.push(destinationTable(seen.destinations, seen.now));
  return { tables, findings: seen.findings };
}

async function statusTable({ name, table }: Source, { moment, now }: Seen, pace: Pace): Promise<StatusTable> {
  const columns = table.map(({ title, align }) => ({ title, align }));
  const roster = moment.targets(name);
  if (roster.kind !== "value") return { source: name, columns, rows: [], reason: roster.reason };
  if (roster.value.size === 0) return { source: name, columns, rows: [], reason: "none was found or configured" };
  const rows: (readonly string[])[] = [];
  for (const target of roster.value.keys()) {
    const view = moment.view(name, target);
    if (view.kind === "value") rows.push(table.map((column) => column.cell(view.value, now, moment)));
    await pace.pause();
  }
  return { source: name, columns, rows };
}

/** Letters of the agents' `-p`: unsigned, double, string, text, message. */
const LETTER = { unsigned: "u", float: "d", char: "s", text: "t", json: "t" } as const satisfies Record<
  ValueType,
  string
>;
const KEY_WIDTH = 45;

/** One line in the form of `zabbix_agentd -p`. */
export function printLine({ key, type, reply }: PrintedCall): string {
  const padded = key.padEnd(KEY_WIDTH);
  if (reply.kind === "value") return `${padded} [${LETTER[type]}|${oneLine(reply.text)}]`;
  return `${padded} [m|${reply.kind === "none" ? "no value" : "ZBX_NOTSUPPORTED"}] [${reply.reason}]`;
}

/** One line per key, whatever the value is. */
function oneLine(text: string): string {
  return text.replaceAll("\r", "\\r").replaceAll("\n", "\\n");
}

export function statusLines({ tables, findings }: Status): readonly string[] {
  const blocks = tables.map(({ source, columns, rows, reason }) =>
    rows.length === 0 ? [`${source}: ${reason ?? "no sample yet"}`] : tableLines(columns, rows),
  );
  return [...blocks.flatMap((lines, at) => (at === 0 ? lines : ["", ...lines])), ...findingLines(findings)];
}

/** Each with an empty line before it. */
export function findingLines(findings: readonly Finding[]): readonly string[] {
  return findings.flatMap(({ what, found, mend }) => ["", `${what}: ${found}`, `  mend: ${mend}`]);
}
