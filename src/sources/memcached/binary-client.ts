import { timeLeft } from "../../io/deadline.ts";
import type { Io } from "../../io/io.ts";
import { type Access, readCredentials } from "./access.ts";
import { type Attempt, type Failure, failed, failureOf } from "./attempt.ts";
import { type LinkEnding, MemjsLink, type StatTexts } from "./memjs-link.ts";
import { type Part, type Reading, StatReader, type Vocabulary } from "./parse.ts";

type Outcome = { readonly kind: "read"; readonly reading: Reading; readonly ms: number } | Failure;

/** Reads statistics over the binary protocol, with a SASL login where one is configured. memjs is loaded when first needed. */
export class BinaryClient {
  readonly #io: Io;
  readonly #access: Access;
  readonly #vocabulary: () => Vocabulary;
  #link: MemjsLink | undefined;
  #closed = false;

  constructor(io: Io, access: Access, vocabulary: () => Vocabulary) {
    this.#io = io;
    this.#access = access;
    this.#vocabulary = vocabulary;
  }

  /** As the text client: a kept connection that is closed by now is replaced once, a new one brings the settings. */
  async read(parts: readonly Part[], ms: number): Promise<Attempt> {
    const end = this.#now() + ms;
    const kept = this.#link;
    if (kept?.usable === true) {
      const outcome = await this.#ask(kept, parts, ms);
      if (outcome.kind === "read") return { ...outcome, fresh: false };
      if (outcome.hint !== "closed" && outcome.hint !== "cut") return outcome;
    }
    if (this.#closed) return failed("down", "tidemark stops");
    const { login, address } = this.#access;
    const credentials = login === undefined ? undefined : readCredentials(this.#io, login);
    if (credentials?.kind === "malformed") return failed("authentication failed", credentials.reason);
    const link = new MemjsLink(this.#io, await import("memjs"), address, credentials?.value);
    this.#link = link;
    const outcome = await this.#ask(link, [...new Set([...parts, "settings" as const])], timeLeft(this.#io, end));
    return outcome.kind === "read" ? { ...outcome, fresh: true } : outcome;
  }

  /** For good: a read that goes on makes no new connection. */
  close(): void {
    this.#closed = true;
    this.#link?.close();
  }

  async #ask(link: MemjsLink, parts: readonly Part[], ms: number): Promise<Outcome> {
    const began = this.#now();
    const ending = await link.exchange(
      parts.map((part) => (part === "stats" ? "" : part)),
      ms,
    );
    if (ending.kind !== "read") return this.#failure(ending, link.received, ms);
    const outcome = this.#reading(parts, ending.replies, this.#now() - began);
    if (outcome.kind === "failed") link.close();
    return outcome;
  }

  /** Names and values are those of the text protocol, so its reader takes them. */
  #reading(parts: readonly Part[], replies: readonly StatTexts[], ms: number): Outcome {
    const reader = new StatReader(this.#vocabulary(), parts);
    for (const reply of replies) {
      const lines = Object.entries(reply).map(([name, text]) => `STAT ${name} ${text}\r\n`);
      reader.feed(Buffer.from(`${lines.join("")}END\r\n`, "latin1"));
    }
    const { verdict } = reader;
    if (verdict?.kind === "read" && verdict.reading.general.get("pid") !== undefined) {
      return { kind: "read", reading: verdict.reading, ms };
    }
    return failed("not memcached", "not statistics of memcached");
  }

  #failure(ending: Exclude<LinkEnding, { kind: "read" }>, received: number, ms: number): Failure {
    const { address, login } = this.#access;
    if (ending.kind === "foreign") return failed("not memcached", `not a reply of memcached: ${ending.found}`);
    if (ending.kind !== "refused") return failureOf(ending, { address, received, ms });
    const reason =
      login === undefined ? "it wants a login: set User and PasswordFile" : `user "${login.user}" was refused`;
    return failed("authentication failed", reason);
  }

  #now(): number {
    return this.#io.now().mono * 1000;
  }
}
