import type { Duplex } from "node:stream";
import { deadline } from "./deadline.ts";
import type { ConnectOptions, Endpoint, Io, TlsOptions } from "./io.ts";

/** Takes the bytes of an answer; true: it is whole. Chunks must not be kept. */
export interface Reader {
  feed(chunk: Uint8Array): boolean;
}

/** How far a connection has come. */
export type Phase = "connect" | "handshake" | "open";

/**
 * How an exchange ended.
 * - read: the reader has all it wants.
 * - late: it had not by the deadline; the connection is gone, since a late answer would be taken for the next one.
 * - closed: the peer or the system closed the connection; `code` names the error ("ECONNREFUSED"), undefined: it simply ended.
 */
export type Ending =
  | { readonly kind: "read" }
  | { readonly kind: "late"; readonly phase: Phase }
  | { readonly kind: "closed"; readonly phase: Phase; readonly code: string | undefined; readonly text: string };

/** One connection, for one exchange at a time. */
export class Connection {
  readonly #io: Io;
  readonly #socket: Duplex;
  #phase: Phase = "connect";
  #error: Error | undefined;
  #gone = false;
  #openedAt = 0;
  #exchange: { readonly reader: Reader; settle(ending: Ending): void } | undefined;

  constructor(io: Io, endpoint: Endpoint, tls?: TlsOptions) {
    this.#io = io;
    const lent = (chunk: Uint8Array): void => this.#receive(chunk);
    const options: ConnectOptions = tls === undefined ? { lent } : { lent, tls };
    this.#socket = io.connect(endpoint, options);
    this.#socket.on("connect", () => this.#reach(tls === undefined ? "open" : "handshake"));
    if (tls !== undefined) this.#socket.on("secureConnect", () => this.#reach("open"));
    this.#socket.on("error", (error: Error) => {
      this.#error = error;
    });
    this.#socket.on("close", () => this.#closed());
  }

  /** Another exchange can be tried. */
  get usable(): boolean {
    return !this.#gone;
  }

  /** When it stood, in monotonic milliseconds. */
  get openedAt(): number {
    return this.#openedAt;
  }

  /** Writes the request as soon as the connection stands, and reads until `reader` has enough or `ms` are over. */
  exchange(request: string | Uint8Array, reader: Reader, ms: number): Promise<Ending> {
    return new Promise((resolve) => {
      if (this.#gone) {
        resolve(this.#closing());
        return;
      }
      const cancel = deadline(this.#io, ms, () => this.#finish({ kind: "late", phase: this.#phase }));
      const settle = (ending: Ending): void => {
        cancel();
        resolve(ending);
      };
      this.#exchange = { reader, settle };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#gone = true;
    this.#socket.destroy();
  }

  #reach(phase: Phase): void {
    this.#phase = phase;
    this.#openedAt = this.#io.now().mono * 1000;
  }

  #receive(chunk: Uint8Array): void {
    if (this.#exchange === undefined) {
      this.close(); // unasked bytes would be taken for the next answer
      return;
    }
    if (this.#exchange.reader.feed(chunk)) this.#finish({ kind: "read" });
  }

  #finish(ending: Ending): void {
    if (ending.kind !== "read") this.close();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.settle(ending);
  }

  #closed(): void {
    this.#gone = true;
    this.#finish(this.#closing());
  }

  #closing(): Ending {
    return { kind: "closed", phase: this.#phase, code: codeOf(this.#error), text: this.#error?.message ?? "" };
  }
}

/** A name that resolves to several addresses fails with one error for each; they are nearly always alike. */
function codeOf(error: Error | undefined): string | undefined {
  if (error === undefined) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : error.name;
}
