import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll } from "vitest";

interface At {
  readonly host: string;
  readonly port: number;
}

const paths: SlowPath[] = [];
afterAll(() => {
  for (const path of paths) path.close();
});

/** A TCP relay that can deliver answers late. */
export class SlowPath {
  readonly port: number;
  readonly #server: Server;
  readonly #to: At;
  readonly #sockets = new Set<Socket>();
  #delayMs = 0;

  private constructor(to: At, port: number) {
    this.port = port;
    this.#to = to;
    this.#server = createServer((client) => this.#join(client));
    paths.push(this);
  }

  /** Listens on a port of the same address as the server behind it. */
  static async open(to: At, port: number): Promise<SlowPath> {
    const path = new SlowPath(to, port);
    await new Promise<void>((resolve) => path.#server.listen({ host: to.host, port }, resolve));
    return path;
  }

  /** From now on, each piece of an answer comes so much later. */
  slowDown(milliseconds: number): void {
    this.#delayMs = milliseconds;
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket): void {
    const server = connect(this.#to);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined).on("close", () => this.#sockets.delete(socket));
    }
    client.pipe(server);
    server.on("data", (chunk) => setTimeout(() => client.writable && client.write(chunk), this.#delayMs));
    server.on("close", () => client.destroy());
  }
}
