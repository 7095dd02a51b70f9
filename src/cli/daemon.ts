import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Io } from "../io/io.ts";
import { makeDirectory } from "../io/make-directory.ts";
import type { LineLog } from "../io/stderr-log.ts";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { Firing } from "../schedule/cron.ts";
import { SOURCES } from "../sources/all.ts";
import { type ControlSocket, listenControl } from "../transports/control-socket.ts";
import { listenPassive, type PassiveServer } from "../transports/passive-server.ts";
import { ValueFiles } from "../transports/value-files.ts";
import { errorText } from "../words/error-text.ts";
import { Destinations } from "./destinations.ts";
import { printedCalls, statusOf } from "./report.ts";
import { Sampling } from "./sampling.ts";
import { selfCheck } from "./self-check.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Name of the control socket in RunDir. */
export const CONTROL_SOCKET = "tidemark.sock";
/** Name of the value files' directory in RunDir. */
const VALUE_DIRECTORY = "v";
/** So long the first tick waits for destinations to read what waits for them: only a large backlog takes longer. */
const JOIN_MS = 200;

interface Parts {
  readonly settings: Settings;
  readonly io: Io;
  readonly log: LineLog;
  readonly sampling: Sampling;
  readonly passive: PassiveServer;
  readonly destinations: Destinations;
}

export interface DaemonOptions {
  readonly io: Io;
  readonly log: LineLog;
  /** Only a parent asks, at the control socket: without one there is no use in running, nor in value files. */
  readonly attached: boolean;
  /** Sockets for passive checks that listen already: then ListenIP and ListenPort do not count. */
  readonly sockets: readonly number[];
}

/** The bridge: schedule, ring and all transports of one configuration. */
export class Daemon {
  readonly sampling: Sampling;
  readonly #io: Io;
  readonly #log: LineLog;
  readonly #passive: PassiveServer;
  readonly #destinations: Destinations;
  /** What cannot change while running is as it was then. */
  readonly #started: Settings;
  #settings: Settings;
  #control: ControlSocket | undefined;
  #values: ValueFiles | undefined;
  #firing: Firing | undefined;

  private constructor(parts: Parts) {
    this.#started = parts.settings;
    this.#settings = parts.settings;
    this.#io = parts.io;
    this.#log = parts.log;
    this.sampling = parts.sampling;
    this.#passive = parts.passive;
    this.#destinations = parts.destinations;
  }

  /** Listens, replays the journal and fires the first tick; malformed when nobody could ask: a port cannot be had. */
  static async start(settings: Settings, { io, log, attached, sockets }: DaemonOptions): Promise<Parsed<Daemon>> {
    let passive: PassiveServer | undefined;
    let destinations: Destinations | undefined;
    const counts = {
      requests: () => passive?.requests ?? 0,
      refused: () => passive?.refused ?? new Map<string, number>(),
      destinations: () => destinations?.all ?? [],
    };
    const sampling = new Sampling({ settings, io, log, counts, journal: "write" });
    const listening = await listenPassive({
      ...passiveRules(settings, sampling, settings),
      addresses: settings.core.ListenIP,
      port: settings.core.ListenPort,
      inherited: sockets,
      io,
      log,
    });
    if (listening.kind === "malformed") {
      await sampling.close();
      return malformed(listening.reason);
    }
    passive = listening.value;
    destinations = new Destinations({ sampling, io, log });
    await atMost(JOIN_MS, destinations.apply(settings), io);
    const daemon = new Daemon({ settings, io, log, sampling, passive, destinations });
    await daemon.#openRunDirectory(attached);
    if (attached && daemon.#control === undefined) {
      await daemon.stop();
      return malformed("there is no control socket to ask at");
    }
    const plan = { expression: settings.core.Schedule, step: settings.step };
    daemon.#firing = new Firing(plan, io, () => void sampling.schedule.tick());
    return ok(daemon);
  }

  get settings(): Settings {
    return this.#settings;
  }

  /** Where it listens for passive checks. */
  get addresses(): readonly AddressInfo[] {
    return this.#passive.addresses;
  }

  /** What is wrong with the daemon itself, a fragment; undefined: it ticks and answers. */
  trouble(): Promise<string | undefined> {
    const control = this.#control === undefined ? undefined : join(this.#started.core.RunDir, CONTROL_SOCKET);
    return selfCheck({
      settings: this.#settings,
      io: this.#io,
      finished: this.sampling.schedule.finished?.mono,
      addresses: this.addresses,
      control,
    });
  }

  /** Reads the configuration again; what is wrong with it is said, and then the old one stays in force. */
  async reload(): Promise<void> {
    this.#log.renew();
    const read = readSettings(this.#settings.path);
    if (read.kind === "malformed") {
      for (const line of read.reason.split("\n")) this.#log.error(line);
      this.#log.error("The configuration was not reloaded: the old one stays in force.");
      return;
    }
    for (const name of needRestart(this.#started, read.value)) {
      this.#log.warning(`${name} has changed: this takes effect at the next start.`);
    }
    this.#settings = read.value;
    this.#log.debugLevel = read.value.core.DebugLevel;
    const over = this.sampling.reload(read.value);
    this.#passive.apply(passiveRules(read.value, this.sampling, this.#started));
    this.#log.info("The configuration was reloaded.");
    void this.#destinations.apply(read.value);
    await over;
  }

  /** Ends cleanly: no new ticks, the one in flight finished, journal and value files put in order. */
  async stop(): Promise<void> {
    this.#firing?.stop();
    await this.#passive.close();
    await this.#control?.close();
    await this.#destinations.close();
    await this.sampling.close();
    await this.#values?.close();
  }

  async #openRunDirectory(attached: boolean): Promise<void> {
    const { RunDir } = this.#settings.core;
    const { registry, ring, schedule } = this.sampling;
    const why = obstacleTo(RunDir);
    if (why !== undefined) {
      this.#log.warning(`No control socket and no value files for UserParameters: cannot make "${RunDir}": ${why}.`);
      return;
    }
    const control = await listenControl({
      path: join(RunDir, CONTROL_SOCKET),
      ask: (key) => registry.ask(key),
      commands: {
        print: async () => ({ calls: await printedCalls(registry, () => this.#io.now().mono) }),
        status: () => {
          const destinations = this.#destinations.all;
          const findings = [...schedule.findings, ...this.#destinations.findings];
          const seen = { moment: ring.now(), findings, now: this.#io.now(), destinations };
          return statusOf(SOURCES, seen, () => this.#io.now().mono);
        },
        forget: ({ target }) => ({ forgotten: this.#forget(target) }),
      },
      io: this.#io,
      log: this.#log,
    });
    if (control.kind === "ok") this.#control = control.value;
    else this.#log.warning(`No control socket: ${control.reason}.`);
    if (!attached) this.#openValueFiles(join(RunDir, VALUE_DIRECTORY));
  }

  #openValueFiles(directory: string): void {
    const { registry, ring } = this.sampling;
    const values = new ValueFiles({
      directory,
      registry,
      items: SOURCES.flatMap((source) => source.items),
      wanted: () => this.#settings.core["UserParameter.Files"],
      keys: () => this.#settings.core["UserParameter.Keys"],
      step: this.#settings.step,
      io: this.#io,
      log: this.#log,
    });
    ring.onClose(() => values.slotClosed());
    this.#values = values;
  }

  /** True when some source had discovered a target of this name. */
  #forget(target: unknown): boolean {
    if (typeof target !== "string") return false;
    return SOURCES.map(({ name }) => this.sampling.schedule.forget(name, target)).includes(true);
  }
}

function passiveRules({ peers, tls, core }: Settings, { registry }: Sampling, started: Settings) {
  return {
    peers,
    registry,
    accept: tls.accept,
    timeoutSeconds: started.core.Timeout,
    peerRate: core.PeerRate,
  };
}

const NEED_RESTART = [
  "Schedule",
  "History",
  "StateDir",
  "RunDir",
  "ListenIP",
  "ListenPort",
  "Timeout",
  "ForgetAfter",
] as const;

/** Directives that differ from those of the start and do not take effect before the next one. */
function needRestart(started: Settings, now: Settings): readonly string[] {
  return NEED_RESTART.filter((name) => String(started.core[name]) !== String(now.core[name]));
}

/** Why RunDir cannot be made, or undefined when it is there. */
function obstacleTo(path: string): string | undefined {
  try {
    makeDirectory(path, 0o755);
    return undefined;
  } catch (error) {
    return errorText(error);
  }
}

/** Resolves when the work is done, or when it has taken so long. */
function atMost(ms: number, work: Promise<void>, io: Io): Promise<void> {
  return new Promise((resolve) => {
    const cancel = io.after(ms, resolve);
    void work.then(() => {
      cancel();
      resolve();
    });
  });
}
