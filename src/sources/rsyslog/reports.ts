import type { Io } from "../../io/io.ts";
import type { Slices } from "../../io/slices.ts";
import { unknown, value } from "../../ring/answer.ts";
import type { Clock } from "../../ring/sample.ts";
import type { Publish } from "../source.ts";
import { ACTION_KIND } from "./actions/action.ts";
import { Family, type Paced, type TickFacts } from "./family.ts";
import type { StatsFeed, Sweep } from "./feed/sweep.ts";
import { staleSweep } from "./freshness.ts";
import { INPUT_KIND } from "./inputs/input.ts";
import { Life } from "./life.ts";
import type { Machine } from "./machine.ts";
import { type Queue, queueKind } from "./queues/queue.ts";
import type { QueueRecord } from "./queues/record.ts";
import { unreadFinding } from "./setup.ts";
import { ACTIONS, INPUTS, QUEUES } from "./sources.ts";
import type { Spools } from "./spool/spools.ts";
import { statisticsSample, TARGET } from "./statistics/sample.ts";
import { sweepClock } from "./sweep-clock.ts";

/** What is known beside the reports. */
export interface ReportsWorld {
  readonly machine: Machine;
  readonly spools: Spools;
}

/** All that one feed of statistics tells: every sweep goes to all families, in order. */
export class Reports {
  readonly #io: Io;
  readonly #feed: StatsFeed;
  readonly #machine: Machine;
  readonly #life = new Life();
  readonly #queues: Family<QueueRecord, Queue>;
  readonly #actions = new Family(ACTION_KIND);
  readonly #inputs = new Family(INPUT_KIND);
  #clock: Clock | undefined;

  constructor(io: Io, feed: StatsFeed, { machine, spools }: ReportsWorld) {
    this.#io = io;
    this.#feed = feed;
    this.#machine = machine;
    this.#queues = new Family(
      queueKind({
        settings: (native) => machine.settings(native),
        own: (native) => machine.own(native),
        files: (settings) => spools.filesOf(settings, machine.directoryOf(settings)),
        unread: () => machine.unread,
      }),
    );
  }

  /** Another one for each life of rsyslogd that began while we looked. */
  get epoch(): string {
    return this.#life.epoch;
  }

  get hasDiskParts(): boolean {
    return this.#queues.reported.some(({ hasDiskPart }) => hasDiskPart);
  }

  /** Messages that wait in a queue; undefined: that is not known now. */
  sizeOf(native: string): number | undefined {
    const isKnown = this.#facts().stale === undefined;
    return isKnown ? this.#queues.reported.find((queue) => queue.native === native)?.size : undefined;
  }

  async look(slices: Slices): Promise<void> {
    await this.#feed.look(slices);
    for (const sweep of this.#feed.take()) {
      this.#put(sweep);
      await slices.pause();
    }
  }

  #put(sweep: Sweep): void {
    const continuation = this.#life.put(sweep, this.#machine.configuration?.stats?.resetCounters);
    this.#clock = sweepClock(sweep.clock, this.#clock, this.#feed.interval);
    const facts = { clock: this.#clock, continuation };
    this.#queues.put(sweep, facts);
    this.#actions.put(sweep, facts);
    this.#inputs.put(sweep, facts);
  }

  async publish(publish: Publish, paced: Paced): Promise<void> {
    const facts = this.#facts();
    publish.sample(statisticsSample(this.#feed, facts));
    publish.roster(value(new Map([[TARGET, {}]])));
    await this.#queues.publish(publish, facts, paced);
    await this.#actions.publish(publish, facts, paced);
    await this.#inputs.publish(publish, facts, paced);
    const unread = this.#machine.configuration && unreadFinding(this.#machine.configuration);
    for (const finding of [this.#feed.finding, unread]) if (finding !== undefined) publish.finding(finding);
  }

  /** Where nothing is read there are no queues and the like. @param hidden why that is not certain */
  static publishNothing(publish: Publish, hidden: string | undefined): void {
    const roster = hidden === undefined ? value(new Map()) : unknown(hidden);
    for (const source of [QUEUES, ACTIONS, INPUTS]) publish.roster(roster, source);
  }

  #facts(): TickFacts {
    const { newest, trouble } = this.#feed;
    const stamp = this.#io.now();
    const interval = this.#feed.interval ?? this.#machine.configuration?.stats?.interval;
    const stale = newest === undefined ? undefined : staleSweep(newest, stamp, interval);
    const why = stale === undefined || trouble === undefined ? stale : `${stale}: ${trouble}`;
    return { stamp, epoch: this.#life.epoch, clock: this.#clock, interval, stale: why, trouble };
  }

  close(): void {
    this.#feed.close();
  }
}
