import type { Batch } from "../../outbox/batch.ts";
import {
  type ActiveHost,
  type DataReply,
  decodeDataReply,
  decodeHeartbeatReply,
  decodeListReply,
  encodeAgentData,
  encodeCommandErrors,
  encodeHeartbeat,
  encodeListRequest,
  type ListReply,
} from "../../zabbix/active.ts";
import { requestPacket } from "../request-packet.ts";
import type { Outcome, Send } from "./link.ts";

const MOST_LIST_BYTES = 16 * 2 ** 20;
const MOST_REPLY_BYTES = 2 ** 16;
const LONGEST_UPLOAD_SECONDS = 30;

/** A list as it came. `reply` undefined: byte by byte the one before. */
export interface AskedList {
  readonly reply: Extract<ListReply, { kind: "success" }> | undefined;
  readonly body: Buffer;
}

export interface ListQuestion {
  readonly host: ActiveHost;
  readonly session: string;
  /** Of the list that is held; 0: none is. */
  readonly revision: number;
  /** The newest whole list as it came. */
  readonly before: Buffer | undefined;
  readonly seconds: number;
}

/** Asks for the list of items. */
export async function askList(send: Send, question: ListQuestion): Promise<Outcome<AskedList>> {
  const { host, session, revision, before, seconds } = question;
  const request = await requestPacket(encodeListRequest(host, { session, revision }));
  const exchanged = await send(request, { seconds, mostBytes: MOST_LIST_BYTES });
  if (exchanged.kind !== "reply") return { kind: "failed", reason: exchanged.reason };
  const { body } = exchanged;
  if (before?.equals(body)) return { kind: "done", value: { reply: undefined, body } };
  const decoded = decodeListReply(body);
  if (decoded.kind === "malformed") return { kind: "failed", reason: decoded.reason };
  const reply = decoded.value;
  if (reply.kind === "redirect") return reply;
  if (reply.kind === "failed") return { kind: "refused", reason: reply.reason };
  if (reply.items === undefined && revision === 0) return { kind: "failed", reason: "the reply has no list of items" };
  return { kind: "done", value: { reply, body } };
}

/** What became of a batch. `taken` false: the server wants it later, and values not before it says so. */
export interface SentBatch {
  readonly taken: boolean;
  readonly upload: boolean;
  /** Values that it did not want, and how it says so. */
  readonly failed: number;
  readonly info: string;
}

export interface Upload {
  readonly batch: Batch;
  readonly host: string;
  /** Directive Timeout, seconds: a large batch takes longer. */
  readonly timeout: number;
}

/** Sends values. */
export async function sendBatch(send: Send, { batch, host, timeout }: Upload): Promise<Outcome<SentBatch>> {
  const seconds = Math.min(LONGEST_UPLOAD_SECONDS, Math.max(1, batch.rows.length) * timeout);
  const request = encodeAgentData({ session: batch.session, host, rows: rowsText(batch) });
  const exchanged = await send(await requestPacket(request), {
    seconds,
    connectSeconds: timeout,
    mostBytes: MOST_REPLY_BYTES,
  });
  if (exchanged.kind !== "reply") return { kind: "failed", reason: exchanged.reason };
  const decoded = decodeDataReply(exchanged.body);
  return decoded.kind === "malformed" ? { kind: "failed", reason: decoded.reason } : outcomeOf(decoded.value);
}

function outcomeOf(reply: DataReply): Outcome<SentBatch> {
  switch (reply.kind) {
    case "redirect":
      return reply;
    case "failed":
      if (reply.upload) return { kind: "failed", reason: reply.reason };
      return { kind: "done", value: { taken: false, upload: false, failed: 0, info: reply.reason } };
    case "success": {
      // A server that does not know the host says success all the same, and throws the values away.
      if (/^unknown host\b/.test(reply.info)) return { kind: "refused", reason: reply.info };
      const { upload, failed, info } = reply;
      return { kind: "done", value: { taken: true, upload, failed, info } };
    }
  }
}

/** Tells the server that we are there. It says nothing to that, and closes. */
export async function beat(
  send: Send,
  { host, every, seconds }: { readonly host: string; readonly every: number; readonly seconds: number },
): Promise<Outcome<undefined>> {
  const exchanged = await send(await requestPacket(encodeHeartbeat(host, every)), {
    seconds,
    mostBytes: MOST_REPLY_BYTES,
  });
  if (exchanged.kind === "failed") return exchanged;
  const redirect = exchanged.kind === "reply" ? decodeHeartbeatReply(exchanged.body) : undefined;
  return redirect === undefined ? { kind: "done", value: undefined } : { kind: "redirect", redirect };
}

/** Tells the server that its remote commands were not run. What it says to that changes nothing. */
export async function refuseCommands(
  send: Send,
  { ids, ...from }: { readonly ids: readonly number[]; readonly session: string; readonly host: string },
  seconds: number,
): Promise<Outcome<undefined>> {
  await send(await requestPacket(encodeCommandErrors(from, ids)), { seconds, mostBytes: MOST_REPLY_BYTES });
  return { kind: "done", value: undefined };
}

function rowsText({ rows }: Batch): string {
  return rows.map(({ id, body, clock, ns }) => `{"id":${id},${body},"clock":${clock},"ns":${ns}}`).join(",");
}
