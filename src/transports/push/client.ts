import type { Io } from "../../io/io.ts";
import type { Log } from "../../io/log.ts";
import type { Registry } from "../../items/registry.ts";
import type { Batch } from "../../outbox/batch.ts";
import type { Outbox, OutboxStats } from "../../outbox/outbox.ts";
import type { OutboxRow } from "../../outbox/row.ts";
import type { Ring } from "../../ring/ring.ts";
import type { Clock, Stamp } from "../../ring/sample.ts";
import { instantOf } from "../../zabbix/instant.ts";
import { encodeSenderBody } from "../../zabbix/sender.ts";
import type { Link } from "../active/link.ts";
import type { Destination } from "../destination.ts";
import { Pace } from "../pace.ts";
import { SlotFeed } from "../slot-feed.ts";
import { Acceptance, REQUEST_ROWS } from "./acceptance.ts";
import type { PushedKeys } from "./keys.ts";
import { sendBatch } from "./requests.ts";

export interface PushOptions {
  /** Short name of the destination. */
  readonly name: string;
  /** The destination in log lines, where it is the subject. */
  readonly what: string;
  /** Name of the host in Zabbix. */
  readonly host: string;
  /** Directive Timeout, seconds. */
  readonly timeout: number;
  /** Slots from one value of a key to the next. */
  readonly everySlots: number;
  readonly keys: Pick<PushedKeys, "all" | "refresh">;
  readonly outbox: Pick<Outbox, "put" | "settled" | "cursor" | "cursorClock" | "next" | "acknowledge" | "stats">;
  readonly link: Pick<Link, "request" | "trouble" | "succeeded">;
  /** Aborts what the link has under way, at the close. */
  readonly abort: AbortController;
  readonly registry: Pick<Registry, "askAt">;
  readonly ring: Pick<Ring, "onClose" | "closed">;
  /** When a slot was sampled; undefined: it was not, or the ring has lost it. */
  readonly stampOf: (slot: number) => Stamp | undefined;
  /** How many slots the ring has. */
  readonly slots: number;
  readonly io: Pick<Io, "now" | "after">;
  readonly log: Pick<Log, "info" | "warning">;
}

/** Until a server that says no to a whole request is asked again. */
const REFUSED_SECONDS = 60;

/** Pushes the values of some keys to trapper items of one host, each with the time of its own sample, oldest first. */
export class PushClient implements Destination {
  readonly #options: PushOptions;
  readonly #acceptance: Acceptance;
  readonly #feed: SlotFeed;
  readonly #stopListening: () => void;
  #running: Promise<void> | undefined;
  #closed = false;
  #woken = false;
  /** Monotonic seconds until which nothing is sent after a failure. */
  #pausedUntil = Number.NEGATIVE_INFINITY;
  /** The batch that was sent last. */
  #tried: Batch | undefined;
  #wake: () => void = () => undefined;

  constructor(options: PushOptions) {
    this.#options = options;
    this.#acceptance = new Acceptance(options);
    const evaluate = (slot: number, stamp: Stamp) => this.#evaluate(slot, stamp);
    this.#feed = new SlotFeed({ ...options, evaluate });
    this.#stopListening = options.ring.onClose((slot) => void this.#slotClosed(slot));
  }

  get name(): string {
    return this.#options.name;
  }

  get state(): string {
    const { link } = this.#options;
    return link.trouble ?? (link.succeeded === undefined ? "nothing sent yet" : "ok");
  }

  get succeeded(): Clock | undefined {
    return this.#options.link.succeeded;
  }

  get items(): number | undefined {
    return this.#options.keys.all.length;
  }

  get stats(): OutboxStats {
    return this.#options.outbox.stats;
  }

  /** Takes up what was sampled before it was made: before a kill, or while its queue was read. `newest`: the slot of now */
  async catchUp(newest: number): Promise<void> {
    await this.#feed.catchUp(newest);
    const { closed } = this.#options.ring;
    if (closed >= 0 && !this.#closed) await this.#slotClosed(closed);
  }

  /** Gives up what is under way. What was not acknowledged stays in the outbox. */
  async close(): Promise<void> {
    this.#stopListening();
    this.#closed = true;
    this.#options.abort.abort();
    this.#wake();
    await this.#feed.close();
    await this.#running;
  }

  async #slotClosed(slot: number): Promise<void> {
    await this.#feed.slotClosed(slot); // at once: the next tick may be of the same slot
    this.#woken = true;
    this.#running ??= this.#run();
    this.#wake();
    await this.#options.keys.refresh();
  }

  async #evaluate(slot: number, stamp: Stamp): Promise<readonly OutboxRow[]> {
    const { everySlots, keys, registry, host, io } = this.#options;
    if (slot % everySlots !== 0) return [];
    const pace = new Pace(() => io.now().mono);
    const rows: OutboxRow[] = [];
    for (const key of keys.all) {
      const reply = registry.askAt(key, { slot, since: slot - everySlots, stamp });
      if (reply.kind === "value")
        rows.push({ ...instantOf(reply.clock), body: encodeSenderBody({ host, key, value: reply.text }) });
      await pace.pause();
    }
    return rows;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#woken = false;
      const seconds = await this.#step();
      if (seconds > 0) await this.#sleep(seconds);
    }
  }

  /** Does one thing. @returns seconds until there is another one to do; infinite: when something is put */
  async #step(): Promise<number> {
    const { outbox, link, io, timeout } = this.#options;
    if (io.now().mono < this.#pausedUntil) return this.#pausedUntil - io.now().mono;
    if (this.#acceptance.dueAt <= io.now().mono) await this.#acceptance.retry();
    const batch = await outbox.next(REQUEST_ROWS);
    if (batch === undefined) return this.#acceptance.dueAt - io.now().mono;
    const sent = await link.request((send) => sendBatch(send, batch, { now: io.now().clock, timeout }));
    if (sent.kind === "done") {
      const isRepeated = batch.isRecalled || batch === this.#tried; // servers refuse what they have already
      outbox.acknowledge(batch, isRepeated ? 0 : sent.value.failed);
      await this.#acceptance.judge(batch, sent.value.failed, isRepeated);
    }
    this.#tried = batch;
    if (sent.kind === "failed") this.#pausedUntil = io.now().mono + sent.pause;
    if (sent.kind === "refused") this.#pausedUntil = io.now().mono + REFUSED_SECONDS;
    return 0;
  }

  /** Waits so long, or until something is put when there was nothing to do. */
  #sleep(seconds: number): Promise<void> {
    if (this.#woken || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = Number.isFinite(seconds) ? this.#options.io.after(seconds * 1000, resolve) : () => undefined;
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }
}
