import { chmodSync, lstatSync, unlinkSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { dirname } from "node:path";
import type { Log } from "../io/log.ts";
import { makeDirectory } from "../io/make-directory.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { errorText } from "../words/error-text.ts";
import { encodePacket, PacketDecoder } from "../zabbix/packet.ts";
import { type ControlReplies, controlReplies, type ReplyOptions } from "./control-replies.ts";

export interface ControlOptions extends ReplyOptions {
  /** RunDir/tidemark.sock */
  readonly path: string;
  readonly log: Log;
}

/** The owner and the group may connect. */
const MODE = 0o660;
const DIRECTORY_MODE = 0o755;
/** Room for 5,000 keys; parsing it takes a few milliseconds. */
const MOST_REQUEST = 256 << 10;
const MOST_CONNECTIONS = 256;
/** What fits into sun_path of unix(7). */
const LONGEST_PATH = 107;

/**
 * Opens the control socket. The socket file of a daemon that is gone is replaced; malformed with a fragment when a
 * living one answers there, or the file cannot be made.
 */
export async function listenControl(options: ControlOptions): Promise<Parsed<ControlSocket>> {
  const { path } = options;
  const bytes = Buffer.byteLength(path);
  if (bytes > LONGEST_PATH) {
    return malformed(
      `cannot listen on "${path}": a socket's path has at most ${LONGEST_PATH} bytes, this has ${bytes}`,
    );
  }
  try {
    makeDirectory(dirname(path), DIRECTORY_MODE);
    const obstacle = await removeLeftover(path);
    if (obstacle !== undefined) return malformed(`cannot listen on "${path}": ${obstacle}`);
    return ok(await ControlSocket.open(options));
  } catch (error) {
    return malformed(`cannot listen on "${path}": ${errorText(error)}`);
  }
}

/** What stands in the way at this path; a socket that nobody listens on is removed. */
async function removeLeftover(path: string): Promise<string | undefined> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if (!found.isSocket()) return "there is a file that is not a socket";
  if (await isAlive(path)) return "another tidemark answers there; stop it first, or give this one another RunDir";
  unlinkSync(path);
  return undefined;
}

/** A full backlog (EAGAIN) or a socket of somebody else (EACCES) is alive too. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => resolve(true)).once("connect", () => socket.destroy());
    socket.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code !== "ECONNREFUSED" && code !== "ENOENT"));
  });
}

/** The door for the command line, the agent 2 plugin and whoever is in the daemon's group. */
export class ControlSocket {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(options: ControlOptions) {
    const replies = controlReplies(options);
    this.#server = createServer({ allowHalfOpen: true }, (socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      new ControlConnection(socket, replies, options);
    });
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.on("drop", () =>
      options.log.warning(`Refused a connection to "${options.path}": ${MOST_CONNECTIONS} are open already.`),
    );
  }

  /** Rejects when the socket cannot be made. */
  static async open(options: ControlOptions): Promise<ControlSocket> {
    const control = new ControlSocket(options);
    await new Promise<void>((resolve, reject) => {
      control.#server.once("error", reject);
      control.#server.listen({ path: options.path }, resolve);
    });
    chmodSync(options.path, MODE);
    control.#server.on("error", ({ message }) =>
      options.log.warning(`Cannot accept a connection to "${options.path}": ${message}.`),
    );
    return control;
  }

  /** Removes the socket and drops all connections. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

/** Reads one request at a time: the next bytes are taken when the answer to what came before is on its way. */
class ControlConnection {
  readonly #socket: Socket;
  readonly #replies: ControlReplies;
  readonly #options: ControlOptions;
  readonly #decoder = new PacketDecoder(MOST_REQUEST);
  #busy = false;

  constructor(socket: Socket, replies: ControlReplies, options: ControlOptions) {
    this.#socket = socket;
    this.#replies = replies;
    this.#options = options;
    socket.on("error", () => undefined); // a client that went away
    socket.on("data", (chunk) => void this.#take(chunk));
    socket.on("end", () => this.#endWhenDone());
  }

  async #take(chunk: Buffer): Promise<void> {
    this.#busy = true;
    this.#socket.pause();
    let decoded = this.#decoder.push(chunk);
    while (decoded.kind === "packet") {
      await this.#answer(decoded.body);
      decoded = this.#decoder.next();
    }
    this.#busy = false;
    if (decoded.kind === "malformed") this.#refuse(decoded.reason);
    else if (this.#socket.readableEnded) this.#socket.end();
    else this.#socket.resume();
  }

  /** Settles when the reply was taken, or when there is nobody left to take it. */
  async #answer(body: Buffer): Promise<void> {
    const reply = encodePacket(Buffer.from(await this.#replies(body)));
    await new Promise<void>((resolve) => this.#socket.write(reply, () => resolve()));
  }

  #refuse(reason: string): void {
    this.#options.log.warning(`Closed a connection to "${this.#options.path}": ${reason}.`);
    this.#socket.destroy();
  }

  #endWhenDone(): void {
    if (!this.#busy) this.#socket.end();
  }
}
