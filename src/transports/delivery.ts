import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import type { Batch } from "../outbox/batch.ts";
import type { Outbox } from "../outbox/outbox.ts";
import { Backoff } from "./backoff.ts";

/**
 * What became of a batch.
 * - delivered: the other side has it; `failed`: rows of it that it refused, `info`: its own words.
 * - failed: it has not, as far as is known; sent again. A lower-case fragment.
 */
export type Sent =
  | { readonly kind: "delivered"; readonly failed: number; readonly info: string }
  | { readonly kind: "failed"; readonly reason: string };

export interface DeliveryOptions {
  readonly outbox: Outbox;
  /** The destination in log lines. */
  readonly name: string;
  /** Rows of a batch, at most. */
  readonly batchRows: number;
  /** Sends a batch; never rejects. `again`: it was sent before, and the answer did not come. */
  readonly send: (batch: Batch, again: boolean) => Promise<Sent>;
  readonly io: Pick<Io, "now" | "after">;
  readonly log: Log;
  /** 0 to 1. */
  readonly random: () => number;
}

/** How deliveries go. `lastSuccess`: clock; `trouble`: why the newest attempt failed. */
export interface DeliveryState {
  readonly lastSuccess: number | undefined;
  readonly trouble: string | undefined;
}

/** Hands the batches of an outbox to a destination one after the other, again and again until it has them. */
export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #backoff: Backoff;
  #running: Promise<void> | undefined;
  #woken = false;
  #tried: Batch | undefined;
  #lastSuccess: number | undefined;
  #trouble: string | undefined;
  #refusing = false;
  #held = false;
  #closed = false;
  #skipPause: (() => void) | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.random);
  }

  get state(): DeliveryState {
    return { lastSuccess: this.#lastSuccess, trouble: this.#trouble };
  }

  /** Sends what waits, unless that is under way or a pause after a failure is. */
  wake(): void {
    this.#woken = true;
    if (this.#closed || this.#held) return;
    this.#running ??= Promise.resolve().then(() => this.#run());
  }

  /** Holds everything back, or goes on: the other side can ask for that. */
  hold(held: boolean): void {
    this.#held = held;
    if (!held) this.wake();
  }

  /** Ends after the attempt under way; what is not delivered stays in the outbox. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#skipPause?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#woken && !this.#closed && !this.#held) {
      this.#woken = false;
      await this.#sendAll();
    }
    this.#running = undefined;
  }

  async #sendAll(): Promise<void> {
    const { outbox, batchRows } = this.#options;
    while (!this.#closed && !this.#held) {
      const batch = await outbox.next(batchRows);
      if (batch === undefined) return;
      await this.#attempt(batch);
    }
  }

  async #attempt(batch: Batch): Promise<void> {
    const again = this.#tried === batch;
    this.#tried = batch;
    const sent = await this.#options.send(batch, again);
    if (sent.kind === "delivered") this.#delivered(batch, sent);
    else await this.#failed(sent.reason);
  }

  #delivered(batch: Batch, { failed, info }: Extract<Sent, { kind: "delivered" }>): void {
    const { outbox, io, log, name } = this.#options;
    outbox.acknowledge(batch, failed);
    this.#backoff.reset();
    this.#lastSuccess = io.now().clock;
    if (this.#trouble !== undefined) log.info(`${name} takes values again; ${outbox.stats.rows} wait.`);
    this.#trouble = undefined;
    if (failed > 0 && !this.#refusing)
      log.warning(`${name} refused ${failed} of ${batch.rows.length} values: ${info}.`);
    this.#refusing = failed > 0;
  }

  async #failed(reason: string): Promise<void> {
    const { io, log, name } = this.#options;
    if (reason !== this.#trouble) log.warning(`Values for ${name} wait: ${reason}.`);
    this.#trouble = reason;
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      const cancel = io.after(this.#backoff.next() * 1000, resolve);
      this.#skipPause = () => {
        cancel();
        resolve();
      };
    });
  }
}
