import { connect, type Socket } from "node:net";
import { encodePacket, PacketDecoder } from "../zabbix/packet.ts";

/** What came of one key; `reason` is a finished sentence. */
export type Told =
  | { readonly kind: "value"; readonly text: string }
  | { readonly kind: "error"; readonly reason: string };

interface Asked {
  readonly key: string;
  readonly tell: (told: Told) => void;
}

const MOST_REPLY = 64 << 20;
/** Of one request: the control socket takes requests of 256 kB, a key has at most 2 kB. */
const MOST_KEYS = 100;
/** A daemon answers from memory; silence this long means that it hangs. */
const SILENT_MS = 10_000;

/**
 * Asks the daemon's control socket on one kept connection. Keys that are asked while an answer is awaited go together
 * in the next request.
 */
export class Values {
  readonly #path: string;
  readonly #waiting: Asked[] = [];
  #sent: readonly Asked[] = [];
  #socket: Socket | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  ask(key: string, tell: (told: Told) => void): void {
    this.#waiting.push({ key, tell });
    if (this.#waiting.length === 1) setImmediate(() => this.#send());
  }

  close(): void {
    this.#socket?.destroy();
  }

  #send(): void {
    if (this.#sent.length > 0 || this.#waiting.length === 0) return;
    this.#sent = this.#waiting.splice(0, MOST_KEYS);
    this.#socket ??= this.#connect();
    const data = this.#sent.map(({ key }) => ({ key }));
    this.#socket.write(encodePacket(Buffer.from(JSON.stringify({ request: "passive checks", data }))));
    this.#socket.setTimeout(SILENT_MS);
  }

  #connect(): Socket {
    const socket = connect({ path: this.#path });
    const decoder = new PacketDecoder(MOST_REPLY);
    const lost = (found: string) => {
      socket.destroy();
      if (this.#socket === socket) this.#lose(found);
    };
    socket.on("error", ({ message }) => lost(message));
    socket.on("end", () => lost("it closed the connection"));
    socket.on("timeout", () => (this.#sent.length > 0 ? lost(`nothing came within ${SILENT_MS / 1000} s`) : undefined));
    socket.on("data", (chunk) => {
      const decoded = decoder.push(chunk);
      if (decoded.kind === "malformed") lost(decoded.reason);
      if (decoded.kind === "packet") this.#answered(decoded.body);
    });
    return socket;
  }

  #answered(body: Buffer): void {
    const told = results(body, this.#sent.length);
    const asked = this.#sent;
    this.#sent = [];
    for (const [at, { tell }] of asked.entries()) tell(told[at] ?? MISSING);
    this.#send();
  }

  /** What waits is not lost with it: the next connection may be to a daemon that was just restarted. */
  #lose(found: string): void {
    const asked = this.#sent;
    this.#sent = [];
    this.#socket = undefined;
    for (const { tell } of asked) tell({ kind: "error", reason: `No tidemark answers at "${this.#path}": ${found}.` });
    this.#send();
  }
}

const MISSING: Told = { kind: "error", reason: "Tidemark's answer holds fewer values than were asked for." };

/** One per key, in order; a reply that is not understood says so for each. */
function results(body: Buffer, count: number): readonly Told[] {
  try {
    const reply = JSON.parse(body.toString("utf8")) as { data?: unknown; error?: unknown };
    if (Array.isArray(reply.data)) return reply.data.map(told);
    return repeated(typeof reply.error === "string" ? reply.error : "Tidemark's answer has no data.", count);
  } catch (error) {
    return repeated(`Tidemark's answer is not JSON: ${error instanceof Error ? error.message : error}.`, count);
  }
}

function repeated(reason: string, count: number): readonly Told[] {
  return Array.from({ length: count }, () => ({ kind: "error", reason }));
}

/** A null is no value, which agent 2's protocol has no word for. */
function told(result: { value?: unknown; error?: unknown; reason?: unknown }): Told {
  if (typeof result.value === "string") return { kind: "value", text: result.value };
  const reason = typeof result.error === "string" ? result.error : result.reason;
  return { kind: "error", reason: typeof reason === "string" ? reason : "Tidemark gave no reason." };
}
