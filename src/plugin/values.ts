import { connect, type Socket } from "node:net";
import { isObject, parseJson } from "../zabbix/json.ts";
import { encodePacket, PacketDecoder } from "../zabbix/packet.ts";
import type { Check, Told } from "./check.ts";
import { obstacle } from "./probe.ts";

const MOST_REPLY = 64 << 20;
/** Of one request: the control socket takes requests of 256 kB, a key has at most 2 kB. */
const MOST_KEYS = 100;
/** A daemon answers from memory; silence this long means that it hangs. */
const SILENT_MS = 10_000;
/** A daemon that is restarted is away for less: checks wait for the next one so long. */
const GRACE_MS = 2000;
const AGAIN_MS = 100;
/** The agent asks at most 1,000 at once; beyond that there are some for whom nobody waits any more. */
const MOST_WAITING = 2000;

/**
 * Asks a control socket on one kept connection. Keys that are asked while an answer is awaited go together in the next
 * request.
 */
export class Values {
  readonly #path: string;
  #waiting: Check[] = [];
  #sent: readonly Check[] = [];
  #socket: Socket | undefined;
  #again: NodeJS.Timeout | undefined;
  /** performance.now() of the first failure since an answer. */
  #failedAt: number | undefined;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  ask(check: Check): void {
    if (this.#waiting.length >= MOST_WAITING) this.#waiting = this.#waiting.filter(({ over }) => !over);
    this.#waiting.push(check);
    if (this.#waiting.length === 1) setImmediate(() => this.#send());
  }

  /** Gives back what nobody has answered, for somebody else to answer. */
  close(): readonly Check[] {
    this.#closed = true;
    clearTimeout(this.#again);
    this.#socket?.destroy();
    return [...this.#sent, ...this.#waiting];
  }

  #send(): void {
    if (this.#closed || this.#sent.length > 0 || this.#again !== undefined) return;
    this.#waiting = this.#waiting.filter(({ over }) => !over);
    this.#sent = this.#waiting.splice(0, MOST_KEYS);
    if (this.#sent.length === 0) return;
    this.#socket ??= this.#connect();
    const data = this.#sent.map(({ key }) => ({ key }));
    this.#socket.write(encodePacket(Buffer.from(JSON.stringify({ request: "passive checks", data }))));
    this.#socket.setTimeout(SILENT_MS);
  }

  #connect(): Socket {
    const socket = connect({ path: this.#path });
    const decoder = new PacketDecoder(MOST_REPLY);
    const lose = (error: NodeJS.ErrnoException) => {
      socket.destroy();
      if (this.#socket === socket) this.#lose(error);
    };
    socket.on("error", lose);
    socket.on("end", () => lose(new Error("it closed the connection")));
    socket.on("timeout", () => {
      if (this.#sent.length > 0) lose(new Error(`nothing came within ${SILENT_MS / 1000} s`));
    });
    socket.on("data", (chunk) => {
      const decoded = decoder.push(chunk);
      if (decoded.kind === "malformed") lose(new Error(decoded.reason));
      if (decoded.kind === "packet") this.#answered(decoded.body);
    });
    return socket;
  }

  #answered(body: Buffer): void {
    const told = results(body.toString("utf8"), this.#sent.length);
    const asked = this.#sent;
    this.#sent = [];
    this.#failedAt = undefined;
    for (const [at, check] of asked.entries()) check.answer(told[at] ?? MISSING);
    this.#send();
  }

  /** To ask twice does no harm: what was sent goes to the next daemon, unless that takes too long or is in vain. */
  #lose(error: NodeJS.ErrnoException): void {
    this.#socket = undefined;
    if (this.#closed || this.#sent.length === 0) return;
    this.#waiting.unshift(...this.#sent);
    this.#sent = [];
    this.#failedAt ??= performance.now();
    if (error.code === "EACCES" || performance.now() - this.#failedAt > GRACE_MS) {
      for (const check of this.#waiting.splice(0)) check.fail(obstacle(this.#path, error));
      return;
    }
    this.#again = setTimeout(() => {
      this.#again = undefined;
      this.#send();
    }, AGAIN_MS);
  }
}

const MISSING: Told = { kind: "error", reason: "Tidemark's answer holds fewer values than were asked for." };

/** One per key, in order; a reply that is not understood says so for each. */
function results(body: string, count: number): readonly Told[] {
  const reply = parseJson(body);
  if (isObject(reply) && Array.isArray(reply["data"])) return reply["data"].map(told);
  const error = isObject(reply) ? reply["error"] : undefined;
  const reason = typeof error === "string" ? error : "Tidemark's answer was not understood.";
  return Array.from({ length: count }, () => ({ kind: "error", reason }));
}

/** A null is no value, which agent 2's protocol has no word for. */
function told(result: unknown): Told {
  if (!isObject(result)) return MISSING;
  const { value, error, reason } = result;
  if (typeof value === "string") return { kind: "value", text: value };
  const why = typeof error === "string" ? error : reason;
  return { kind: "error", reason: typeof why === "string" ? why : "Tidemark gave no reason." };
}
