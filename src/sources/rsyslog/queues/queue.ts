import { shortName } from "../../../items/short-name.ts";
import type { Labels } from "../../../ring/sample.ts";
import { MAIN_QUEUE } from "../configuration/configuration.ts";
import { deliversAt, localHour, type QueueSettings } from "../configuration/queue-settings.ts";
import { QUEUES } from "../sources.ts";
import type { Kind, Reading, Reported, SweepFacts } from "../target.ts";
import { Totals } from "../totals.ts";
import { Balance, type Level } from "./balance.ts";
import { type QueueRecord, queuesOf } from "./record.ts";
import { type Limits, limitsOf, type OwnLimits, roomOf } from "./room.ts";
import { QUEUE_STATES, type QueueState } from "./states.ts";

/** What others know of queues. All by the queue's native name. */
export interface QueueWorld {
  settings(native: string): QueueSettings | undefined;
  own(native: string): OwnLimits | undefined;
  /** Bytes of its files and what the file system under them has left; undefined: not known. */
  files(settings: QueueSettings | undefined): { readonly bytes: number | undefined; readonly free: number | undefined };
  /** Why rsyslogd's configuration does not tell; undefined: it can be read. */
  unread(): string | undefined;
}

export function queueKind(world: QueueWorld): Kind<QueueRecord, Queue> {
  return {
    source: QUEUES,
    stale: QUEUE_STATES.number("stale"),
    missing: QUEUE_STATES.number("missing"),
    find: queuesOf,
    open: (native) => new Queue(native, world),
  };
}

/** One queue of rsyslogd, followed from sweep to sweep. */
export class Queue implements Reported<QueueRecord> {
  readonly native: string;
  readonly #world: QueueWorld;
  readonly #totals = new Totals();
  #balance: Balance | undefined;
  #record: QueueRecord | undefined;
  #most = 0;
  /** At the newest sweep of this life. */
  #discardedBefore: number | undefined;
  /** Whether messages were discarded since the tick before; undefined: no two sweeps tell. */
  #discarding: boolean | undefined;
  /** A tick has read what is there. */
  #isRead = false;

  constructor(native: string, world: QueueWorld) {
    this.native = native;
    this.#world = world;
  }

  /** Messages that wait, by the newest sweep. */
  get size(): number {
    return this.#record?.size ?? 0;
  }

  get hasDiskPart(): boolean {
    return this.#record?.disk !== undefined;
  }

  get #settings(): QueueSettings | undefined {
    return this.#world.settings(this.native);
  }

  put(record: QueueRecord, { clock, continuation }: SweepFacts): boolean {
    if (this.hasDiskPart && record.disk === undefined && continuation !== "anew") return false;
    this.#totals.put(record.counters, continuation);
    if (continuation === "anew" || this.#balance === undefined) this.#balance = new Balance(clock);
    const isMuted = this.#settings !== undefined && !deliversAt(this.#settings, localHour(clock));
    this.#balance.put(this.#level(record), isMuted);
    this.#most = this.#isRead ? record.size : Math.max(this.#most, record.size);
    this.#noteDiscarding(this.#discarded, continuation);
    this.#record = record;
    this.#isRead = false;
    return true;
  }

  #level({ size }: QueueRecord): Level {
    const total = (name: string) => this.#totals.get(name);
    const discarded = this.#discarded ?? 0;
    return { enqueued: total("enqueued"), discarded, full: total("full"), putBack: total("put_back"), size };
  }

  #noteDiscarding(discarded: number | undefined, continuation: SweepFacts["continuation"]): void {
    const before = continuation === "anew" ? undefined : this.#discardedBefore;
    const earlier = this.#isRead ? undefined : this.#discarding;
    const isKnown = before !== undefined && discarded !== undefined;
    this.#discarding = isKnown ? discarded > before || earlier === true : earlier;
    this.#discardedBefore = discarded;
  }

  /** Undefined: it is not reported. */
  get #discarded(): number | undefined {
    const names = ["discarded_full", "discarded_nf"].filter((name) => this.#totals.numbers.get(name) !== undefined);
    return names.length === 0 ? undefined : names.reduce((total, name) => total + this.#totals.get(name), 0);
  }

  read(): Reading {
    this.#isRead = true;
    const limits = this.#limits();
    const state = this.#state();
    return {
      state: QUEUE_STATES.number(state),
      ...(state === "stuck" ? { note: "messages wait, and none has left in the last three reports" } : {}),
      numbers: [...this.#counted(), ...this.#levels(), ...this.#limited(limits)],
      texts: new Map([
        ["type", limits.type],
        ["capacity_unknown", this.#capacityUnknown(limits)],
      ]),
    };
  }

  #state(): QueueState {
    if (this.#balance?.isStuck === true) return "stuck";
    if (this.#discarding === true) return "discarding";
    if ((this.#record?.disk ?? 0) > 0) return "spilling to disk";
    return this.size > 0 ? "waiting" : "empty";
  }

  #counted(): readonly (readonly [string, number | bigint])[] {
    const { numbers } = this.#totals;
    return [...numbers.keys()].flatMap((name) => {
      const found = numbers.get(name);
      return found === undefined ? [] : [[name, found] as const];
    });
  }

  #levels(): readonly (readonly [string, number])[] {
    const stuck = this.#balance?.isStuck;
    return [
      ["size", this.size],
      ["size_max", this.#most],
      ["disk", this.#record?.disk ?? 0],
      ["delivered", this.#balance?.delivered ?? Number.NaN],
      ["watch", this.#balance?.began ?? Number.NaN],
      ...(this.#discarding === undefined ? [] : [["discarding", Number(this.#discarding)] as const]),
      ...(stuck === undefined ? [] : [["stuck", Number(stuck)] as const]),
    ];
  }

  #held() {
    const files = this.#world.files(this.#settings);
    const diskBytes = this.#record?.diskBytes ?? files.bytes;
    return { size: this.size, disk: this.#record?.disk, diskBytes, free: files.free };
  }

  #limits(): Limits {
    return limitsOf(this.#settings, this.#world.own(this.native), this.#held());
  }

  #limited(limits: Limits): readonly (readonly [string, number])[] {
    const held = this.#held();
    const known: readonly (readonly [string, number | undefined])[] = [
      ["capacity", limits.capacity],
      ["disk_capacity", limits.diskCapacity],
      ["disk_bytes", limits.type === "memory" ? undefined : held.diskBytes],
      ["room", roomOf(limits, held)],
    ];
    return known.flatMap(([name, found]) => (found === undefined ? [] : [[name, found] as const]));
  }

  /** A lower-case fragment with the directive that mends it. */
  #capacityUnknown({ capacity }: Limits): string {
    if (capacity !== undefined) return "";
    const why = this.#world.unread() ?? "rsyslogd's configuration does not say its size";
    return `${why}; set Rsyslog.${shortName(this.native)}.Size`;
  }

  get labels(): Labels {
    const { type } = this.#limits();
    return { NAME: this.native, KIND: kindOf(this.native), TYPE: type, STATE: this.#state() };
  }
}

const ACTION_QUEUE = / queue$/;

function kindOf(native: string): string {
  if (native === MAIN_QUEUE) return "main";
  return ACTION_QUEUE.test(native) ? "action" : "ruleset";
}
