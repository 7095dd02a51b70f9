import { createServer, type Server } from "node:net";

/** Another program at a port: it answers whatever it is sent with an error of HTTP, and closes. */
export class Impostor {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async at(at: { readonly host: string; readonly port: number }): Promise<Impostor> {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    await new Promise<void>((resolve) => server.listen(at, resolve));
    return new Impostor(server);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}
