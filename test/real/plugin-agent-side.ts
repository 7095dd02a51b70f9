import { chmodSync, existsSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import type { Program } from "./program.ts";
import { start, temporaryDirectory } from "./start.ts";
import { waitFor } from "./wait.ts";

/** The file that `Plugins.Tidemark.System.Path` names. It runs what was built. */
export const LAUNCHER = fileURLToPath(new URL("../../plugin/tidemark-plugin", import.meta.url));

/** What the plugin says, as it is on the wire. */
export interface Said {
  readonly id: number;
  readonly type: number;
  readonly [field: string]: unknown;
}

export const TYPE = { log: 1, registered: 3, exported: 7, valid: 10 } as const;

const sides: AgentSide[] = [];
afterAll(() => Promise.all(sides.map((side) => side.close())));

/** A frame of the plugin protocol; any type, any body. */
export function frame(body: string | object, type = 1): Buffer {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const header = Buffer.alloc(8);
  header.writeUInt32LE(type, 0);
  header.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

/** `private_options` of these lines, "Memcached.main.Uri=tcp://...", as 7.0 sends them. */
export function optionTree(lines: readonly string[]): object {
  const root: Node = { Name: "Tidemark", Nodes: [], Line: 1 };
  for (const [at, line] of lines.entries()) {
    const equals = line.indexOf("=");
    let node = root;
    for (const part of line.slice(0, equals).split(".")) node = child(node, part, at + 2);
    node.Nodes?.push({ Value: Buffer.from(line.slice(equals + 1)).toString("base64"), Line: at + 2 });
  }
  return root;
}

interface Node {
  readonly Name?: string;
  readonly Value?: string;
  readonly Line: number;
  readonly Nodes?: Node[];
}

function child({ Nodes = [] }: Node, name: string, line: number): Node {
  const found = Nodes.find(({ Name }) => Name === name);
  if (found !== undefined) return found;
  const made = { Name: name, Line: line, Nodes: [] };
  Nodes.push(made);
  return made;
}

interface Way {
  /** A program with its arguments that is to start the plugin. */
  readonly before?: readonly string[];
  /** Where the package lies elsewhere. */
  readonly launcher?: string;
}

/** Agent 2's side of the protocol, with the plugin's real process at the other end. */
export class AgentSide {
  /** All messages of the plugin so far. */
  readonly said: Said[] = [];
  readonly plugin: Program;
  /** Its temporary directory. */
  readonly directory: string;
  readonly #server: Server;
  readonly #socket: Socket;
  #closed = false;

  private constructor(plugin: Program, directory: string, { server, socket }: { server: Server; socket: Socket }) {
    this.plugin = plugin;
    this.directory = directory;
    this.#server = server;
    this.#socket = socket;
    let rest = Buffer.alloc(0);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#closed = true;
    });
    socket.on("data", (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 8 && rest.length >= 8 + rest.readUInt32LE(4)) {
        const end = 8 + rest.readUInt32LE(4);
        this.said.push(JSON.parse(rest.toString("utf8", 8, end)));
        rest = rest.subarray(end);
      }
    });
  }

  /** Listens and starts the plugin as the agent does. */
  static async start(mode: "true" | "false", { before = [], launcher = LAUNCHER }: Way = {}): Promise<AgentSide> {
    const directory = temporaryDirectory();
    chmodSync(directory, 0o711);
    const path = join(directory, "agent.sock");
    let accepted: Socket | undefined;
    const server = createServer((socket) => {
      accepted = socket;
    });
    await new Promise<void>((resolve) => server.listen({ path, writableAll: true }, resolve));
    const [name = "", ...args] = [...before, launcher, path, mode];
    const plugin = await start(name, args, {
      ready: () => accepted !== undefined,
      env: { TIDEMARK_NODE: process.execPath, TMPDIR: directory },
    });
    if (accepted === undefined) throw new Error("nobody connected");
    const side = new AgentSide(plugin, directory, { server, socket: accepted });
    sides.push(side);
    return side;
  }

  /** A plugin that has its options and was told to start. */
  static async working(lines: readonly string[], timeout = 25, way: Way = {}): Promise<AgentSide> {
    const side = await AgentSide.start("false", way);
    const global_options = { Timeout: timeout, SourceIP: "" };
    side.send({ id: 1, type: 8, global_options, private_options: optionTree(lines) });
    side.send({ id: 2, type: 4 });
    return side;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Texts that it put into the agent's log. */
  get logged(): readonly string[] {
    return this.said.filter(({ type }) => type === TYPE.log).map(({ message }) => String(message));
  }

  bytes(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  send(message: object): void {
    this.bytes(frame(message));
  }

  /** Waits for the answer to a request. */
  answer(id: number, seconds = 10): Promise<Said> {
    const sought = () => this.said.find((one) => one.id === id && one.type !== TYPE.log);
    return waitFor(sought, {
      what: `the answer to request ${id}; said was ${JSON.stringify(this.said.slice(-5))}`,
      seconds,
    });
  }

  #last = 1000;

  /** One check: its value, or its error in an Error. */
  async get(key: string, parameters?: readonly string[], timeout?: number): Promise<string> {
    const id = ++this.#last;
    this.send({ id, type: 6, key, ...(parameters && { parameters }), ...(timeout && { timeout }) });
    const { value, error } = await this.answer(id, 40);
    if (typeof value === "string") return value;
    throw new Error(String(error));
  }

  /** One check's error; throws when there was a value. */
  async refusal(key: string, parameters?: readonly string[], timeout?: number): Promise<string> {
    const value = await this.get(key, parameters, timeout).catch((error: Error) => error);
    if (value instanceof Error) return value.message;
    throw new Error(`expected an error, found ${value}`);
  }

  hangUp(): void {
    this.#socket.destroy();
  }

  async close(): Promise<void> {
    this.hangUp();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Waits until nobody is left who holds a pid. */
export function untilGone(pid: number, seconds = 5): Promise<true> {
  return waitFor(() => !existsSync(`/proc/${pid}`), { what: `the end of process ${pid}`, seconds });
}
