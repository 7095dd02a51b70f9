import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import type { Answered } from "../items/registry.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { encodePacket, PacketDecoder } from "../zabbix/packet.ts";
import {
  decodePassiveRequest,
  encodeJsonError,
  encodeJsonReply,
  encodePlainReply,
  PROTOCOL_VERSION,
  VARIANT,
} from "../zabbix/passive.ts";
import { type Connection, type ConnectionLimits, Connections, connectionLimit } from "./connections.ts";
import { type Door, doorText, listening } from "./listening.ts";
import { PeerRates } from "./peer-rates.ts";
import type { Peers } from "./peers.ts";
import { type Refusal, Refusals } from "./refusals.ts";
import { ReplyCache } from "./reply-cache.ts";
import type { Accept } from "./tls/compile.ts";
import { Entrance } from "./tls/entrance.ts";
import { BROKEN_OFF } from "./tls/verdict.ts";

/** What is needed of the registry: answers from memory, and the number that changes with what they are made of. */
export interface Answers {
  ask(key: string): Answered;
  readonly generation: number;
}

/** What a reload of the configuration may change while the server runs. */
export interface PassiveRules {
  readonly peers: Peers;
  readonly registry: Answers;
  /** `TLSAccept` and what it needs. */
  readonly accept: Accept;
  /** From accepting a connection to its complete request, and from the answer to its having been taken. */
  readonly timeoutSeconds: number;
  /** `PeerRate`: connections a second of one address; 0: any number. */
  readonly peerRate: number;
}

export interface PassiveOptions extends PassiveRules {
  /** `ListenIP`: IPv4 and IPv6 addresses. `::` serves both families unless `0.0.0.0` is listed too. */
  readonly addresses: readonly string[];
  readonly port: number;
  /** Descriptors of sockets that listen already. When there are some, addresses and port do not count. */
  readonly inherited?: readonly number[];
  readonly io: Pick<Io, "now" | "after" | "readText">;
  readonly log: Log;
  /** Default: `connectionLimit` of this process and 16 MiB. */
  readonly limits?: ConnectionLimits;
}

/** Largest request body in bytes. Keys have at most 2,048 characters. */
const MOST_BODY = 64 << 10;
const MOST_HELD = 16 << 20;
/** A burst of one server's checks arrives within milliseconds: with the default of 511 some wait for a SYN retry. */
const BACKLOG = 4096;
const SWEEP_MS = 250;

/** Starts a server on all addresses; malformed with a fragment that names the address when one cannot be had. */
export async function listenPassive(options: PassiveOptions): Promise<Parsed<PassiveServer>> {
  const server = new PassiveServer(options);
  for (const door of doors(options)) {
    const failed = await server.listen(door);
    if (failed === undefined) continue;
    await server.close();
    return malformed(failed);
  }
  return ok(server);
}

function doors({ addresses, port, inherited = [] }: PassiveOptions): readonly Door[] {
  if (inherited.length > 0) return inherited.map((fd) => ({ fd }));
  return addresses.map((host) => ({ host, port, ipv6Only: host === "::" && addresses.includes("0.0.0.0") }));
}

/**
 * Answers passive checks: one request a connection, in the plain and the JSON form, from memory.
 *
 * Whatever is not one Zabbix packet of an allowed peer costs its own connection only, which is closed without a byte, as
 * the agents do it. There are no timers, closures or buffers per connection: one timer sweeps all of them.
 */
export class PassiveServer {
  readonly #io: Pick<Io, "now" | "after">;
  readonly #log: Log;
  readonly #refusals: Refusals;
  readonly #connections: Connections;
  readonly #replies = new ReplyCache();
  readonly #rates = new PeerRates();
  readonly #servers: Server[] = [];
  readonly #onData = withSocket((socket, chunk: Buffer) => this.#receive(socket, chunk));
  readonly #onClose = withSocket((socket) => this.#closed(socket));
  readonly #entrance: Entrance;
  #rules: PassiveRules;
  #requests = 0;
  #stopSweep: (() => void) | undefined;

  constructor(options: PassiveOptions) {
    this.#rules = options;
    this.#entrance = new Entrance(options.accept, {
      opened: (socket, secure) => this.#opened(socket, secure),
      refused: (socket, { refusal, found }) => this.#refuse(socket, refusal, found),
    });
    this.#io = options.io;
    this.#log = options.log;
    this.#refusals = new Refusals(options.log);
    const connections = connectionLimit(options.io.readText("/proc/self/limits"));
    this.#connections = new Connections(options.limits ?? { connections, held: MOST_HELD }, (socket, refusal, found) =>
      this.#refuse(socket, refusal, found),
    );
  }

  /** Requests answered so far. */
  get requests(): number {
    return this.#requests;
  }

  /** Connections closed without an answer so far, by reason. */
  get refused(): ReadonlyMap<Refusal, number> {
    return this.#refusals.counts;
  }

  /** Takes other rules for all connections from now on; handshakes that have begun end by the old ones. */
  apply(rules: PassiveRules): void {
    this.#rules = rules;
    this.#entrance.apply(rules.accept);
    this.#replies.clear();
  }

  /** Where it listens; what is no IP socket is left out. */
  get addresses(): readonly AddressInfo[] {
    return this.#servers.map((server) => server.address()).filter((at) => typeof at === "object" && at !== null);
  }

  /** Listens on one more address; resolves to what is wrong when that cannot be. */
  async listen(door: Door): Promise<string | undefined> {
    const server = createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket));
    const failed = await listening(server, door, BACKLOG);
    if (failed !== undefined) return failed;
    this.#servers.push(server);
    server.on("error", ({ message }) =>
      this.#log.warning(`Cannot accept a connection on ${doorText(door)}: ${message}.`),
    );
    return undefined;
  }

  /** Stops listening and drops all connections. */
  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise((resolve) => server.close(resolve)));
    this.#stopSweep?.();
    this.#stopSweep = undefined;
    for (const socket of this.#connections.sockets()) socket.destroy();
    await Promise.all(closed);
  }

  /** The socket comes paused: nothing is read from a peer that is not allowed. */
  #accept(socket: Socket): void {
    socket.on("error", ignore);
    const peer = socket.remoteAddress;
    if (peer === undefined) {
      socket.destroy(); // reset before it was accepted
      return;
    }
    const verdict = this.#rules.peers.admits(peer);
    if (verdict === false) {
      this.#refuseStranger(socket, peer);
      return;
    }
    const now = this.#io.now().mono;
    if (!this.#rates.admits(peer, now, this.#rules.peerRate)) {
      const found = `it connects more than ${this.#rules.peerRate} times a second ("PeerRate")`;
      this.#refusals.record("rate", { peer, found, now });
      socket.destroy();
      return;
    }
    socket.on("close", this.#onClose);
    socket.on("data", this.#onData);
    this.#track(socket, { ...NEW, peer, since: now });
    if (verdict === true) socket.resume();
    else this.#awaitVerdict(socket, peer, verdict);
  }

  #awaitVerdict(socket: Socket, peer: string, verdict: Promise<boolean>): void {
    const settle = (admitted: boolean) => {
      if (this.#connections.get(socket) === undefined) return;
      if (admitted) socket.resume();
      else this.#refuseStranger(socket, peer);
    };
    verdict.then(settle, () => settle(false));
  }

  #track(socket: Socket, connection: Connection): void {
    this.#connections.add(socket, connection);
    this.#stopSweep ??= this.#io.after(SWEEP_MS, () => this.#sweep());
  }

  #receive(socket: Socket, chunk: Buffer): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined || connection.answered) return; // bytes behind an answered request are ignored
    const { registry } = this.#rules;
    const first = connection.decoder === undefined;
    if (first && connection.secure === undefined && !this.#entrance.leavesAlone(chunk)) {
      this.#encrypt(socket, connection, chunk);
      return;
    }
    const kept = first ? this.#replies.get(chunk, registry.generation, this.#io.now().mono) : undefined;
    if (kept === undefined) this.#decode(socket, connection, chunk);
    else this.#send(socket, connection, kept);
  }

  /** The first byte has decided: the connection goes on with TLS, or not at all. */
  #encrypt(socket: Socket, connection: Connection, chunk: Buffer): void {
    socket.pause();
    socket.off("data", this.#onData);
    socket.unshift(chunk);
    connection.handshake = true;
    const verdict = this.#entrance.lead(socket, connection.peer, chunk);
    if (verdict === undefined) this.#connections.hold(connection, chunk.length);
    else this.#refuse(socket, verdict.refusal, verdict.found);
  }

  #opened(socket: Socket, secure: Socket): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) {
      secure.destroy();
      return;
    }
    this.#connections.hold(connection, 0);
    connection.handshake = false;
    connection.secure = secure;
    this.#entrance.leave(socket, connection.peer);
    secure.on("error", ({ message }) => this.#refuse(socket, "handshake", `it broke the rules of TLS: ${message}`));
    secure.on("data", (chunk) => this.#receive(socket, chunk));
  }

  #decode(socket: Socket, connection: Connection, chunk: Buffer): void {
    const raw = connection.decoder === undefined ? chunk : undefined;
    connection.decoder ??= new PacketDecoder(MOST_BODY);
    const { decoder } = connection;
    const decoded = decoder.push(chunk);
    if (decoded.kind === "incomplete") this.#connections.hold(connection, decoder.rest);
    else if (decoded.kind === "malformed") this.#refuse(socket, "malformed", decoded.reason);
    else if (decoder.rest > 0) this.#refuse(socket, "malformed", `${decoder.rest} bytes behind the packet`);
    else this.#answer(socket, connection, { body: decoded.body, raw });
  }

  /** @param request `raw`: its packet, when that came in one piece */
  #answer(
    socket: Socket,
    connection: Connection,
    { body, raw }: { readonly body: Buffer; readonly raw: Buffer | undefined },
  ): void {
    const { registry } = this.#rules;
    try {
      const answer = answerTo(body, registry);
      if (raw !== undefined) this.#replies.put(raw, answer, registry.generation);
      this.#send(socket, connection, answer.reply);
    } catch (error) {
      this.#refuse(socket, "failed", `${error instanceof Error ? error.stack : error}`);
    }
  }

  /** The kernel has the whole answer at once, unless it is larger than the socket's buffer. */
  #send(socket: Socket, { peer, secure }: Connection, reply: Buffer): void {
    this.#requests += 1;
    this.#connections.delete(socket);
    const stream = secure ?? socket;
    stream.end(reply);
    stream.destroySoon();
    const held = stream.writableLength;
    if (held > 0) this.#track(socket, { ...NEW, peer, since: this.#io.now().mono, answered: true, held, secure });
  }

  #refuseStranger(socket: Socket, peer: string): void {
    this.#refusals.record("peer", { peer, found: 'its address is not in "Server"', now: this.#io.now().mono });
    this.#drop(socket);
  }

  /** A connection is refused once: what still comes of it counts no more. */
  #refuse(socket: Socket, refusal: Refusal, found: string): void {
    const connection = this.#connections.get(socket);
    if (connection === undefined) return;
    this.#refusals.record(refusal, { peer: connection.peer, found, now: this.#io.now().mono });
    this.#drop(socket);
  }

  #drop(socket: Socket): void {
    const connection = this.#connections.get(socket);
    this.#connections.delete(socket);
    if (!connection?.handshake) {
      socket.destroy();
      return;
    }
    this.#entrance.leave(socket, connection.peer);
    // What TLS has to say is written in this turn: an alert, or the end of a handshake whose peer may not go on.
    setImmediate(() => socket.destroy());
  }

  #closed(socket: Socket): void {
    if (this.#connections.get(socket)?.handshake) this.#refuse(socket, "handshake", BROKEN_OFF);
    else this.#connections.delete(socket);
  }

  #sweep(): void {
    this.#stopSweep = undefined;
    const { timeoutSeconds } = this.#rules;
    this.#connections.expire(this.#io.now().mono - timeoutSeconds, timeoutSeconds);
    if (this.#connections.size > 0) this.#stopSweep = this.#io.after(SWEEP_MS, () => this.#sweep());
  }
}

const NEW = { answered: false, decoder: undefined, held: 0, handshake: false, secure: undefined } as const;

/** One packet, and the monotonic second to which it may be given again (0: it may not). */
function answerTo(body: Buffer, registry: Answers): { readonly reply: Buffer; readonly until: number } {
  const request = decodePassiveRequest(body);
  if ("error" in request) {
    return { reply: encodePacket(encodeJsonError(request.error, PROTOCOL_VERSION, VARIANT)), until: 0 };
  }
  const answered = registry.ask(request.key);
  const plain = request.form === "plain";
  const reply = plain ? encodePlainReply(answered) : encodeJsonReply(answered, PROTOCOL_VERSION, VARIANT);
  return { reply: encodePacket(reply), until: answered.until };
}

/** One listener for all sockets: a closure for each of them is a measurable part of a check. */
function withSocket<T>(listener: (socket: Socket, argument: T) => void): (this: Socket, argument: T) => void {
  return function (this: Socket, argument: T) {
    listener(this, argument);
  };
}

/** A connection that breaks is closed by Node; there is nobody to tell. */
function ignore(): void {}
