import type { EventEmitter } from "node:events";
import type { Client, Server } from "memjs";
import type { Ending, Phase } from "../../io/connection.ts";
import { deadline } from "../../io/deadline.ts";
import type { Io } from "../../io/io.ts";
import { errorText } from "../../words/error-text.ts";
import type { Credentials } from "./access.ts";
import type { Address } from "./address.ts";

/** What `stats` in all its forms answers, by name. */
export type StatTexts = Readonly<Record<string, string>>;

/** - refused: the login failed. - foreign: these are no bytes of the binary protocol, or too many. */
export type LinkEnding =
  | Exclude<Ending, { kind: "read" }>
  | { readonly kind: "read"; readonly replies: readonly StatTexts[] }
  | { readonly kind: "refused" }
  | { readonly kind: "foreign"; readonly found: string };

/** memjs's own timers must never act: they only watch for silence, and leave the socket open. In seconds. */
const NEVER = 3600;

const MOST_BYTES = 2 ** 20;
const REPLY = 0x81;
const QUIET = { log: (): void => undefined };

/**
 * One connection of memjs 1.3.2, guarded. memjs alone never calls back when the server closes with a request pending,
 * poisons itself when that happens in mid-reply, has no deadline against a server that drips, and calls back twice for
 * an unknown name. So: an own deadline and byte limit, every exchange settles once, and after anything but a whole
 * reply the socket is destroyed and the object thrown away. Needs the private `_socket`: memjs is pinned.
 */
export class MemjsLink {
  readonly #io: Io;
  readonly #server: Server;
  readonly #client: Client;
  #socket: Socket | undefined;
  #phase: Phase = "connect";
  #received = 0;
  #error: { readonly code: string | undefined; readonly text: string } | undefined;
  #gone = false;
  #settle: ((ending: LinkEnding) => void) | undefined;

  constructor(io: Io, memjs: typeof import("memjs"), { endpoint }: Address, credentials: Credentials | undefined) {
    this.#io = io;
    this.#server = newServer(memjs, endpoint, credentials);
    this.#client = new memjs.Client([this.#server], { logger: QUIET });
  }

  get usable(): boolean {
    return !this.#gone;
  }

  /** Bytes of this exchange. */
  get received(): number {
    return this.#received;
  }

  /** @param keys "" for the general statistics, "items" and so on */
  exchange(keys: readonly string[], ms: number): Promise<LinkEnding> {
    return new Promise((resolve) => {
      const cancel = deadline(this.#io, ms, () => this.#finish({ kind: "late", phase: this.#phase }));
      this.#received = 0;
      this.#settle = (ending): void => {
        cancel();
        resolve(ending);
      };
      this.#ask(keys);
    });
  }

  close(): void {
    this.#gone = true;
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.removeAllListeners();
    socket?.on("error", () => undefined);
    socket?.destroy();
  }

  #ask(keys: readonly string[]): void {
    const replies: StatTexts[] = [];
    for (const key of keys) {
      this.#client.statsWithKey(key, (error: unknown, _server, stats) => {
        if (error !== null) this.#finish(this.#failure(error));
        else if (replies.push(stats ?? {}) === keys.length) this.#finish({ kind: "read", replies });
      });
    }
    this.#watch();
  }

  /** memjs makes its socket with the first request. */
  #watch(): void {
    const socket = (this.#server as unknown as { readonly _socket?: Socket })._socket;
    if (socket === undefined || socket === this.#socket) return;
    this.#socket = socket;
    // All requests in one write: a server that refuses the first closes, and the error of a later write would hide why.
    socket.cork();
    socket.on("connect", () => {
      this.#phase = "open";
      socket.uncork();
    });
    socket.prependListener("data", (chunk: Uint8Array) => this.#check(chunk));
    socket.prependListener("error", (error: Error & { readonly code?: string }) => {
      this.#error = { code: error.code, text: error.message };
      this.#finish(this.#closing());
    });
    socket.prependListener("close", () => this.#finish(this.#closing()));
  }

  #check(chunk: Uint8Array): void {
    if (this.#received === 0 && chunk[0] !== REPLY)
      this.#finish({ kind: "foreign", found: "no reply of the binary protocol" });
    this.#received += chunk.length;
    if (this.#received > MOST_BYTES) this.#finish({ kind: "foreign", found: `more than ${MOST_BYTES} bytes` });
  }

  /** memjs throws texts where a login failed, errors elsewhere. */
  #failure(error: unknown): LinkEnding {
    if (typeof error === "string") return { kind: "refused" };
    return { kind: "foreign", found: errorText(error) };
  }

  #closing(): LinkEnding {
    return { kind: "closed", phase: this.#phase, code: this.#error?.code, text: this.#error?.text ?? "" };
  }

  #finish(ending: LinkEnding): void {
    if (ending.kind !== "read") this.close();
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(ending);
  }
}

/** The part of node's socket that is needed here. */
interface Socket extends EventEmitter {
  cork(): void;
  uncork(): void;
  destroy(): void;
}

/** Host and port go to net.connect as they are, so a path in the port's place is a unix socket. */
function newServer(
  memjs: typeof import("memjs"),
  endpoint: Address["endpoint"],
  login: Credentials | undefined,
): Server {
  const [host, port] = endpoint.kind === "unix" ? [undefined, endpoint.path] : [endpoint.host, endpoint.port];
  const options = { timeout: NEVER, conntimeout: NEVER };
  const server = Reflect.construct(memjs.Server, [host, port, login?.user, login?.password, options]);
  // Without a login memjs takes one from the environment.
  return Object.assign(server, { username: login?.user, password: login?.password });
}
