import type { Socket } from "node:net";

/** How many handshakes may be under way. */
export interface HandshakeLimits {
  readonly perPeer: number;
  readonly inAll: number;
}

/** Each takes some 40 KB. A Zabbix proxy opens hundreds of connections at once; those beyond wait for some milliseconds. */
export const HANDSHAKE_LIMITS: HandshakeLimits = { perPeer: 64, inAll: 256 };

export interface HandshakeOptions {
  readonly limits: HandshakeLimits;
  /** Calls back in the next turn of the event loop. */
  readonly nextTurn: (callback: () => void) => void;
  /** Closes a connection in favour of another peer's, and calls `leave` for it. */
  readonly crowd: (socket: Socket) => void;
}

/**
 * Begins TLS handshakes one in a turn of the event loop, the peers in turn: each costs up to some milliseconds before it is
 * known who asks, so a peer that begins thousands delays nobody but itself.
 */
export class Handshakes {
  readonly #options: HandshakeOptions;
  readonly #waiting = new Map<string, Map<Socket, () => void>>();
  /** Oldest first. */
  readonly #running = new Map<string, Set<Socket>>();
  #size = 0;
  #begun = false;

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  /** @param begin called once it is this connection's turn; never after `leave` */
  enter(socket: Socket, peer: string, begin: () => void): void {
    const queue = this.#waiting.get(peer) ?? new Map<Socket, () => void>();
    this.#waiting.set(peer, queue.set(socket, begin));
    this.#advance();
  }

  /** To be called for each connection that entered: when its handshake is over, or when it is gone. */
  leave(socket: Socket, peer: string): void {
    const queue = this.#waiting.get(peer);
    if (queue?.delete(socket) && queue.size === 0) this.#waiting.delete(peer);
    const running = this.#running.get(peer);
    if (running?.delete(socket)) this.#size -= 1;
    if (running?.size === 0) this.#running.delete(peer);
    this.#advance();
  }

  #advance(): void {
    if (this.#begun) return;
    this.#begun = true; // also while others have to leave for the next one
    const begin = this.#next();
    if (begin === undefined) {
      this.#begun = false;
      return;
    }
    this.#options.nextTurn(() => {
      this.#begun = false;
      this.#advance();
    });
    begin();
  }

  /** The oldest waiting connection of the first peer that may have one more; the peer then goes to the end. */
  #next(): (() => void) | undefined {
    const largest = this.#size < this.#options.limits.inAll ? undefined : this.#largest();
    for (const [peer, queue] of this.#waiting) {
      const [first] = queue;
      if (first === undefined || !this.#hasRoom(peer, largest)) continue;
      const [socket, begin] = first;
      queue.delete(socket);
      this.#waiting.delete(peer);
      if (queue.size > 0) this.#waiting.set(peer, queue);
      this.#run(socket, peer);
      return begin;
    }
    return undefined;
  }

  #run(socket: Socket, peer: string): void {
    this.#running.set(peer, (this.#running.get(peer) ?? new Set<Socket>()).add(socket));
    this.#size += 1;
  }

  /** @param largest given when there are too many in all: its peer loses the oldest one to a peer that has fewer */
  #hasRoom(peer: string, largest: ReadonlySet<Socket> | undefined): boolean {
    const own = this.#running.get(peer)?.size ?? 0;
    if (own >= this.#options.limits.perPeer) return false;
    if (largest === undefined) return true;
    const [oldest] = largest;
    if (oldest === undefined || largest.size <= own) return false;
    this.#options.crowd(oldest);
    return true;
  }

  #largest(): ReadonlySet<Socket> {
    let largest = new Set<Socket>();
    for (const running of this.#running.values()) if (running.size > largest.size) largest = running;
    return largest;
  }
}
