import type { Io } from "../../io/io.ts";
import type { Log } from "../../io/log.ts";
import type { Batch } from "../../outbox/batch.ts";
import { listed } from "../../words/sentence.ts";
import { readSenderKey } from "../../zabbix/sender.ts";
import type { Link } from "../active/link.ts";
import { probe, sendAgain } from "./requests.ts";
import { Standings } from "./standings.ts";

export interface AcceptanceOptions {
  readonly what: string;
  readonly host: string;
  /** Directive Timeout. */
  readonly timeout: number;
  readonly link: Pick<Link, "request">;
  readonly io: Pick<Io, "now">;
  readonly log: Pick<Log, "info" | "warning">;
}

/** What zabbix_sender puts into one request. */
export const REQUEST_ROWS = 250;

/**
 * Finds out which keys a server refuses, of which its replies only say how many, and tries those again that it has never
 * taken: an item that was just created is unknown to servers for up to a minute.
 */
export class Acceptance {
  readonly #options: AcceptanceOptions;
  readonly #standings = new Standings();

  constructor(options: AcceptanceOptions) {
    this.#options = options;
  }

  /** When refused values are tried again, monotonic seconds; infinite when none are. */
  get dueAt(): number {
    return this.#standings.dueAt;
  }

  /**
   * Looks at a batch that a server has and of which it refused so many rows.
   * @param isRepeated then it refuses also what it has already
   */
  async judge({ rows }: Batch, failed: number, isRepeated: boolean): Promise<void> {
    const keyed = rows.map((row) => ({ key: readSenderKey(row.body), row }));
    const keys = [...new Set(keyed.map(({ key }) => key))];
    const news = keys.filter((key) => !this.#standings.isKnown(key));
    const refused = () => keyed.filter(({ key }) => this.#standings.isRefused(key)).length;
    if (failed === 0) this.#accept(keys);
    else if (failed !== refused() || news.length > 0) await this.#find(keys);
    // Some that it takes now were refused with the batch: it has learned of them in between, and does not say of which.
    if (!isRepeated && failed > refused()) for (const key of news) this.#standings.doubt(key, this.#now());
    if (failed > 0) for (const { key, row } of keyed) this.#standings.keep(key, row);
  }

  /** Tries again what is due, a request's worth: each key by itself, and only what is taken then is sent. */
  async retry(): Promise<void> {
    const due = this.#standings.due(this.#now(), REQUEST_ROWS);
    const refused = (await this.#refusedOf(due)) ?? due;
    const taken = due.filter((key) => !refused.includes(key));
    const sent = taken.length > 0 && (await this.#sendAgain(taken));
    const given = (sent ? refused : due).filter((key) => this.#standings.postpone(key, this.#now()));
    if (given.length > 0) this.#warn(`still refuses ${listed(given)}: their values are lost`);
  }

  async #sendAgain(keys: readonly string[]): Promise<boolean> {
    const { link, io, log, what, timeout } = this.#options;
    const rows = keys.flatMap((key) => this.#standings.rowsOf(key));
    for (let at = 0; at < rows.length; at += REQUEST_ROWS) {
      const some = rows.slice(at, at + REQUEST_ROWS);
      const sent = await link.request((send) => sendAgain(send, some, { now: io.now().clock, timeout }));
      if (sent.kind !== "done") return false;
    }
    for (const key of keys) this.#standings.settle(key);
    log.info(`${what} takes ${listed(keys)} now.`);
    return true;
  }

  #accept(keys: readonly string[]): void {
    for (const key of keys) this.#standings.accept(key);
  }

  async #find(keys: readonly string[]): Promise<void> {
    const refused = await this.#refusedOf(keys);
    if (refused === undefined) return;
    this.#accept(keys.filter((key) => !refused.includes(key)));
    const news = refused.map((key) => ({ key, kind: this.#standings.refuse(key, this.#now()) }));
    const named = (wanted: "new" | "lost") => news.filter(({ kind }) => kind === wanted).map(({ key }) => key);
    if (named("new").length > 0) this.#warn(`has no trapper item for ${listed(named("new"))} yet`);
    if (named("lost").length > 0) this.#warn(`no longer takes ${listed(named("lost"))}`);
  }

  /** By halves, since a reply tells only how many. Undefined: the server could not be asked. */
  async #refusedOf(keys: readonly string[]): Promise<readonly string[] | undefined> {
    if (keys.length === 0) return [];
    const { link, host, timeout } = this.#options;
    const asked = await link.request((send) => probe(send, { host, keys, timeout }));
    if (asked.kind !== "done") return undefined;
    const { failed } = asked.value;
    if (failed === 0 || failed >= keys.length) return failed === 0 ? [] : keys;
    const half = Math.ceil(keys.length / 2);
    const first = await this.#refusedOf(keys.slice(0, half));
    const second = first === undefined ? undefined : await this.#refusedOf(keys.slice(half));
    return first === undefined || second === undefined ? undefined : [...first, ...second];
  }

  #warn(text: string): void {
    this.#options.log.warning(`${this.#options.what} ${text}.`);
  }

  #now(): number {
    return this.#options.io.now().mono;
  }
}
