import { once } from "node:events";
import { connect, type NetConnectOpts, type Socket } from "node:net";

/** What memcached really did for this load, counted by its replies. Names are those of `stats`. */
export interface Done {
  readonly cmd_set: number;
  readonly get_hits: number;
  readonly get_misses: number;
  readonly delete_hits: number;
  readonly delete_misses: number;
  readonly incr_hits: number;
  readonly incr_misses: number;
  readonly decr_hits: number;
  readonly decr_misses: number;
  readonly cas_hits: number;
  readonly cas_misses: number;
  readonly cas_badval: number;
  readonly touch_hits: number;
  readonly touch_misses: number;
}

type Counter = keyof Done;

/** Which counters a reply raises, by its first line (memcached's doc/protocol.txt). A cas is a set as well. */
const COUNTERS: Readonly<Record<string, (reply: string) => readonly Counter[]>> = {
  get: (reply) => [reply === "END" ? "get_misses" : "get_hits"],
  gets: (reply) => [reply === "END" ? "get_misses" : "get_hits"],
  set: () => ["cmd_set"],
  delete: (reply) => [reply === "DELETED" ? "delete_hits" : "delete_misses"],
  incr: (reply) => [reply === "NOT_FOUND" ? "incr_misses" : "incr_hits"],
  decr: (reply) => [reply === "NOT_FOUND" ? "decr_misses" : "decr_hits"],
  touch: (reply) => [reply === "TOUCHED" ? "touch_hits" : "touch_misses"],
  cas: (reply) => ["cmd_set", reply === "STORED" ? "cas_hits" : reply === "EXISTS" ? "cas_badval" : "cas_misses"],
};

const NOTHING: Done = {
  cmd_set: 0,
  get_hits: 0,
  get_misses: 0,
  delete_hits: 0,
  delete_misses: 0,
  incr_hits: 0,
  incr_misses: 0,
  decr_hits: 0,
  decr_misses: 0,
  cas_hits: 0,
  cas_misses: 0,
  cas_badval: 0,
  touch_hits: 0,
  touch_misses: 0,
};

const BATCH = 100;

interface Waiting {
  answer(reply: string): void;
  fail(error: Error): void;
}

/**
 * A small load over the text protocol on one connection. Requests go out in batches of 100; a method settles when all of
 * them are answered, so `done` says what the server's counters must have risen by.
 */
export class MemcachedLoad {
  readonly #socket: Socket;
  readonly #done: Record<Counter, number> = { ...NOTHING };
  readonly #waiting: Waiting[] = [];
  #text = "";

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (text: string) => this.#take(text));
    socket.on("error", (error) => this.#failAll(error));
    socket.on("close", () => this.#failAll(new Error("memcached closed the connection")));
  }

  static async connect(to: NetConnectOpts): Promise<MemcachedLoad> {
    const socket = connect(to);
    await once(socket, "connect");
    return new MemcachedLoad(socket);
  }

  get done(): Done {
    return { ...this.#done };
  }

  /** Stores one key per number below `count`: `<prefix>0`, `<prefix>1` and so on. */
  sets(count: number, { prefix = "key", bytes = 10, ttl = 0 } = {}): Promise<void> {
    return this.#all(count, (i) => `set ${prefix}${i} 0 ${ttl} ${bytes}\r\n${"x".repeat(bytes)}`);
  }

  /** Asks for the keys that `sets` stores: hits where they are still there. */
  gets(count: number, { prefix = "key" } = {}): Promise<void> {
    return this.#all(count, (i) => `get ${prefix}${i}`);
  }

  /** Asks for keys that nobody stores. */
  misses(count: number): Promise<void> {
    return this.gets(count, { prefix: "nobody-stores-this-" });
  }

  /**
   * One command of the table above, a data block after CR LF where it has one: "incr counter 1".
   * Answers the first line of the reply; rejects when memcached answers with an error or closes the connection.
   */
  async request(command: string): Promise<string> {
    const name = command.slice(0, command.indexOf(" "));
    const counters = COUNTERS[name];
    if (counters === undefined) throw new Error(`no counter is known for "${name}"`);
    const reply = await new Promise<string>((answer, fail) => {
      this.#waiting.push({ answer, fail });
      this.#socket.write(`${command}\r\n`, "latin1");
    });
    if (/^(ERROR|CLIENT_ERROR|SERVER_ERROR)/.test(reply)) throw new Error(`memcached answered "${reply}" to "${name}"`);
    for (const counter of counters(reply)) this.#done[counter] += 1;
    return reply;
  }

  close(): void {
    this.#socket.destroy();
  }

  async #all(count: number, command: (i: number) => string): Promise<void> {
    for (let from = 0; from < count; from += BATCH) {
      const size = Math.min(BATCH, count - from);
      await Promise.all(Array.from({ length: size }, (_, i) => this.request(command(from + i))));
    }
  }

  #take(text: string): void {
    this.#text += text;
    for (let end = replyEnd(this.#text); end !== undefined; end = replyEnd(this.#text)) {
      this.#waiting.shift()?.answer(this.#text.slice(0, this.#text.indexOf("\r\n")));
      this.#text = this.#text.slice(end);
    }
  }

  #failAll(error: Error): void {
    for (const { fail } of this.#waiting.splice(0)) fail(error);
  }
}

/** Where the first reply ends: after its line, or after the data and END of a hit. Undefined while it is incomplete. */
function replyEnd(text: string): number | undefined {
  const line = text.indexOf("\r\n");
  if (line === -1) return undefined;
  const bytes = /^VALUE \S+ \d+ (\d+)/.exec(text)?.[1];
  const end = bytes === undefined ? line + 2 : line + 2 + Number(bytes) + "\r\nEND\r\n".length;
  return end <= text.length ? end : undefined;
}
