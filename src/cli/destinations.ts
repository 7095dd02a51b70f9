import { join } from "node:path";
import { shortName } from "../items/short-name.ts";
import { Outbox } from "../outbox/outbox.ts";
import type { Destination } from "../transports/destination.ts";
import { Pace } from "../transports/pace.ts";
import { activeDestinations } from "./active-destination.ts";
import { bootId } from "./boot-id.ts";
import { pushDestinations } from "./push-destination.ts";
import type { Settings } from "./settings.ts";
import type { Client, Surroundings, Wanted } from "./wanted.ts";

interface Running {
  readonly made: string;
  readonly client: Client;
  readonly outbox: Outbox;
}

const OUTBOXES = "outbox";

/** All that values are sent to, each with a queue of its own. */
export class Destinations {
  readonly #surroundings: Omit<Surroundings, "settings">;
  #running: readonly Running[] = [];
  /** One change after the other: a reload may come while one is under way. */
  #work: Promise<void> = Promise.resolve();

  constructor(surroundings: Omit<Surroundings, "settings">) {
    this.#surroundings = surroundings;
  }

  get all(): readonly Destination[] {
    return this.#running.map(({ client }) => client);
  }

  /** Opens what the settings name, leaves alone what has not changed, closes the rest. */
  apply(settings: Settings): Promise<void> {
    this.#work = this.#work.then(() => this.#apply(settings));
    return this.#work;
  }

  async close(): Promise<void> {
    await this.#work;
    await Promise.all(this.#running.map(closed));
  }

  async #apply(settings: Settings): Promise<void> {
    const surroundings = { ...this.#surroundings, settings };
    const wanted = [...activeDestinations(surroundings), ...pushDestinations(surroundings)];
    const isWanted = ({ made }: Running) => wanted.some((one) => one.made === made);
    const gone = this.#running.filter((running) => !isWanted(running));
    this.#running = this.#running.filter(isWanted);
    await Promise.all(gone.map(closed));
    for (const { outbox } of this.#running) outbox.apply(limitsOf(settings));
    const isNew = ({ made }: Wanted) => !this.#running.some((running) => running.made === made);
    for (const one of wanted.filter(isNew)) this.#running = [...this.#running, await this.#open(one, settings)];
  }

  async #open({ what, queue, made, open }: Wanted, settings: Settings): Promise<Running> {
    const { io, log } = this.#surroundings;
    const directory = join(settings.core.StateDir, OUTBOXES, shortName(queue));
    const pace = new Pace(() => io.now().mono);
    const outbox = await Outbox.open({
      directory,
      name: what,
      step: settings.step,
      boot: bootId(),
      limits: limitsOf(settings),
      now: () => io.now(),
      pause: () => pace.pause(),
      report: (line) => log.warning(line),
    });
    const client = open(outbox, directory);
    await client.catchUp?.(Math.floor(io.now().clock / settings.step));
    return { made, client, outbox };
  }
}

function limitsOf({ core }: Settings) {
  return { bytes: core.OutboxSize, seconds: core.OutboxAge };
}

async function closed({ client, outbox }: Running): Promise<void> {
  await client.close();
  await outbox.close();
}
