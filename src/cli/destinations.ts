import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Io } from "../io/io.ts";
import { localZone } from "../io/local-zone.ts";
import type { Log } from "../io/log.ts";
import { shortName } from "../items/short-name.ts";
import { Outbox } from "../outbox/outbox.ts";
import { ActiveClient, type ActiveTimes } from "../transports/active/client.ts";
import type { ServerActive } from "../transports/active/server-active.ts";
import type { Destination } from "../transports/destination.ts";
import { Pace } from "../transports/pace.ts";
import type { ActiveHost } from "../zabbix/active.ts";
import { bootId } from "./boot-id.ts";
import type { Sampling } from "./sampling.ts";
import type { Settings } from "./settings.ts";
import { stateFile } from "./state-file.ts";

interface Surroundings {
  readonly sampling: Sampling;
  readonly io: Io;
  readonly log: Log;
}

/** A destination that values are sent to, with its queue. */
interface Running {
  /** What it was opened with: another text is another destination. */
  readonly opened: string;
  readonly client: ActiveClient;
  readonly outbox: Outbox;
}

const OUTBOXES = "outbox";
const LIST = "items.json";

/** All that values are sent to, each with a queue of its own. */
export class Destinations {
  readonly #surroundings: Surroundings;
  #running: readonly Running[] = [];

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get all(): readonly Destination[] {
    return this.#running.map(({ client }) => client);
  }

  /** Opens what the settings name, leaves alone what has not changed, closes the rest. */
  async apply(settings: Settings): Promise<void> {
    const wanted = settings.active.map((server) => ({ server, opened: openedWith(settings, server) }));
    const isWanted = ({ opened }: Running) => wanted.some((one) => one.opened === opened);
    const gone = this.#running.filter((running) => !isWanted(running));
    this.#running = this.#running.filter(isWanted);
    await Promise.all(gone.map(closed));
    for (const { server, opened } of wanted) {
      if (this.#running.some((running) => running.opened === opened)) continue;
      this.#running = [...this.#running, await this.#open(settings, server, opened)];
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#running.map(closed));
  }

  async #open(settings: Settings, server: ServerActive, opened: string): Promise<Running> {
    const { sampling, io, log } = this.#surroundings;
    const { core, step, slots, tls } = settings;
    const host = hostOf(settings);
    const name = shortName(server.text);
    const what = `host "${host.host}" at ${server.text}`;
    const directory = join(core.StateDir, OUTBOXES, shortName(`${host.host} ${server.text}`));
    const pace = new Pace(() => io.now().mono);
    const outbox = await Outbox.open({
      directory,
      name: what,
      step,
      boot: bootId(),
      limits: { bytes: 256 * 2 ** 20, seconds: 7 * 86_400 },
      now: () => io.now(),
      pause: () => pace.pause(),
      report: (line) => log.warning(line),
    });
    const client = new ActiveClient({
      name,
      what,
      nodes: server.nodes,
      tls: tls.connect,
      host,
      times: timesOf(settings),
      session: randomBytes(16).toString("hex"),
      outbox,
      listFile: stateFile(join(directory, LIST), log),
      registry: sampling.registry,
      ring: sampling.ring,
      stampOf: (slot) => sampling.stampOf(slot),
      step,
      slots,
      zone: localZone,
      io,
      log,
      random: Math.random,
    });
    return { opened, client, outbox };
  }
}

async function closed({ client, outbox }: Running): Promise<void> {
  await client.close();
  await outbox.close();
}

/** All that a client cannot take up while it runs. */
function openedWith(settings: Settings, { text }: ServerActive): string {
  return JSON.stringify([text, hostOf(settings), timesOf(settings), settings.tls.connect]);
}

/** Addresses that lead nowhere from outside are not told: then the server takes the one it sees us come from. */
function hostOf({ core }: Settings): ActiveHost {
  const [ip] = core.ListenIP;
  return {
    host: core.Hostname ?? "",
    metadata: core.HostMetadata,
    interface: core.HostInterface,
    ip: ip === undefined || /^(127\.|::1$|0\.0\.0\.0$|::$)/.test(ip) ? undefined : ip,
    port: core.ListenIP.length === 0 ? undefined : core.ListenPort,
  };
}

function timesOf({ core }: Settings): ActiveTimes {
  return {
    refresh: core.RefreshActiveChecks,
    heartbeat: core.HeartbeatFrequency,
    buffer: core.BufferSend,
    timeout: core.Timeout,
    backfill: core.BackfillNewHost,
  };
}
