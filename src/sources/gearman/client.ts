import { Connection, type Ending } from "../../io/connection.ts";
import { timeLeft } from "../../io/deadline.ts";
import { endingReason, isHung } from "../../io/ending-reason.ts";
import type { HostPort } from "../../io/endpoint.ts";
import type { Io } from "../../io/io.ts";
import type { State } from "./states.ts";
import { REQUEST, type Reading, StatusReader } from "./status-reader.ts";

/** One try to read a server's status. */
export type Attempt =
  | { readonly kind: "read"; readonly reading: Reading }
  | { readonly kind: "failed"; readonly state: State; readonly reason: string };

/** Asks one gearmand over one kept connection. */
export class Client {
  readonly #io: Io;
  readonly #endpoint: HostPort;
  #connection: Connection | undefined;
  #closed = false;

  constructor(io: Io, endpoint: HostPort) {
    this.#io = io;
    this.#endpoint = endpoint;
  }

  /** A kept connection that turns out to be closed, since the server was restarted, is replaced once within the time. */
  async read(ms: number): Promise<Attempt> {
    const end = this.#now() + ms;
    const kept = this.#connection;
    if (kept?.usable === true) {
      const { ending, attempt } = await this.#ask(kept, ms);
      if (ending.kind !== "closed") return attempt;
    }
    if (this.#closed) return { kind: "failed", state: "down", reason: "tidemark stops" };
    const fresh = new Connection(this.#io, this.#endpoint);
    this.#connection = fresh;
    return (await this.#ask(fresh, timeLeft(this.#io, end))).attempt;
  }

  /** For good: a read that goes on makes no new connection. */
  close(): void {
    this.#closed = true;
    this.#connection?.close();
  }

  async #ask(connection: Connection, ms: number): Promise<{ readonly ending: Ending; readonly attempt: Attempt }> {
    const reader = new StatusReader();
    const ending = await connection.exchange(REQUEST, reader, ms);
    const { verdict } = reader;
    if (verdict?.kind === "read") return { ending, attempt: verdict };
    connection.close();
    return { ending, attempt: { kind: "failed", ...this.#failure(ending, reader, ms) } };
  }

  #failure(ending: Ending, { verdict, received }: StatusReader, ms: number): { state: State; reason: string } {
    if (verdict?.kind === "foreign")
      return { state: "not gearmand", reason: `not a reply of gearmand: ${verdict.found}` };
    if (ending.kind === "read") return { state: "not gearmand", reason: "not a reply of gearmand" };
    const reason = endingReason(ending, { endpoint: this.#endpoint, received, ms });
    return { state: isHung(ending, this.#endpoint) ? "hung" : "down", reason };
  }

  #now(): number {
    return this.#io.now().mono * 1000;
  }
}
