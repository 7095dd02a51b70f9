import type { Instant } from "./instant.ts";
import { jsonText, parseJson } from "./json.ts";

// Values for trapper items, in one packet on a connection of its own.
//
// request := {"request":"sender data" ["session":text],"data":[row...] ["clock":number,"ns":number]}
// row     := {"host":text,"key":text ["value":text] ["id":number] ["clock":number ["ns":number]]}
// reply   := as for agent data, see active.ts
// info    := "processed: " n "; failed: " n "; total: " n "; seconds spent: " n
//
// Servers of 6.0 know a repeated row by session and id; later ones store a value of the same item, clock and ns once.
// A row without a value stores nothing, but is counted: as failed when there is no such trapper item.

/** `ns` only with a clock. Without clock the server takes the time of receipt. */
export interface SenderRow {
  readonly host: string;
  readonly key: string;
  readonly value: string;
  readonly clock?: number;
  readonly ns?: number;
}

/** The JSON members of a row, without id, clock and ns. */
export function encodeSenderBody({ host, key, value }: Pick<SenderRow, "host" | "key" | "value">): string {
  return `"host":${jsonText(host)},"key":${jsonText(key)},"value":${jsonText(value)}`;
}

const BODY = /^"host":"(?:[^"\\]|\\.)*","key":("(?:[^"\\]|\\.)*"),/;

/** The key in the members of a row; "" when these are none. */
export function readSenderKey(body: string): string {
  const key = parseJson(BODY.exec(body)?.[1] ?? "");
  return typeof key === "string" ? key : "";
}

/** The whole row, as zabbix_sender writes it. */
export function encodeSenderRow(row: SenderRow): string {
  const clock = row.clock === undefined ? "" : `,"clock":${row.clock}`;
  const ns = row.clock === undefined || row.ns === undefined ? "" : `,"ns":${row.ns}`;
  return `{${encodeSenderBody(row)}${clock}${ns}}`;
}

/** A row without a value, by which a server tells whether it has such a trapper item. */
export function encodeSenderProbe(host: string, key: string): string {
  return `{"host":${jsonText(host)},"key":${jsonText(key)}}`;
}

/** A request. `sent`: when it is sent, said where rows have clocks; `session`: 32 hexadecimal digits, for rows with ids. */
export function encodeSenderData(
  rows: readonly string[],
  { session, sent }: { readonly session?: string; readonly sent?: Instant },
): Buffer {
  const begin = session === undefined ? "" : `,"session":${jsonText(session)}`;
  const end = sent === undefined ? "" : `,"clock":${sent.clock},"ns":${sent.ns}`;
  return Buffer.from(`{"request":"sender data"${begin},"data":[${rows.join(",")}]${end}}`);
}

/** What the server made of the rows. */
export interface SenderCounts {
  readonly processed: number;
  readonly failed: number;
  readonly total: number;
}

const INFO = /^processed: (\d+); failed: (\d+); total: (\d+); seconds spent: \d+\.\d+$/;

/** Reads the info of a reply; undefined when it has another form. */
export function parseSenderInfo(info: string): SenderCounts | undefined {
  const [, processed, failed, total] = INFO.exec(info) ?? [];
  if (processed === undefined) return undefined;
  return { processed: Number(processed), failed: Number(failed), total: Number(total) };
}
