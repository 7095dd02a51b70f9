import { createServer, type Server, type Socket } from "node:net";
import { PacketDecoder } from "../../../src/zabbix/packet.ts";
import { freePort } from "../../real/address.ts";

/** One request as it came. */
export interface Asked {
  readonly body: Buffer;
  readonly compressed: boolean;
  readonly socket: Socket;
}

/** Answers a request, or does to its connection what it wants. */
export type Script = (asked: Asked) => void;

/** A TCP server that stands for a Zabbix server: it reads packets and does with each what the script says. */
export class ScriptedServer {
  readonly at: { readonly host: string; readonly port: number };
  readonly requests: Asked[] = [];
  script: Script;
  /** Connections that were accepted. */
  connections = 0;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  private constructor(at: { readonly host: string; readonly port: number }, script: Script) {
    this.at = at;
    this.script = script;
  }

  static async start(host: string, script: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer({ host, port: await freePort(host) }, script);
    await server.open();
    return server;
  }

  /** Listens (again) at the same place. */
  async open(): Promise<void> {
    this.#server = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve) => this.#server?.listen(this.at, resolve));
  }

  /** Refuses connections from now on and drops those there are. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    const decoder = new PacketDecoder(1 << 26);
    socket.on("error", () => undefined);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      const decoded = decoder.push(chunk);
      if (decoded.kind === "malformed") throw new Error(decoded.reason);
      if (decoded.kind !== "packet") return;
      const asked = { body: Buffer.from(decoded.body), compressed: decoded.compressed, socket };
      this.requests.push(asked);
      this.script(asked);
    });
  }
}
