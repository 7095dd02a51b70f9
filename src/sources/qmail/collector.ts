import type { Io } from "../../io/io.ts";
import { bytePath } from "../../io/local-files.ts";
import { value } from "../../ring/answer.ts";
import type { Collector, Publish, Remembered, Surroundings, Tick } from "../source.ts";
import type { QmailSection } from "./section.ts";
import { worldOf } from "./sender.ts";
import { type Places, Target } from "./target.ts";

/** The target that needs no name. */
const DEFAULT = "qmail";
const DEFAULT_QUEUE = "/var/qmail/queue";
/** Where installations of qmail have the log of qmail-send. */
const USUAL_LOGS = ["/var/log/qmail", "/var/log/qmail/qmail-send", "/service/qmail-send/log/main"];

/** Counts the queues of this machine's qmails at each tick; nothing of qmail is started or woken. */
export function open(section: QmailSection, { io, remembered }: Surroundings): Collector {
  return new QmailCollector(io, section, remembered);
}

class QmailCollector implements Collector {
  readonly #io: Io;
  readonly #section: QmailSection;
  readonly #named: readonly Target[];
  /** Undefined while there is no queue at the usual place. */
  #usual: Target | undefined;
  #isKnown: boolean;

  constructor(io: Io, section: QmailSection, remembered: ReadonlyMap<string, Remembered>) {
    this.#io = io;
    this.#section = section;
    this.#isKnown = remembered.has(DEFAULT);
    this.#named = [...section.named].flatMap(([name, { Queue, Log }]) =>
      Queue === undefined ? [] : [new Target(io, placesOf(name, Queue, Log))],
    );
  }

  async collect(tick: Tick, publish: Publish): Promise<void> {
    this.#usual = this.#findUsual();
    const targets = [...(this.#usual === undefined ? [] : [this.#usual]), ...this.#named];
    if (targets.length > 0) await this.#sampleAll(targets, tick, publish);
    publish.roster(value(new Map(targets.map(({ places, labels }) => [places.name, labels]))));
    if (this.#usual !== undefined && !this.#isConfigured && this.#isThere)
      publish.remember(DEFAULT, this.#usual.labels);
  }

  forget(target: string): boolean {
    const isOurs = target === DEFAULT && this.#isKnown && !this.#isConfigured;
    if (isOurs) this.#isKnown = false;
    return isOurs;
  }

  async close(): Promise<void> {
    // nothing is kept open
  }

  async #sampleAll(targets: readonly Target[], tick: Tick, publish: Publish): Promise<void> {
    const locks = await this.#io.readTextAside("/proc/locks");
    const world = worldOf(this.#io, locks, targets.length === 1);
    for (const target of targets) {
      publish.sample(await target.sample(world, tick.deadline));
      for (const finding of target.findings) publish.finding(finding);
    }
  }

  get #isConfigured(): boolean {
    const { Queue, Log } = this.#section.general;
    return Queue !== undefined || Log !== undefined;
  }

  get #isThere(): boolean {
    const facts = this.#io.files.facts(DEFAULT_QUEUE);
    return facts.kind === "ok" || facts.code === "EACCES";
  }

  /** A queue that was there once stays listed. Where one of another name is at the usual place, it is that one. */
  #findUsual(): Target | undefined {
    const { Queue = DEFAULT_QUEUE, Log } = this.#section.general;
    if (!this.#isConfigured && this.#named.some(({ places }) => places.queue === DEFAULT_QUEUE)) return undefined;
    this.#isKnown ||= this.#isConfigured || this.#isThere;
    if (!this.#isKnown) return undefined;
    const places = placesOf(DEFAULT, Queue, Log ?? this.#usualLog());
    const isSame = this.#usual !== undefined && this.#usual.places.log === places.log;
    return isSame ? this.#usual : new Target(this.#io, places);
  }

  #usualLog(): string | undefined {
    return USUAL_LOGS.find((directory) => this.#io.files.facts(`${directory}/current`).kind === "ok");
  }
}

function placesOf(name: string, queue: string, log: string | undefined): Places {
  return { name, queue: bytePath(queue), log: log === undefined ? undefined : bytePath(log) };
}
