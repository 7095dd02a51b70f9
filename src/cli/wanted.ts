import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import type { Outbox } from "../outbox/outbox.ts";
import type { Destination } from "../transports/destination.ts";
import type { Sampling } from "./sampling.ts";
import type { Settings } from "./settings.ts";

/** What a client of a destination is made with, beside its outbox. */
export interface Surroundings {
  readonly settings: Settings;
  readonly sampling: Sampling;
  readonly io: Io;
  readonly log: Log;
}

/** A destination that the configuration names. */
export interface Wanted {
  /** Short name. */
  readonly name: string;
  /** In log lines. */
  readonly what: string;
  /** By which its queue is found again after a restart. */
  readonly queue: string;
  /** All that a client cannot take up while it runs: another text is another client. */
  readonly made: string;
  /** @param directory that of the outbox, for what else is to survive a restart */
  open(outbox: Outbox, directory: string): Client;
}

/** Closing gives up what is under way; what was not acknowledged stays in the outbox. */
export interface Client extends Destination {
  /** Takes up what was sampled before it was made. `newest`: no later slot can have been sampled. */
  catchUp(newest: number): Promise<void>;
  close(): Promise<void>;
}
