import type { Directives, Section, SectionSpec } from "../config/spec.ts";
import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import type { Column } from "../items/column.ts";
import type { Discovery, Item } from "../items/item.ts";
import type { TemplateParts } from "../items/template.ts";
import type { Clock, Field, Labels, Roster, Sample, Stamp } from "../ring/sample.ts";

/** One firing of the schedule. Everything a collector does for it settles before `deadline` aborts. */
export interface Tick {
  readonly slot: number;
  readonly stamp: Stamp;
  readonly deadline: AbortSignal;
  /** Seconds from the tick to the deadline. */
  readonly seconds: number;
}

/** For `doctor`, the start screen and error texts alike: what, what was found, the command that mends it. */
export interface Finding {
  readonly what: string;
  readonly found: string;
  readonly mend: string;
}

/**
 * `source`: another source that this collector feeds, since the objects of both come in one stream; left out, its own.
 */
export interface Publish {
  sample(sample: Sample, source?: string): void;
  roster(roster: Roster, source?: string): void;
  /** A discovered (not configured) target was found running: it stays listed when it is gone, across restarts too. */
  remember(target: string, labels: Labels): void;
  finding(finding: Finding): void;
}

/** A target that was discovered in an earlier life of the daemon. `seen`: when it was last found running. */
export interface Remembered {
  readonly labels: Labels;
  readonly seen: Clock;
}

/**
 * A queue of values for one destination. `oldest`: clock of the oldest waiting one; `dropped`, `failed`: since the start.
 * While it is still being read the first three are NaN.
 */
export interface QueueStats {
  readonly rows: number;
  readonly bytes: number;
  readonly oldest: number | undefined;
  /** Never delivered: too old or too many. */
  readonly dropped: number;
  /** Delivered and refused by the server. */
  readonly failed: number;
}

/** What tidemark knows of itself, read at each tick by its own source. Counts are since the start. */
export interface Self {
  readonly version: string;
  /** What we say on the wire and to `agent.version`: servers choose the form of their answers by it. */
  readonly protocolVersion: string;
  readonly variant: number;
  hostname(): string;
  /** What autoregistration is told; empty: nothing. */
  hostMetadata(): string;
  readonly startedAt: Stamp;
  rssBytes(): number;
  requests(): number;
  refused(): ReadonlyMap<string, number>;
  /** Where values are sent to, and what waits for it. */
  destinations(): readonly { readonly name: string; readonly stats: QueueStats }[];
  tick(): { readonly seconds: number; readonly missed: number };
  /** By source: whether its newest tick settled in time, and how long it took. */
  runs(): ReadonlyMap<string, { readonly settled: boolean; readonly seconds: number }>;
}

/** What `open` is given beside its section. */
export interface Surroundings {
  readonly io: Io;
  readonly log: Log;
  readonly self: Self;
  readonly remembered: ReadonlyMap<string, Remembered>;
}

/** Pollers work in `collect`; listeners hand over what has arrived. */
export interface Collector {
  /** Settles by the tick's deadline; never rejects for a target's fault. */
  collect(tick: Tick, publish: Publish): Promise<void>;
  /** Drops a discovered target that is gone for good. False: no such target, or it is configured. */
  forget(target: string): boolean;
  close(): Promise<void>;
}

/** One watched software. The registration list is `all.ts`. */
export interface Source<G extends Directives = Directives, N extends Directives = Directives> {
  /** First word of its keys; the section prefix is the same word capitalised. */
  readonly name: string;
  readonly section: SectionSpec<G, N>;
  readonly fields: readonly Field[];
  /** All of them, those of the discoveries too. */
  readonly items: readonly Item[];
  readonly discoveries: readonly Discovery[];
  readonly table: readonly Column[];
  /** What it brings to the Zabbix templates. */
  readonly template?: TemplateParts;
  /** The target that is meant when a key names none. */
  defaultTarget(targets: ReadonlyMap<string, Labels>): string | undefined;
  open(section: Section<G, N>, surroundings: Surroundings): Collector;
}
