import type { HostPort } from "../../io/endpoint.ts";
import type { Io, TlsOptions } from "../../io/io.ts";
import type { Log } from "../../io/log.ts";
import type { Clock } from "../../ring/sample.ts";
import { sentence } from "../../words/sentence.ts";
import type { Redirect } from "../../zabbix/active.ts";
import { Backoff } from "../backoff.ts";
import { type Exchanged, type ExchangeLimits, exchangePacket } from "../exchange.ts";
import { Cluster } from "./cluster.ts";

export interface LinkOptions {
  readonly nodes: readonly [HostPort, ...HostPort[]];
  readonly tls: TlsOptions | undefined;
  /** What log lines begin with: `Active checks of host "x" at zabbix.example.com`. */
  readonly what: string;
  readonly io: Io;
  readonly log: Pick<Log, "info" | "warning">;
  /** From 0 to 1. */
  readonly random: () => number;
  /** Aborts what is under way when the client is closed. */
  readonly abort: AbortSignal;
}

/**
 * What came of one request.
 * - refused: the server answered, and wants nothing of this host.
 * - failed: no answer that could be used.
 */
export type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly reason: string }
  | { readonly kind: "redirect"; readonly redirect: Redirect };

/** Sends a packet to the node in use. */
export type Send = (packet: Buffer, limits: Omit<ExchangeLimits, "abort">) => Promise<Exchanged>;

/**
 * - again: to be repeated at once, at another node.
 * - refused: by all nodes.
 * - failed: at all nodes; `pause`: seconds until it is worth another try.
 */
export type Requested<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "again" }
  | { readonly kind: "refused"; readonly reason: string }
  | { readonly kind: "failed"; readonly pause: number };

const TWICE = { kind: "failed", reason: "it redirects a request that was redirected" } as const;

/** One cluster as requests meet it: which node is asked, when it is left, and when to try again. */
export class Link {
  readonly #options: LinkOptions;
  readonly #cluster: Cluster;
  readonly #backoff: Backoff;
  #trouble: string | undefined;
  #succeeded: Clock | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#cluster = new Cluster(options.nodes);
    this.#backoff = new Backoff(options.random);
  }

  /** What is wrong, a lower-case fragment; undefined: nothing. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** The node in use. */
  get endpoint(): HostPort {
    return this.#cluster.current;
  }

  get succeeded(): Clock | undefined {
    return this.#succeeded;
  }

  /** Makes one request, once more where it is redirected to. */
  async request<T>(attempt: (send: Send) => Promise<Outcome<T>>): Promise<Requested<T>> {
    let outcome = await attempt(this.#send);
    if (outcome.kind === "redirect") outcome = await this.#follow(outcome.redirect, attempt);
    if (outcome.kind !== "done") return this.#failed(outcome);
    this.#worked();
    return outcome;
  }

  readonly #send: Send = (packet, limits) => {
    const { io, tls, abort } = this.#options;
    return exchangePacket(io, { endpoint: this.#cluster.current, tls }, { packet, ...limits, abort });
  };

  async #follow<T>(redirect: Redirect, attempt: (send: Send) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const followed = this.#cluster.follow(redirect);
    if (followed.kind === "malformed") return { kind: "failed", reason: followed.reason };
    const outcome = await attempt(this.#send);
    return outcome.kind === "redirect" ? TWICE : outcome;
  }

  #worked(): void {
    const { io, log, what } = this.#options;
    this.#cluster.worked();
    this.#backoff.reset();
    this.#succeeded = io.now().clock;
    if (this.#trouble !== undefined) log.info(`${what}: all is well again.`);
    this.#trouble = undefined;
  }

  #failed(outcome: Exclude<Outcome<never>, { kind: "done" }>): Exclude<Requested<never>, { kind: "done" }> {
    if (this.#cluster.failed()) return { kind: "again" };
    this.#say("reason" in outcome ? outcome.reason : TWICE.reason);
    if (outcome.kind !== "refused") return { kind: "failed", pause: this.#backoff.next() };
    this.#backoff.reset();
    return outcome;
  }

  #say(reason: string): void {
    const { log, what } = this.#options;
    if (reason !== this.#trouble) log.warning(`${what}: ${sentence(reason)} It is tried again.`);
    this.#trouble = reason;
  }
}
