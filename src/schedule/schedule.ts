import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import type { Ring } from "../ring/ring.ts";
import type { Sample, Stamp } from "../ring/sample.ts";
import type { Collector, Finding, Publish, Tick } from "../sources/source.ts";
import { listed, sentence } from "../words/sentence.ts";
import type { KnownTargets } from "./known-targets.ts";
import type { SlotCounter } from "./slots.ts";
import { Troubles } from "./troubles.ts";

/** A source that is being sampled. */
export interface Running {
  readonly name: string;
  readonly collector: Collector;
}

/** Where closed slots are kept beyond memory. */
export interface Keeper {
  /** Takes a sample of the tick that runs. */
  add(kept: Kept): void;
  /** Keeps what was added since the slot before. */
  keep(slot: number): void;
}

export interface Kept {
  readonly source: string;
  readonly sample: Sample;
}

/** How a source's newest tick went. */
export interface SourceRun {
  readonly settled: boolean;
  readonly seconds: number;
}

export interface ScheduleOptions {
  readonly step: number;
  /** Directive Timeout, seconds. */
  readonly timeout: number;
  /** Directive ForgetAfter, seconds. */
  readonly forgetAfter: number;
  readonly slots: SlotCounter;
  readonly ring: Ring;
  readonly keeper: Keeper;
  readonly known: KnownTargets;
  readonly io: Io;
  readonly log: Log;
}

/** The next tick must find this one settled. */
const BEFORE_NEXT_TICK_SECONDS = 0.1;
/** A collector that does not settle this long after its deadline is left behind; that is a bug of it, not of a target. */
const GRACE_SECONDS = 0.05;

/** Runs the collectors at each tick, writes their samples into ring and journal, and closes the slot. */
export class Schedule {
  readonly #options: ScheduleOptions;
  #running: readonly Running[];
  readonly #troubles: Troubles;
  readonly #runs = new Map<string, SourceRun>();
  readonly #findings = new Map<string, readonly Finding[]>();
  #lastSlot: number | undefined;
  #current: Promise<void> = Promise.resolve();
  #missed = 0;
  #crowded = 0;
  #seconds = Number.NaN;
  #finished: Stamp | undefined;
  #abort: AbortController | undefined;
  #stopping = false;

  constructor(options: ScheduleOptions, running: readonly Running[]) {
    this.#options = options;
    this.#running = running;
    this.#troubles = new Troubles(options.log);
  }

  /** Ticks that never fired since the start. */
  get missed(): number {
    return this.#missed;
  }

  /** Seconds from the newest tick's firing to its slot's close; NaN before the first. */
  get tickSeconds(): number {
    return this.#seconds;
  }

  get finished(): Stamp | undefined {
    return this.#finished;
  }

  get runs(): ReadonlyMap<string, SourceRun> {
    return this.#runs;
  }

  /** What the newest tick found wrong, with the command that mends it. */
  get findings(): readonly Finding[] {
    return [...[...this.#findings.values()].flat(), ...crowding(this.#options.ring)];
  }

  /** Replaces the collectors from the next tick on (a reload). Resolves when the tick in flight is over. */
  async replace(running: readonly Running[]): Promise<void> {
    this.#running = running;
    await this.#current;
  }

  /** Fires one tick; resolves when its slot is closed. A tick that fires while another one runs waits for it. */
  tick(): Promise<void> {
    this.#current = this.#current.then(() => this.#tick());
    return this.#current;
  }

  async #tick(): Promise<void> {
    if (this.#stopping) return;
    const { io, ring, keeper, slots, step, timeout } = this.#options;
    const stamp = io.now();
    const slot = slots.next(stamp);
    if (this.#lastSlot !== undefined) this.#missed += Math.max(0, slot - this.#lastSlot - 1);
    this.#lastSlot = slot;
    const seconds = Math.min(timeout, step - BEFORE_NEXT_TICK_SECONDS);
    const abort = new AbortController();
    this.#abort = abort;
    const cancel = io.after(seconds * 1000, () => abort.abort());
    const tick: Tick = { slot, stamp, deadline: abort.signal, seconds };
    const late = lateAfter(io, tick); // one for all: Node warns of a signal that more than ten listen to
    await Promise.all(this.#running.map((source) => this.#run(source, tick, late)));
    cancel();
    keeper.keep(slot);
    this.#forgetLongGone(stamp);
    ring.close(slot);
    this.#sayCrowding();
    this.#troubles.say();
    this.#finished = io.now();
    this.#seconds = this.#finished.mono - stamp.mono;
  }

  async #run({ name, collector }: Running, tick: Tick, late: Promise<false>): Promise<void> {
    const { io, log } = this.#options;
    const findings: Finding[] = [];
    let open = true;
    const publish = this.#publish(name, tick, findings);
    const guarded: Publish = {
      sample: (sample, of) => open && publish.sample(sample, of),
      roster: (roster, of) => open && publish.roster(roster, of),
      remember: (target, labels) => open && publish.remember(target, labels),
      finding: (finding) => open && publish.finding(finding),
    };
    const settled = await Promise.race([this.#collect(collector, tick, guarded), late]);
    open = false;
    if (!settled && !this.#stopping)
      log.error(`The ${name} collector did not settle by its deadline; its late samples are dropped.`);
    this.#findings.set(name, findings);
    this.#runs.set(name, { settled, seconds: io.now().mono - tick.stamp.mono });
  }

  async #collect(collector: Collector, tick: Tick, publish: Publish): Promise<boolean> {
    try {
      await collector.collect(tick, publish);
      return true;
    } catch (error) {
      this.#options.log.error(
        `A collector failed: ${error instanceof Error ? (error.stack ?? error.message) : error}.`,
      );
      return false;
    }
  }

  #publish(source: string, { slot, stamp }: Tick, findings: Finding[]): Publish {
    const { ring, keeper, known } = this.#options;
    return {
      sample: (sample, of = source) => {
        ring.put(slot, of, sample);
        keeper.add({ source: of, sample });
        this.#troubles.note(of, sample);
      },
      roster: (roster, of = source) => {
        ring.roster(of, roster);
        this.#troubles.follow(of, roster);
      },
      remember: (target, labels) => known.remember(source, target, labels, stamp.clock),
      finding: (finding) => findings.push(finding),
    };
  }

  #forgetLongGone({ clock }: Stamp): void {
    const { known, forgetAfter, log } = this.#options;
    for (const { name } of this.#running) {
      for (const target of known.notSeenFor(name, forgetAfter, clock)) {
        this.forget(name, target);
        log.info(`Forgot ${name} target "${target}": not seen running for longer than ForgetAfter.`);
      }
    }
    known.save(clock);
  }

  /** Said when more targets find no room, not each tick. */
  #sayCrowding(): void {
    const { ring, log } = this.#options;
    if (ring.crowdedOut.size > this.#crowded) {
      for (const { found, mend } of crowding(ring)) log.warning(`${sentence(found)} ${sentence(mend)}`);
    }
    this.#crowded = ring.crowdedOut.size;
  }

  /** Drops a discovered target. False: the source has none of this name, or it is configured. */
  forget(source: string, target: string): boolean {
    this.#options.known.forget(source, target);
    return this.#running.find(({ name }) => name === source)?.collector.forget(target) ?? false;
  }

  /** Cuts the tick in flight short, keeps what it has brought, and closes the collectors. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#abort?.abort();
    await this.#current;
    await Promise.all(this.#running.map(({ collector }) => collector.close()));
  }
}

/** Resolves to false a little after the deadline. */
function lateAfter(io: Io, tick: Tick): Promise<false> {
  return new Promise((resolve) => {
    const late = () => io.after(GRACE_SECONDS * 1000, () => resolve(false));
    tick.deadline.addEventListener("abort", late, { once: true });
  });
}

function crowding({ crowdedOut }: Ring): readonly Finding[] {
  if (crowdedOut.size === 0) return [];
  const found = `no room for ${crowdedOut.size} targets: ${listed([...crowdedOut], 3)}`;
  return [{ what: "RingMemory", found, mend: "raise RingMemory or shorten History, and restart tidemark" }];
}
