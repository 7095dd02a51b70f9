import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * How a network treats those who go through it.
 * - pass: as it should be. refuse: nobody listens. hang: packets vanish.
 * - deaf: requests arrive, answers are lost: the other side has taken what it will be told once more.
 */
export type Weather = "pass" | "refuse" | "hang" | "deaf";

interface At {
  readonly host: string;
  readonly port: number;
}

/** A network path that a test can spoil: a TCP relay to a server. */
export class Relay {
  readonly at: At;
  readonly #to: At;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  #weather: Weather = "refuse";

  constructor(at: At, to: At) {
    this.at = at;
    this.#to = to;
  }

  /** From now on, for all connections: those that stand are cut. */
  async turn(weather: Weather): Promise<void> {
    this.#weather = weather;
    for (const socket of this.#sockets) socket.destroy();
    if (weather === "refuse") await this.close();
    else if (this.#server === undefined) await this.#open();
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  #open(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    this.#server = server;
    return new Promise((resolve) => server.listen(this.at, resolve));
  }

  #accept(client: Socket): void {
    this.#keep(client);
    if (this.#weather === "hang") return;
    const server = this.#keep(connect(this.#to));
    client.pipe(server);
    if (this.#weather === "deaf") server.resume().once("data", () => client.destroy());
    else server.pipe(client);
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    return socket;
  }
}
