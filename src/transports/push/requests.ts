import type { Batch } from "../../outbox/batch.ts";
import { decodeDataReply } from "../../zabbix/active.ts";
import { instantOf } from "../../zabbix/instant.ts";
import { encodePacket } from "../../zabbix/packet.ts";
import { encodeSenderData, encodeSenderProbe, parseSenderInfo } from "../../zabbix/sender.ts";
import type { Outcome, Send } from "../active/link.ts";
import { requestPacket } from "../request-packet.ts";

/** As long as zabbix_sender waits: a proxy may be slow. */
const LONGEST_SECONDS = 60;
const MOST_REPLY_BYTES = 2 ** 16;

/** What became of rows that the server has. `failed`: those it refused; `info`: its own words. */
export interface SentRows {
  readonly failed: number;
  readonly info: string;
}

/** `now`: clock; `timeout`: seconds for a small request, a large one may take longer. */
export interface Sending {
  readonly now: number;
  readonly timeout: number;
}

/** Sends a batch with its session and ids. */
export function sendBatch(send: Send, { session, rows }: Batch, { now, timeout }: Sending): Promise<Outcome<SentRows>> {
  const texts = rows.map(({ id, body, clock, ns }) => `{${body},"id":${id},"clock":${clock},"ns":${ns}}`);
  return exchangeRows(send, encodeSenderData(texts, { session, sent: instantOf(now) }), {
    seconds: rows.length * timeout,
  });
}

/** Sends rows that were sent before, and refused: without ids, by which the server would refuse them again. */
export function sendAgain(send: Send, rows: Batch["rows"], { now, timeout }: Sending): Promise<Outcome<SentRows>> {
  const texts = rows.map(({ body, clock, ns }) => `{${body},"clock":${clock},"ns":${ns}}`);
  return exchangeRows(send, encodeSenderData(texts, { sent: instantOf(now) }), { seconds: rows.length * timeout });
}

/** Asks how many of these keys the server refuses. Nothing is stored. */
export function probe(
  send: Send,
  { host, keys, timeout }: { readonly host: string; readonly keys: readonly string[]; readonly timeout: number },
): Promise<Outcome<SentRows>> {
  const rows = keys.map((key) => encodeSenderProbe(host, key));
  return exchangeRows(send, encodeSenderData(rows, {}), { seconds: keys.length * timeout });
}

/** Sends a request of sender data and reads the reply. `seconds`: for all of it; `compress`: where that gains something. */
export async function exchangeRows(
  send: Send,
  request: Buffer,
  { seconds = LONGEST_SECONDS, compress = true },
): Promise<Outcome<SentRows>> {
  const packet = compress ? await requestPacket(request) : encodePacket(request);
  const exchanged = await send(packet, { seconds: Math.min(seconds, LONGEST_SECONDS), mostBytes: MOST_REPLY_BYTES });
  if (exchanged.kind !== "reply") return { kind: "failed", reason: exchanged.reason };
  const decoded = decodeDataReply(exchanged.body);
  if (decoded.kind === "malformed") return { kind: "failed", reason: decoded.reason };
  const reply = decoded.value;
  if (reply.kind === "redirect") return reply;
  if (reply.kind === "failed") return { kind: "failed", reason: reply.reason };
  return { kind: "done", value: { failed: parseSenderInfo(reply.info)?.failed ?? 0, info: reply.info } };
}
