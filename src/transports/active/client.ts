import type { HostPort } from "../../io/endpoint.ts";
import type { Io, TlsOptions } from "../../io/io.ts";
import type { Log } from "../../io/log.ts";
import type { Registry } from "../../items/registry.ts";
import type { Batch } from "../../outbox/batch.ts";
import type { Outbox, OutboxStats } from "../../outbox/outbox.ts";
import type { Ring } from "../../ring/ring.ts";
import type { Clock, Stamp } from "../../ring/sample.ts";
import type { ActiveHost } from "../../zabbix/active.ts";
import type { Zone } from "../../zabbix/zone.ts";
import type { Destination } from "../destination.ts";
import { Pace } from "../pace.ts";
import { Items, type ListFile } from "./items.ts";
import { Link, type Requested } from "./link.ts";
import { type AskedList, askList, beat, refuseCommands, type SentBatch, sendBatch } from "./requests.ts";

/** How often and how long, all in seconds. */
export interface ActiveTimes {
  /** RefreshActiveChecks. */
  readonly refresh: number;
  /** HeartbeatFrequency; 0: none is sent. */
  readonly heartbeat: number;
  /** BufferSend. */
  readonly buffer: number;
  /** Timeout. */
  readonly timeout: number;
  /** BackfillNewHost; 0: not at all. */
  readonly backfill: number;
}

export interface ActiveOptions {
  /** Short name of the destination. */
  readonly name: string;
  /** The destination in log lines: `host "x" at zabbix.example.com`. */
  readonly what: string;
  readonly nodes: readonly [HostPort, ...HostPort[]];
  /** Undefined: without encryption. */
  readonly tls: TlsOptions | undefined;
  readonly host: ActiveHost;
  readonly times: ActiveTimes;
  /** 32 hexadecimal digits, new at each start. */
  readonly session: string;
  readonly outbox: Pick<Outbox, "put" | "settled" | "cursor" | "next" | "acknowledge" | "stats">;
  readonly listFile: ListFile;
  readonly registry: Pick<Registry, "askAt" | "isOurs">;
  readonly ring: Pick<Ring, "closed" | "onClose">;
  /** When a slot was sampled; undefined: it was not, or the ring has lost it. */
  readonly stampOf: (slot: number) => Stamp | undefined;
  /** Seconds of a slot, and how many the ring has. */
  readonly step: number;
  readonly slots: number;
  readonly zone: Zone;
  readonly io: Io;
  readonly log: Pick<Log, "info" | "warning">;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** Servers work in portions of 256 values, and zabbix_sender sends so many at once. */
const BATCH_ROWS = 250;

/**
 * An active agent for one ServerActive entry: asks for the items of its host, has them evaluated slot by slot into the
 * outbox, and sends what is there, oldest first. One request at a time.
 */
export class ActiveClient implements Destination {
  readonly #options: ActiveOptions;
  readonly #link: Link;
  readonly #items: Items;
  readonly #abort = new AbortController();
  readonly #stopListening: () => void;
  /** Monotonic seconds from which on something is due. */
  #listAt = Number.NEGATIVE_INFINITY;
  #heartbeatAt = Number.NEGATIVE_INFINITY;
  #sendAt = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #revision = 0;
  /** The newest list as it came: servers of 6.0 send it whole each time. */
  #listBody: Buffer | undefined;
  /** Whether the server wants values of this host. */
  #standing: "not asked" | "wanted" | "refused" = "not asked";
  #mayUpload = true;
  /**
   * The newest batch that was sent. What a server says failed of one that is sent again are the values that it has; the
   * first one of a life may have been sent by the life before.
   */
  #sent: Batch | undefined;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(options: ActiveOptions) {
    const { io, times, host } = options;
    this.#options = options;
    this.#link = new Link({ ...options, what: `Active checks of ${options.what}`, abort: this.#abort.signal });
    const pace = new Pace(() => io.now().mono);
    this.#items = new Items({ ...options, host: host.host, backfill: times.backfill, pace });
    this.#stopListening = options.ring.onClose(() => this.#slotClosed());
  }

  get name(): string {
    return this.#options.name;
  }

  get state(): string {
    if (this.#link.trouble !== undefined) return this.#link.trouble;
    if (this.#link.succeeded === undefined) return "not asked yet";
    return this.#mayUpload ? "ok" : "it takes no values now";
  }

  get succeeded(): Clock | undefined {
    return this.#link.succeeded;
  }

  get items(): number | undefined {
    return this.#items.count;
  }

  get stats(): OutboxStats {
    return this.#options.outbox.stats;
  }

  /** Takes up what was sampled before it was made; before the first slot is closed there is nothing to tell. */
  async catchUp(): Promise<void> {
    if (this.#options.ring.closed >= 0) this.#slotClosed();
  }

  /** Gives up what is under way. What was not acknowledged stays in the outbox. */
  async close(): Promise<void> {
    this.#stopListening();
    this.#abort.abort();
    this.#wake();
    await this.#items.close();
    await this.#running;
  }

  #slotClosed(): void {
    this.#running ??= this.#run();
    void this.#evaluate();
  }

  async #evaluate(): Promise<void> {
    await this.#items.evaluate();
    this.#wake();
  }

  async #run(): Promise<void> {
    this.#items.restore();
    while (!this.#abort.signal.aborted) {
      const now = this.#now();
      const task = now < this.#pausedUntil ? undefined : this.#dueTask(now);
      if (task === undefined) await this.#sleep(this.#nextAt(now) - now);
      else await task();
    }
  }

  #dueTask(now: number): (() => Promise<void>) | undefined {
    if (now >= this.#listAt) return () => this.#list();
    if (this.#standing !== "wanted") return undefined;
    if (now >= this.#heartbeatAt && this.#options.times.heartbeat > 0) return () => this.#beat();
    return now >= this.#dataAt() ? () => this.#send() : undefined;
  }

  #nextAt(now: number): number {
    if (now < this.#pausedUntil) return this.#pausedUntil;
    if (this.#standing !== "wanted") return this.#listAt;
    const heartbeatAt = this.#options.times.heartbeat > 0 ? this.#heartbeatAt : Number.POSITIVE_INFINITY;
    return Math.min(this.#listAt, heartbeatAt, this.#dataAt());
  }

  #dataAt(): number {
    const { rows } = this.#options.outbox.stats;
    if (rows === 0 || !this.#mayUpload) return Number.POSITIVE_INFINITY;
    return rows >= BATCH_ROWS ? Number.NEGATIVE_INFINITY : this.#sendAt;
  }

  async #list(): Promise<void> {
    const { times, host, session } = this.#options;
    const asked = this.#now();
    const question = { host, session, revision: this.#revision, before: this.#listBody, seconds: times.timeout };
    const requested = await this.#link.request((send) => askList(send, question));
    if (requested.kind === "done") {
      this.#listAt = asked + times.refresh;
      await this.#take(requested.value);
    } else this.#settle(requested);
  }

  async #take({ reply, body }: AskedList): Promise<void> {
    this.#standing = "wanted";
    if (reply !== undefined) {
      this.#mayUpload = reply.upload;
      for (const fault of reply.faults) this.#options.log.warning(`The list of ${this.#options.what}: ${fault}.`);
    }
    if (reply?.items === undefined) this.#items.resume();
    else {
      this.#items.replace(reply.items);
      this.#revision = reply.revision;
      this.#listBody = body;
    }
    void this.#evaluate();
    if (reply !== undefined && reply.commands.length > 0) await this.#refuse(reply.commands);
  }

  async #refuse(ids: readonly number[]): Promise<void> {
    const { session, host, times, what, log } = this.#options;
    log.warning(`${ids.length} remote commands of ${what} were refused: tidemark runs none.`);
    await this.#link.request((send) => refuseCommands(send, { session, host: host.host, ids }, times.timeout));
  }

  async #beat(): Promise<void> {
    const { times, host } = this.#options;
    this.#heartbeatAt = this.#now() + times.heartbeat;
    const beating = { host: host.host, every: times.heartbeat, seconds: times.timeout };
    const requested = await this.#link.request((send) => beat(send, beating));
    if (requested.kind !== "done") this.#settle(requested);
  }

  async #send(): Promise<void> {
    const { outbox, host, times } = this.#options;
    const batch = await outbox.next(BATCH_ROWS);
    if (batch === undefined) return;
    const again = this.#sent === undefined || this.#sent === batch;
    this.#sent = batch;
    const upload = { batch, host: host.host, timeout: times.timeout };
    const requested = await this.#link.request((send) => sendBatch(send, upload));
    if (requested.kind !== "done") {
      this.#settle(requested);
      return;
    }
    this.#mayUpload = requested.value.upload;
    if (!this.#mayUpload) this.#listBody = undefined; // the next list says whether that holds, whatever it was before
    if (!requested.value.taken) return;
    const failed = again ? 0 : requested.value.failed;
    outbox.acknowledge(batch, failed);
    this.#sendAt = this.#now() + times.buffer;
    if (failed > 0) this.#sayFailed(requested.value, batch.rows.length);
  }

  #sayFailed({ failed, info }: SentBatch, rows: number): void {
    const { log, what } = this.#options;
    log.warning(`${failed} of ${rows} values were not wanted by the server of ${what}: ${info}.`);
  }

  #settle(requested: Exclude<Requested<never>, { kind: "done" }>): void {
    this.#revision = 0;
    this.#listBody = undefined;
    if (requested.kind === "refused") {
      this.#standing = "refused";
      this.#listAt = this.#now() + this.#options.times.refresh;
      this.#items.suspend(/not monitored/.test(requested.reason));
    }
    if (requested.kind !== "failed") return;
    this.#pausedUntil = this.#now() + requested.pause;
    if (this.#standing !== "refused") this.#items.resume();
    void this.#evaluate();
  }

  /** Waits until something is due, or something has changed. */
  #sleep(seconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel =
        seconds === Number.POSITIVE_INFINITY ? () => undefined : this.#options.io.after(seconds * 1000, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  #now(): number {
    return this.#options.io.now().mono;
  }
}
