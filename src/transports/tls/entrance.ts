import type { Socket } from "node:net";
import type { Accept } from "./compile.ts";
import { Door, type DoorEvents } from "./door.ts";
import { HANDSHAKE_LIMITS, Handshakes } from "./handshakes.ts";
import type { Verdict } from "./verdict.ts";

/** The first byte of a TLS connection: the type of a handshake record. No Zabbix packet begins with it. */
const TLS_HANDSHAKE = 0x16;

/** What `TLSAccept` says, for connections of one port: the first byte of each decides. */
export class Entrance {
  readonly #events: DoorEvents;
  readonly #handshakes: Handshakes;
  #unencrypted = false;
  #door: Door | undefined;

  constructor(accept: Accept, events: DoorEvents) {
    this.#events = events;
    this.#handshakes = new Handshakes({
      limits: HANDSHAKE_LIMITS,
      nextTurn: setImmediate,
      crowd: (socket) => events.refused(socket, CROWDED),
    });
    this.apply(accept);
  }

  /** From now on; handshakes that have begun end by the old rules. */
  apply({ unencrypted, secure }: Accept): void {
    this.#unencrypted = unencrypted;
    this.#door = secure === undefined ? undefined : new Door(secure, this.#events);
  }

  /** Whether a connection that begins with these bytes goes on as it is. */
  leavesAlone(beginning: Uint8Array): boolean {
    return this.#unencrypted && beginning[0] !== TLS_HANDSHAKE;
  }

  /** Leads any other connection, paused and with its beginning unread, through its handshake; a verdict when it may not. */
  lead(socket: Socket, peer: string, beginning: Uint8Array): Verdict | undefined {
    const door = this.#door;
    if (beginning[0] !== TLS_HANDSHAKE) return UNENCRYPTED;
    if (door === undefined) return ENCRYPTED;
    this.#handshakes.enter(socket, peer, () => door.begin(socket));
    return undefined;
  }

  /** To be called for each connection that was led, when its handshake is over or it is gone. */
  leave(socket: Socket, peer: string): void {
    this.#handshakes.leave(socket, peer);
  }
}

const UNENCRYPTED: Verdict = {
  refusal: "encryption",
  found: 'it came unencrypted, which "TLSAccept" does not list',
};
const ENCRYPTED: Verdict = { refusal: "encryption", found: 'it wants TLS, "TLSAccept" lists unencrypted only' };
const CROWDED: Verdict = { refusal: "crowded", found: `more than ${HANDSHAKE_LIMITS.inAll} TLS handshakes at once` };
