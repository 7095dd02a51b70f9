import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import type { Log } from "../../../src/io/log.ts";
import type { Answered } from "../../../src/items/registry.ts";
import { type PassiveOptions, PassiveServer } from "../../../src/transports/passive-server.ts";
import type { Accept } from "../../../src/transports/tls/compile.ts";
import { parseKey } from "../../../src/zabbix/key.ts";
import { freePort } from "../../real/address.ts";

/** Containers often have no IPv6 at all. */
export const HAS_IPV6 = Object.values(networkInterfaces()).some((entries) =>
  entries?.some(({ address }) => address === "::1"),
);

/** Time that stands still until it is moved; what became due then is called in order. */
export class HandClock {
  #mono = 1000;
  #due: { readonly at: number; readonly callback: () => void }[] = [];

  readonly now = () => ({ clock: 1_700_000_000 + this.#mono, mono: this.#mono });

  readonly after = (ms: number, callback: () => void) => {
    const entry = { at: this.#mono + ms / 1000, callback };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  };

  get waiting(): number {
    return this.#due.length;
  }

  move(seconds: number): void {
    const end = this.#mono + seconds;
    for (;;) {
      const next = this.#due.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#due = this.#due.filter((other) => other !== next);
      this.#mono = next.at;
      next.callback();
    }
    this.#mono = end;
  }
}

/** A log that keeps its lines as "level text". */
export function keptLog(): Log & { readonly lines: readonly string[] } {
  const lines: string[] = [];
  const keep = (level: string) => (text: string) => void lines.push(`${level} ${text}`);
  return { lines, error: keep("error"), warning: keep("warning"), info: keep("info"), debug: keep("debug") };
}

const VALUES: Readonly<Record<string, string>> = {
  "agent.ping": "1",
  "agent.version": "7.0.29",
  "agent.variant": "2",
  "agent.hostname": "g70",
  "up.empty": "",
  "up.multi": "a\r\nb",
  "up.utf8": "h\u00e9llo",
  "up.fail": "oops",
};

/** Answers the keys that the real agents were asked when the captures were made, as agent 2 answered them. */
export class StubRegistry {
  generation = 1;
  until = 0;
  readonly asked: string[] = [];

  ask(key: string): Answered {
    this.asked.push(key);
    return { ...this.#answer(key), until: this.until };
  }

  #answer(text: string) {
    const key = parseKey(text);
    if (key.kind === "malformed") return { kind: "unknown", reason: "Invalid item key format." } as const;
    const { name, params } = key.value;
    if (name === "up.echo") return valued([0, 1, 2].map((i) => params[i] ?? "").join("|"));
    if (name === "none") return { kind: "none", reason: "No requests in the last 5m." } as const;
    if (name === "big") return valued("x".repeat(Number(params[0])));
    if (name === "bug") throw new Error("a bug");
    const value = VALUES[name];
    if (value === undefined) return { kind: "unknown", reason: `Unknown metric ${name}` } as const;
    return params.length === 0 ? valued(value) : ({ kind: "unknown", reason: "Too many parameters." } as const);
  }
}

function valued(text: string) {
  return { kind: "value", text, clock: 0 } as const;
}

export interface Running {
  readonly server: PassiveServer;
  readonly clock: HandClock;
  readonly registry: StubRegistry;
  readonly log: ReturnType<typeof keptLog>;
  readonly at: { readonly host: string; readonly port: number };
}

/** `TLSAccept=unencrypted`, as it is without any TLS directive. */
export const UNENCRYPTED: Accept = { unencrypted: true, secure: undefined };

/** A passive server in this process, on an address of the test file, with a clock that the test moves. */
export async function passiveServer(host: string, options: Partial<PassiveOptions> = {}): Promise<Running> {
  const clock = new HandClock();
  const registry = new StubRegistry();
  const log = keptLog();
  const port = await freePort(host);
  const io = { now: clock.now, after: clock.after, readText: () => undefined };
  const peers = { admits: () => true };
  const server = new PassiveServer({
    addresses: [host],
    port,
    peers,
    registry,
    accept: UNENCRYPTED,
    timeoutSeconds: 3,
    peerRate: 0,
    io,
    log,
    ...options,
  });
  const failed = await server.listen({ host, port, ipv6Only: false });
  if (failed !== undefined) throw new Error(failed);
  return { server, clock, registry, log, at: { host, port } };
}

/** The asker's side of one connection; it sees everything that happens to it. */
export class Asker {
  readonly #socket: Socket;
  readonly #chunks: Buffer[] = [];
  #closed = false;
  /** Settles when the first bytes have come, or none will. */
  readonly answered: Promise<void>;
  /** Settles with all bytes received once the other side has closed or reset the connection. */
  readonly closed: Promise<Buffer>;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("error", () => undefined); // FIN or RST: both are "closed"
    this.answered = new Promise((resolve) => void socket.once("data", () => resolve()).once("close", () => resolve()));
    this.closed = new Promise((resolve) => {
      socket.on("data", (chunk) => void this.#chunks.push(chunk));
      socket.on("close", () => {
        this.#closed = true;
        resolve(this.received);
      });
    });
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Settles when the bytes are with the kernel. */
  send(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#socket.write(bytes, () => resolve()));
  }

  halfClose(): void {
    this.#socket.end();
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  reset(): void {
    this.#socket.resetAndDestroy();
  }

  end(): void {
    this.#socket.destroy();
  }
}

/** @param from local address of the asker; 127.0.0.1 when left out */
export function asker(at: { readonly host: string; readonly port: number }, from?: string): Promise<Asker> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...at, allowHalfOpen: true, ...(from === undefined ? {} : { localAddress: from }) });
    socket.once("error", reject);
    socket.once("connect", () => {
      socket.off("error", reject);
      resolve(new Asker(socket));
    });
    socket.once("end", () => socket.end());
  });
}

/** Sends all bytes at once and waits for the end of the connection. */
export async function exchange(
  at: { readonly host: string; readonly port: number },
  bytes: Uint8Array,
  end: "half-close" | "stay" = "stay",
): Promise<Buffer> {
  const one = await asker(at);
  await one.send(bytes);
  if (end === "half-close") one.halfClose();
  return one.closed;
}
