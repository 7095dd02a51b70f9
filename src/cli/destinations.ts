import { join } from "node:path";
import { shortName } from "../items/short-name.ts";
import { Outbox } from "../outbox/outbox.ts";
import type { Finding } from "../sources/source.ts";
import type { Destination } from "../transports/destination.ts";
import { activeDestinations } from "./active-destination.ts";
import { FormerQueues } from "./former-queues.ts";
import { pushDestinations } from "./push-destination.ts";
import { queueOptions } from "./queue-options.ts";
import type { Settings } from "./settings.ts";
import type { Client, Surroundings, Wanted } from "./wanted.ts";

interface Running {
  readonly client: Client;
  readonly outbox: Outbox;
}

/** A destination of the configuration. `running`: undefined until what waits for it has been read. */
interface Place {
  readonly wanted: Wanted;
  running: Running | undefined;
}

const OUTBOXES = "outbox";
/** Values for none may have become too old since the look before. */
const LOOK_SECONDS = 86_400;

/** All that values are sent to, each with a queue of its own. */
export class Destinations {
  readonly #surroundings: Omit<Surroundings, "settings">;
  readonly #former: FormerQueues;
  #places: readonly Place[] = [];
  /** One change after the other: a reload may come while one is under way. */
  #work: Promise<void> = Promise.resolve();
  #leaving: Promise<unknown> = Promise.resolve();
  #cancelLook: () => void = () => undefined;
  #closed = false;

  constructor(surroundings: Omit<Surroundings, "settings">) {
    this.#surroundings = surroundings;
    this.#former = new FormerQueues(surroundings);
  }

  get all(): readonly Destination[] {
    return this.#places.map(({ running, wanted }) => running?.client ?? joining(wanted));
  }

  /** Values that wait for none of them. */
  get findings(): readonly Finding[] {
    return this.#former.findings;
  }

  /**
   * Opens what the settings name, leaves alone what has not changed, closes the rest. All are listed at once; each joins
   * when what waits for it has been read, which takes a second for a few hundred megabytes.
   */
  apply(settings: Settings): Promise<void> {
    this.#work = this.#work.then(() => this.#apply(settings));
    return this.#work;
  }

  /** Does not wait for what is still being read: nothing has changed there. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelLook();
    await Promise.all([this.#leaving, ...this.#places.map(closed)]);
  }

  async #apply(settings: Settings): Promise<void> {
    if (this.#closed) return;
    const surroundings = { ...this.#surroundings, settings };
    const wanted = [...activeDestinations(surroundings), ...pushDestinations(surroundings)];
    const before = this.#places;
    this.#places = wanted.map((one) => before.find(isMadeAs(one)) ?? { wanted: one, running: undefined });
    this.#leaving = Promise.all(before.filter((place) => !this.#places.includes(place)).map(closed));
    await this.#leaving;
    await Promise.all(this.#places.map((place) => this.#join(place, settings)));
    await this.#look(settings);
  }

  /** Looks for values that no destination waits for, now and each day. */
  async #look(settings: Settings): Promise<void> {
    this.#cancelLook();
    if (this.#closed) return;
    const wanted = this.#places.map((place) => directoryOf(place.wanted));
    await this.#former.look(join(settings.core.StateDir, OUTBOXES), wanted, settings);
    this.#cancelLook = this.#surroundings.io.after(LOOK_SECONDS * 1000, () => {
      this.#work = this.#work.then(() => this.#look(settings));
    });
  }

  async #join(place: Place, settings: Settings): Promise<void> {
    const { io, log, sampling } = this.#surroundings;
    const { what, open } = place.wanted;
    const directory = join(settings.core.StateDir, OUTBOXES, directoryOf(place.wanted));
    const options = { ...queueOptions(settings, { io, log }), directory, name: what };
    place.running?.outbox.apply(options.limits);
    if (place.running !== undefined || this.#closed) return;
    const outbox = await Outbox.open(options);
    if (this.#closed) return outbox.close();
    const client = open(outbox, directory);
    place.running = { client, outbox };
    await client.catchUp(Math.max(sampling.ring.closed, Math.floor(io.now().clock / settings.step)));
  }
}

function isMadeAs({ made }: Wanted): (place: Place) => boolean {
  return ({ wanted }) => wanted.made === made;
}

function directoryOf({ queue }: Wanted): string {
  return shortName(queue);
}

/** A destination of which it is not known yet what waits for it. */
function joining({ name }: Wanted): Destination {
  const stats = { rows: Number.NaN, bytes: Number.NaN, oldest: Number.NaN, dropped: 0, failed: 0 };
  return { name, state: "what waits for it is being read", succeeded: undefined, items: undefined, stats };
}

async function closed({ running }: Place): Promise<void> {
  await running?.client.close();
  await running?.outbox.close();
}
