import { Connection } from "../../io/connection.ts";
import { timeLeft } from "../../io/deadline.ts";
import type { Io } from "../../io/io.ts";
import { type Access, readCredentials, readTlsFiles } from "./access.ts";
import { type Attempt, type Failure, failed, failureOf } from "./attempt.ts";
import { LineReader } from "./line-reader.ts";
import { type Part, type Reading, StatReader, UNAUTHENTICATED, type Vocabulary } from "./parse.ts";

const REQUEST: Readonly<Record<Part, string>> = {
  stats: "stats\r\n",
  items: "stats items\r\n",
  slabs: "stats slabs\r\n",
  settings: "stats settings\r\n",
};

/** Sent by maxconns_fast instead of any answer. */
export const TOO_MANY = "ERROR Too many open connections";

/** What one request on one connection gave. */
type Outcome = { readonly kind: "read"; readonly reading: Reading; readonly ms: number } | Failure;

/** Reads statistics over the text protocol on one kept connection: TCP, unix socket, TLS, and the login of `-Y`. */
export class TextClient {
  readonly #io: Io;
  readonly #access: Access;
  readonly #vocabulary: () => Vocabulary;
  #connection: Connection | undefined;
  #closed = false;

  constructor(io: Io, access: Access, vocabulary: () => Vocabulary) {
    this.#io = io;
    this.#access = access;
    this.#vocabulary = vocabulary;
  }

  /**
   * A kept connection that turns out to be closed (idle_timeout, restart) is replaced once within the time. The first
   * read over a connection brings the settings, too: a new process always means a new connection.
   * A login is sent only to a server that asks for it, since any other would store it as an item; and over another
   * connection, since what else it says to pipelined requests differs between versions.
   */
  async read(parts: readonly Part[], ms: number): Promise<Attempt> {
    const end = this.#now() + ms;
    const kept = this.#connection;
    if (kept?.usable === true) {
      const outcome = await this.#ask(kept, parts, ms);
      if (!wasClosed(outcome)) return this.#settle(kept, outcome, false);
    }
    const all = [...new Set([...parts, "settings" as const])];
    const attempt = await this.#open((fresh) => this.#ask(fresh, all, timeLeft(this.#io, end)));
    if (attempt.kind === "read" || attempt.hint !== "login" || this.#access.login === undefined) return attempt;
    return this.#open(
      async (fresh) => (await this.#logIn(fresh, end)) ?? this.#ask(fresh, all, timeLeft(this.#io, end)),
    );
  }

  /** For good: a read that goes on makes no new connection. */
  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  async #open(ask: (fresh: Connection) => Promise<Outcome>): Promise<Attempt> {
    if (this.#closed) return failed("down", "tidemark stops");
    const tls = this.#access.tls === undefined ? undefined : readTlsFiles(this.#io, this.#access.tls);
    if (tls?.kind === "malformed") return failed("TLS failed", tls.reason);
    const fresh = new Connection(this.#io, this.#access.address.endpoint, tls?.value);
    this.#connection = fresh;
    return this.#settle(fresh, await ask(fresh), true);
  }

  #settle(connection: Connection, outcome: Outcome, fresh: boolean): Attempt {
    if (outcome.kind === "read") return { ...outcome, fresh };
    connection.close();
    return outcome;
  }

  async #ask(connection: Connection, parts: readonly Part[], ms: number): Promise<Outcome> {
    const began = this.#now();
    const reader = new StatReader(this.#vocabulary(), parts);
    const ending = await connection.exchange(parts.map((part) => REQUEST[part]).join(""), reader, ms);
    const { verdict } = reader;
    if (verdict?.kind === "read") {
      return { kind: "read", reading: verdict.reading, ms: this.#now() - Math.max(began, connection.openedAt) };
    }
    if (verdict?.kind === "foreign") return failed("not memcached", `not a reply of memcached: ${verdict.found}`);
    if (verdict !== undefined || ending.kind === "read") return refused(verdict?.line ?? "");
    return failureOf(ending, { address: this.#access.address, received: reader.received, ms });
  }

  /** Undefined: logged in. Format: an item is stored whose value is user and password, memcached's doc/protocol.txt. */
  async #logIn(connection: Connection, end: number): Promise<Failure | undefined> {
    const { login, address } = this.#access;
    const credentials = login === undefined ? undefined : readCredentials(this.#io, login);
    if (credentials?.kind !== "ok")
      return failed("authentication failed", credentials?.reason ?? "no user is configured");
    const words = Buffer.from(`${credentials.value.user} ${credentials.value.password}`);
    const reader = new LineReader();
    const request = Buffer.concat([Buffer.from(`set auth 0 0 ${words.length}\r\n`), words, Buffer.from("\r\n")]);
    const ms = timeLeft(this.#io, end);
    const ending = await connection.exchange(request, reader, ms);
    if (ending.kind !== "read") return failureOf(ending, { address, received: reader.line.length, ms });
    if (reader.line === "STORED") return undefined;
    return failed("authentication failed", `user "${credentials.value.user}" was refused: ${reader.line}`);
  }

  #now(): number {
    return this.#io.now().mono * 1000;
  }
}

function wasClosed(outcome: Outcome): boolean {
  return outcome.kind === "failed" && (outcome.hint === "closed" || outcome.hint === "cut");
}

/** What an error line instead of statistics says. */
function refused(line: string): Failure {
  if (line === TOO_MANY) return failed("refusing connections", "it has too many open connections");
  if (line === UNAUTHENTICATED)
    return failed("authentication failed", "it wants a login: set User and PasswordFile", "login");
  if (line.startsWith("SERVER_ERROR")) return failed("hung", `no statistics: ${line}`);
  return failed("not memcached", `answers "stats" with "${line}"`);
}
