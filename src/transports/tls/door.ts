import { constants } from "node:crypto";
import type { Socket } from "node:net";
import type { Server, TLSSocket, TlsOptions } from "node:tls";
import { nodeTls } from "../../io/node-tls.ts";
import type { Secure } from "./compile.ts";
import { judgeFailure, judgePeer, type Offer, type Verdict } from "./verdict.ts";

/** How a handshake ended. */
export interface DoorEvents {
  /** The peer proved who it is; its bytes come from `secure`. */
  opened(socket: Socket, secure: TLSSocket): void;
  refused(socket: Socket, verdict: Verdict): void;
}

const NO_OFFER: Offer = { kind: "none" };

/**
 * The server's side of TLS for connections that others accepted. It shuts itself to nobody: what a peer has proved is
 * judged when its handshake is over, before any byte of it is read.
 */
export class Door {
  readonly #secure: Secure;
  readonly #events: DoorEvents;
  readonly #server: Server;
  /** Node tells which TLS socket, not which socket below it: both have the same two ends. */
  readonly #opening = new Map<string, Socket>();
  readonly #offers = new WeakMap<TLSSocket, Offer>();

  constructor(secure: Secure, events: DoorEvents) {
    this.#secure = secure;
    this.#events = events;
    this.#server = nodeTls().createServer(this.#serverOptions(secure));
    this.#server.on("secureConnection", (socket) => this.#judge(socket));
    this.#server.on("tlsClientError", (error, socket) => this.#fail(error, socket));
  }

  /** Begins the handshake on a paused socket that has its first bytes unread. */
  begin(socket: Socket): void {
    const ends = endsOf(socket);
    this.#opening.set(ends, socket);
    socket.once("close", () => {
      if (this.#opening.get(ends) === socket) this.#opening.delete(ends); // the peer may have come again from there
    });
    this.#server.emit("connection", socket);
  }

  /** No peer of ours resumes sessions; without tickets no session outlives its key, certificate or revocation list. */
  #serverOptions({ psk, certificate, ciphers }: Secure): TlsOptions {
    return {
      ciphers,
      minVersion: "TLSv1.2",
      honorCipherOrder: true,
      secureOptions: constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION,
      ...(certificate === undefined ? {} : certificateOptions(certificate)),
      ...(psk === undefined ? {} : { pskCallback: (socket, identity) => this.#key(socket, identity) }),
    };
  }

  /** TLS 1.3 asks once for each identity that a peer names; a known one among them counts. */
  #key(socket: TLSSocket, identity: string): Uint8Array | null {
    const { psk } = this.#secure;
    if (identity === psk?.identity) {
      this.#offers.set(socket, { kind: "known" });
      return psk.key;
    }
    if (!this.#offers.has(socket)) this.#offers.set(socket, { kind: "unknown", identity });
    return null;
  }

  #judge(secure: TLSSocket): void {
    const socket = this.#below(secure);
    if (socket === undefined) return;
    const verdict = judgePeer(secure, this.#offers.get(secure) ?? NO_OFFER, this.#secure);
    if (verdict === undefined) {
      this.#events.opened(socket, secure);
      return;
    }
    secure.on("error", () => undefined); // the peer may be gone
    secure.end(); // as the agents close, so that zabbix_get speaks of access restrictions
    this.#events.refused(socket, verdict);
  }

  #fail(error: Error, secure: TLSSocket): void {
    const socket = this.#below(secure);
    if (socket === undefined) return;
    this.#events.refused(socket, judgeFailure(error, this.#offers.get(secure) ?? NO_OFFER));
  }

  /** Undefined when the socket is gone already. */
  #below(secure: TLSSocket): Socket | undefined {
    const socket = this.#opening.get(endsOf(secure));
    if (socket === undefined) secure.destroy();
    return socket;
  }
}

function certificateOptions({ ca, cert, key, crl }: NonNullable<Secure["certificate"]>): TlsOptions {
  const lists = crl === undefined ? {} : { crl: [...crl] };
  return { ca, cert, key, ...lists, requestCert: true, rejectUnauthorized: false };
}

function endsOf({ remoteAddress, remotePort, localAddress }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`;
}
