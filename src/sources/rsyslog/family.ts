import type { Slices } from "../../io/slices.ts";
import { shortName } from "../../items/short-name.ts";
import { unknown, value } from "../../ring/answer.ts";
import type { Labels, Sample, Stamp } from "../../ring/sample.ts";
import type { Publish } from "../source.ts";
import type { Sweep } from "./feed/sweep.ts";
import { INTERVAL, SWEEP } from "./sweep-ticks.ts";
import type { Kind, Reported, SweepFacts } from "./target.ts";

/** An object that so many sweeps did not have is not there any more: rsyslogd has another configuration. */
const ABSENCES = 3;
/** More is no rsyslogd but a sender of invented names. */
const MOST_OBJECTS = 5000;

interface Member<T> {
  readonly name: string;
  readonly reported: T;
  absences: number;
}

/** What a tick knows of the newest sweep. `stale`: why it is too old; `trouble`: why nothing can be read. */
export interface TickFacts {
  readonly stamp: Stamp;
  readonly epoch: string;
  readonly clock: number | undefined;
  readonly interval: number | undefined;
  readonly stale: string | undefined;
  readonly trouble: string | undefined;
}

/** All objects of one kind. */
export class Family<R, T extends Reported<R> = Reported<R>> {
  readonly #kind: Kind<R, T>;
  /** By native name. */
  readonly #members = new Map<string, Member<T>>();

  constructor(kind: Kind<R, T>) {
    this.#kind = kind;
  }

  get reported(): readonly T[] {
    return [...this.#members.values()].map(({ reported }) => reported);
  }

  put(sweep: Sweep, facts: SweepFacts): void {
    const found = this.#kind.find(sweep);
    const put = (native: string, record: R) => this.#member(native)?.reported.put(record, facts) === true;
    const whole = new Set([...found].filter(([native, record]) => put(native, record)).map(([native]) => native));
    for (const [native, member] of this.#members) {
      member.absences = whole.has(native) ? 0 : member.absences + 1;
      if (member.absences >= ABSENCES) this.#members.delete(native);
    }
  }

  #member(native: string): Member<T> | undefined {
    const known = this.#members.get(native);
    if (known !== undefined || this.#members.size >= MOST_OBJECTS) return known;
    const member = { name: shortName(native), reported: this.#kind.open(native), absences: 0 };
    this.#members.set(native, member);
    return member;
  }

  /** Who is there comes first. Those that are not reached by the deadline have a hole. */
  async publish(publish: Publish, tick: TickFacts, { slices, deadline }: Paced): Promise<void> {
    const { source } = this.#kind;
    publish.roster(tick.clock === undefined ? unknown(silence(tick)) : value(await this.#labels(slices)), source);
    for (const member of this.#members.values()) {
      await slices.pause();
      if (deadline.aborted) return;
      publish.sample(this.#sample(member, tick), source);
    }
  }

  async #labels(slices: Slices): Promise<ReadonlyMap<string, Labels>> {
    const labels = new Map<string, Labels>();
    for (const { name, reported } of this.#members.values()) {
      await slices.pause();
      labels.set(name, reported.labels);
    }
    return labels;
  }

  #sample({ name, reported, absences }: Member<T>, { stamp, epoch, clock, interval, stale }: TickFacts): Sample {
    const failed = { kind: "failed", target: name, stamp } as const;
    const { state, note, numbers, texts } = reported.read();
    if (stale !== undefined) return { ...failed, state: this.#kind.stale, reason: stale };
    if (absences > 0) return { ...failed, state: this.#kind.missing, reason: MISSING };
    const times = [[SWEEP, clock] as const, [INTERVAL, interval] as const];
    return {
      kind: "good",
      target: name,
      stamp,
      state,
      ...(note === undefined ? {} : { note }),
      epoch,
      numbers: new Map([
        ...numbers,
        ...times.flatMap(([key, time]) => (time === undefined ? [] : [[key, time] as const])),
      ]),
      texts,
      parts: new Map(),
    };
  }
}

export interface Paced {
  readonly slices: Slices;
  readonly deadline: AbortSignal;
}

function silence({ trouble }: TickFacts): string {
  return `rsyslogd has not reported yet${trouble === undefined ? "" : `: ${trouble}`}`;
}

const MISSING = "rsyslogd does not report it any more";
