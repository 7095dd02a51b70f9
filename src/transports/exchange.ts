import { Connection, type Ending } from "../io/connection.ts";
import { endingReason, isTlsFailure } from "../io/ending-reason.ts";
import type { HostPort } from "../io/endpoint.ts";
import type { Io, TlsOptions } from "../io/io.ts";
import { PacketDecoder } from "../zabbix/packet.ts";

/** A Zabbix server or proxy, and how it is connected to. */
export interface ServerPlace {
  readonly endpoint: HostPort;
  /** Undefined: without encryption. */
  readonly tls?: TlsOptions | undefined;
}

/**
 * `seconds`: for the whole exchange; `connectSeconds`: until the connection stands, default as long as the whole;
 * `mostBytes`: of the reply's body; `abort`: gives it up at once.
 */
export interface ExchangeLimits {
  readonly seconds: number;
  readonly connectSeconds?: number;
  readonly mostBytes: number;
  readonly abort?: AbortSignal;
}

/**
 * How it went.
 * - reply: the body of one whole packet.
 * - silent: the server took the request and closed without a byte, as it does for a heartbeat.
 * - failed: a lower-case fragment that names the server.
 */
export type Exchanged =
  | { readonly kind: "reply"; readonly body: Buffer }
  | { readonly kind: "silent"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Sends one packet on a connection of its own and reads one reply, as the protocol of active checks and trappers wants. */
export async function exchangePacket(
  io: Io,
  { endpoint, tls }: ServerPlace,
  { packet, seconds, connectSeconds = seconds, mostBytes, abort }: ExchangeLimits & { readonly packet: Buffer },
): Promise<Exchanged> {
  const connection = new Connection(io, endpoint, tls);
  const reader = new ReplyReader(mostBytes);
  const giveUp = () => connection.close();
  let ms = seconds * 1000;
  let isLate = false;
  const cancel = io.after(connectSeconds * 1000, () => {
    isLate = connection.openedAt === 0 && connectSeconds < seconds;
    if (isLate) connection.close();
  });
  abort?.addEventListener("abort", giveUp, { once: true });
  const ended = await connection.exchange(packet, reader, ms);
  abort?.removeEventListener("abort", giveUp);
  cancel();
  connection.close();
  if (ended.kind === "read") return reader.result;
  if (isLate) ms = connectSeconds * 1000;
  const ending = isLate ? ({ kind: "late", phase: "connect" } as const) : ended;
  const reason = endingReason(ending, { endpoint, received: reader.received, ms });
  return { kind: isSilent(ending, reader) ? "silent" : "failed", reason };
}

/** The server took the request and closed without a word. */
function isSilent(ending: Exclude<Ending, { kind: "read" }>, { received }: ReplyReader): boolean {
  return ending.kind === "closed" && ending.phase === "open" && !isTlsFailure(ending) && received === 0;
}

class ReplyReader {
  readonly #decoder: PacketDecoder;
  received = 0;
  result: Exchanged = { kind: "failed", reason: "no reply" };

  constructor(mostBytes: number) {
    this.#decoder = new PacketDecoder(mostBytes);
  }

  /** The chunk is only lent: the decoder gets a copy. */
  feed(chunk: Uint8Array): boolean {
    this.received += chunk.length;
    const decoded = this.#decoder.push(Buffer.from(chunk));
    if (decoded.kind === "incomplete") return false;
    this.result =
      decoded.kind === "packet" ? { kind: "reply", body: decoded.body } : { kind: "failed", reason: decoded.reason };
    return true;
  }
}
