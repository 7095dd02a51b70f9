import type { Outcome, Requested, Send } from "../../../../src/transports/active/link.ts";
import { encodePacket, PacketDecoder } from "../../../../src/zabbix/packet.ts";

/** A row as a server reads it. */
export interface Received {
  readonly host: string;
  readonly key: string;
  readonly value?: string;
  readonly id?: number;
  readonly clock?: number;
  readonly ns?: number;
}

export interface Request {
  readonly request: string;
  readonly session?: string;
  readonly data: readonly Received[];
  readonly clock?: number;
}

/** A server with some trapper items, met without a network: a link whose requests it answers as real ones do. */
export class Trapper {
  readonly items = new Set<string>();
  readonly requests: Request[] = [];
  /** Values that were stored, "key=value at clock". */
  readonly history: string[] = [];
  readonly compressed: boolean[] = [];
  isDown = false;
  /** Answers once in another way than it should. */
  odd: string | undefined;
  trouble: string | undefined;
  succeeded: number | undefined;

  constructor(...items: readonly string[]) {
    for (const item of items) this.items.add(item);
  }

  async request<T>(attempt: (send: Send) => Promise<Outcome<T>>): Promise<Requested<T>> {
    const outcome = await attempt(this.#send);
    if (outcome.kind === "redirect") throw new Error("a redirect is the link's affair");
    this.trouble = outcome.kind === "done" ? undefined : outcome.reason;
    if (outcome.kind === "done") this.succeeded = 1;
    return outcome.kind === "failed" ? { kind: "failed", pause: 2 } : outcome;
  }

  /** The requests that brought values. */
  get batches(): readonly Request[] {
    return this.requests.filter(({ data }) => data.some(({ value }) => value !== undefined));
  }

  readonly #send: Send = async (packet) => {
    if (this.isDown) return { kind: "failed", reason: "it is down" };
    const decoded = new PacketDecoder(2 ** 24).push(packet);
    if (decoded.kind !== "packet") throw new Error(`no packet: ${decoded.kind}`);
    this.compressed.push(decoded.compressed);
    const request = JSON.parse(decoded.body.toString()) as Request;
    this.requests.push(request);
    const info = this.#take(request);
    const text = this.odd ?? JSON.stringify({ response: "success", info });
    this.odd = undefined;
    const reply = new PacketDecoder(2 ** 24).push(encodePacket(Buffer.from(text)));
    return { kind: "reply", body: reply.kind === "packet" ? reply.body : Buffer.alloc(0) };
  };

  #take({ data }: Request): string {
    const known = data.filter(({ key }) => this.items.has(key));
    for (const { key, value, clock } of known)
      if (value !== undefined) this.history.push(`${key}=${value} at ${clock}`);
    const failed = data.length - known.length;
    return `processed: ${known.length}; failed: ${failed}; total: ${data.length}; seconds spent: 0.000041`;
  }
}
