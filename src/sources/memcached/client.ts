import type { Io } from "../../io/io.ts";
import type { Access } from "./access.ts";
import { type Attempt, type Failure, failed } from "./attempt.ts";
import { BinaryClient } from "./binary-client.ts";
import type { Part, Vocabulary } from "./parse.ts";
import { isVersion, type Spoken, speaksBinary, speaksText, speaksTls, textAnswer } from "./probe.ts";
import { TextClient, TOO_MANY } from "./text-client.ts";

export const PROTOCOLS = ["auto", "text", "binary"] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** With less time than this left there is no use in trying anything else. */
const LEAST_MS = 50;

/**
 * Reads an instance's statistics in the protocol that it speaks.
 *
 * Text comes first, also where a login is configured: a server that speaks binary only (`-B binary`, `-S`) closes the
 * connection at once, one started with `-Y` says that it wants the login. Old ones stay silent, and so does a text
 * server that is spoken to in binary; so as long as nothing was ever read, and once after a silence that took all of
 * the time, the first try gets half of it.
 */
export class Client {
  readonly #io: Io;
  readonly #access: Access;
  readonly #protocol: Protocol;
  readonly #clients: Readonly<Record<Spoken, TextClient | BinaryClient>>;
  #spoken: Spoken;
  /** The next try is to leave time to look what else the server may speak. */
  #unsure = true;
  /** That was looked at in the silence that still lasts. */
  #looked = false;
  #closed = false;

  constructor(io: Io, { access, protocol }: { access: Access; protocol: Protocol }, vocabulary: () => Vocabulary) {
    this.#io = io;
    this.#access = access;
    this.#protocol = protocol;
    this.#clients = {
      text: new TextClient(io, access, vocabulary),
      binary: new BinaryClient(io, access, vocabulary),
    };
    this.#spoken = protocol === "binary" ? "binary" : "text";
  }

  get spoken(): Spoken {
    return this.#spoken;
  }

  async read(parts: readonly Part[], ms: number): Promise<Attempt> {
    const end = this.#now() + ms;
    const attempt = await this.#clients[this.#spoken].read(parts, this.#unsure ? ms / 2 : ms);
    if (attempt.kind === "read") this.#unsure = false;
    if (attempt.kind === "read" || attempt.hint === undefined) {
      this.#looked = false;
      return attempt;
    }
    return (await this.#explain(attempt, parts, end)) ?? attempt;
  }

  /** For good: nothing is tried any more. */
  close(): void {
    this.#closed = true;
    this.#clients.text.close();
    this.#clients.binary.close();
  }

  /** Finds out what a server speaks that did not answer, and reads again where that helps. */
  async #explain(failure: Failure, parts: readonly Part[], end: number): Promise<Attempt | undefined> {
    this.#unsure = this.#left(end) < LEAST_MS && !this.#looked;
    if (this.#closed || this.#left(end) < LEAST_MS) return undefined;
    this.#looked = failure.hint === "mute";
    if (failure.hint === "TLS") return this.#explainTls(end);
    if (this.#access.tls !== undefined) return undefined;
    if (failure.hint === "closed" || failure.hint === "mute") return this.#tryOther(failure, parts, end);
    return undefined;
  }

  async #explainTls(end: number): Promise<Failure | undefined> {
    const answer = await textAnswer(this.#io, this.#access.address, this.#left(end));
    if (answer === TOO_MANY) return failed("refusing connections", "it has too many open connections");
    return isVersion(answer) ? failed("TLS failed", "the server speaks no TLS; the Uri needs tcp://") : undefined;
  }

  async #tryOther(failure: Failure, parts: readonly Part[], end: number): Promise<Attempt | undefined> {
    const { address } = this.#access;
    const other = this.#spoken === "text" ? "binary" : "text";
    const speaks = other === "text" ? speaksText : speaksBinary;
    if (await speaks(this.#io, address, this.#left(end))) return this.#change(other, parts, end);
    const closed = failure.hint === "closed" && this.#left(end) >= LEAST_MS;
    if (!closed || !(await speaksTls(this.#io, address, this.#left(end)))) return undefined;
    return failed("TLS failed", "the server speaks TLS; the Uri needs tls://");
  }

  async #change(other: Spoken, parts: readonly Part[], end: number): Promise<Attempt> {
    if (this.#protocol !== "auto") {
      const reason = `the server speaks the ${other} protocol only, but Protocol=${this.#protocol} is configured`;
      return failed("not memcached", reason);
    }
    const attempt = await this.#clients[other].read(parts, this.#left(end));
    if (attempt.kind === "read") this.#spoken = other;
    return attempt;
  }

  #left(end: number): number {
    return end - this.#now();
  }

  #now(): number {
    return this.#io.now().mono * 1000;
  }
}
