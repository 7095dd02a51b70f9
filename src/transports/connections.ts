import type { Socket } from "node:net";
import type { PacketDecoder } from "../zabbix/packet.ts";
import type { Refusal } from "./refusals.ts";

/** A connection whose request is not complete yet, or whose answer was not taken yet. */
export interface Connection {
  readonly peer: string;
  /** Monotonic seconds of its beginning, or of its answer. */
  readonly since: number;
  readonly answered: boolean;
  /** There once a request began that was not complete in its first chunk. */
  decoder: PacketDecoder | undefined;
  /** Bytes of its incomplete request, or of its answer that was not taken. */
  held: number;
  /** Whether a TLS handshake has begun and is not over. */
  handshake: boolean;
  /** What its bytes are read from and written to instead, once a TLS handshake is over. */
  secure: Socket | undefined;
}

export interface ConnectionLimits {
  /** Connections at once; past it each peer keeps its fair share and loses its oldest ones. */
  readonly connections: number;
  /** Bytes held by all connections together; past it the oldest ones that hold some go. */
  readonly held: number;
}

const MOST_CONNECTIONS = 4096;

/**
 * Half of the descriptors that the process may have, at most 4,096: the other half belongs to targets and files.
 * @param procLimits /proc/self/limits, proc(5)
 */
export function connectionLimit(procLimits: string | undefined): number {
  const descriptors = /^Max open files +(\d+)/m.exec(procLimits ?? "")?.[1];
  return descriptors === undefined ? MOST_CONNECTIONS : Math.min(MOST_CONNECTIONS, Math.floor(Number(descriptors) / 2));
}

/** The open connections, oldest first, and who has to go when there are too many of them. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #refuse: (socket: Socket, refusal: Refusal, found: string) => void;
  readonly #open = new Map<Socket, Connection>();
  #held = 0;

  /** @param refuse closes a connection and calls `delete` for it */
  constructor(limits: ConnectionLimits, refuse: (socket: Socket, refusal: Refusal, found: string) => void) {
    this.#limits = limits;
    this.#refuse = refuse;
  }

  get size(): number {
    return this.#open.size;
  }

  get(socket: Socket): Connection | undefined {
    return this.#open.get(socket);
  }

  sockets(): Iterable<Socket> {
    return this.#open.keys();
  }

  /** The new one is the youngest: `since` never falls. */
  add(socket: Socket, connection: Connection): void {
    this.#open.set(socket, connection);
    if (this.#open.size > this.#limits.connections) this.#share();
    if (connection.held > 0) this.#grow(connection.held);
  }

  delete(socket: Socket): void {
    const connection = this.#open.get(socket);
    if (connection === undefined) return;
    this.#open.delete(socket);
    this.#held -= connection.held;
  }

  /** Notes how many bytes a connection holds now. */
  hold(connection: Connection, bytes: number): void {
    const more = bytes - connection.held;
    connection.held = bytes;
    this.#grow(more);
  }

  /** Refuses what began before a monotonic second. */
  expire(before: number, timeoutSeconds: number): void {
    for (const [socket, connection] of this.#open) {
      if (connection.since > before) return;
      this.#refuse(socket, "timeout", `${missed(connection)} within ${timeoutSeconds} s`);
    }
  }

  /** Makes room for a quarter more at the cost of the peers that hold most: a crowd of idle ones refuses nobody else. */
  #share(): void {
    const room = Math.floor(0.75 * this.#limits.connections);
    const holding = new Map<string, number>();
    for (const { peer } of this.#open.values()) holding.set(peer, (holding.get(peer) ?? 0) + 1);
    const share = Math.max(1, Math.floor(room / holding.size));
    for (const [socket, { peer }] of this.#open) {
      const own = holding.get(peer) ?? 0;
      if (own <= share && holding.size <= room) continue; // more peers than room: the oldest ones go
      if (this.#open.size <= room) return;
      holding.set(peer, own - 1);
      this.#refuse(socket, "crowded", `more than ${this.#limits.connections} connections at once`);
    }
  }

  #grow(bytes: number): void {
    this.#held += bytes;
    if (this.#held <= this.#limits.held) return;
    for (const [socket, { held }] of this.#open) {
      if (held > 0) this.#refuse(socket, "crowded", `more than ${this.#limits.held} bytes waiting in all connections`);
      if (this.#held <= this.#limits.held) return;
    }
  }
}

function missed({ answered, handshake }: Connection): string {
  if (answered) return "it did not take its answer";
  return handshake ? "it finished no TLS handshake" : "it sent no complete request";
}
