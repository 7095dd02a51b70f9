import { hostname } from "node:os";
import { join } from "node:path";
import type { Io } from "../io/io.ts";
import type { Log } from "../io/log.ts";
import { Registry } from "../items/registry.ts";
import { Journal } from "../journal/journal.ts";
import { ringJournal } from "../journal/kind.ts";
import { type ReplayedRecord, readJournal } from "../journal/replay.ts";
import { Ring } from "../ring/ring.ts";
import type { Stamp } from "../ring/sample.ts";
import { schemaOf } from "../ring/schema.ts";
import { JournalKeeper } from "../schedule/journal-keeper.ts";
import { KnownTargets, type TextFile } from "../schedule/known-targets.ts";
import { SampleDecoder, SampleEncoder } from "../schedule/sample-record.ts";
import { type Keeper, type Running, Schedule } from "../schedule/schedule.ts";
import { SlotCounter } from "../schedule/slots.ts";
import { SOURCES } from "../sources/all.ts";
import type { Self, Source } from "../sources/source.ts";
import { selfStamp } from "../sources/tidemark/self.ts";
import type { Destination } from "../transports/destination.ts";
import { PROTOCOL_VERSION, VARIANT } from "../zabbix/passive.ts";
import { bootId } from "./boot-id.ts";
import type { Settings } from "./settings.ts";
import { stateFile } from "./state-file.ts";
import { VERSION } from "./version.ts";

/** What the transports count, for tidemark's own items. */
export interface Counts {
  requests(): number;
  refused(): ReadonlyMap<string, number>;
  /** Where values are sent to. */
  destinations(): readonly Destination[];
}

export interface SamplingOptions {
  readonly settings: Settings;
  readonly io: Io;
  readonly log: Log;
  readonly counts: Counts;
  /** write: the daemon's journal. read: a look without a daemon, which changes nothing on disk. */
  readonly journal: "write" | "read";
}

const SEGMENTS_PER_RING = 4;

/** Everything between the schedule and the registry: collectors, ring, journal. Without any transport. */
export class Sampling {
  readonly ring: Ring;
  readonly registry: Registry;
  readonly schedule: Schedule;
  readonly #options: SamplingOptions;
  readonly #known: KnownTargets;
  readonly #self: Self;
  readonly #journal: Journal | undefined;
  #settings: Settings;
  #running: readonly Running[];

  constructor(options: SamplingOptions) {
    const { settings, io, log } = options;
    this.#options = options;
    this.#settings = settings;
    this.ring = new Ring(SOURCES, { ...settings, mostBytes: settings.core.RingMemory });
    const encoder = new SampleEncoder(new Map(SOURCES.map(({ name, fields }) => [name, schemaOf(fields)])));
    const replayed = this.#replay(encoder);
    this.#journal = replayed.journal;
    this.#known = new KnownTargets(knownTargetsFile(options));
    const startedAt = io.now();
    this.#self = this.#selfReadings(startedAt);
    this.#running = this.#open(settings);
    this.schedule = new Schedule(
      {
        step: settings.step,
        timeout: settings.core.Timeout,
        forgetAfter: settings.core.ForgetAfter,
        slots: new SlotCounter(settings.step, startedAt, replayed.newest),
        ring: this.ring,
        keeper: this.#journal === undefined ? NO_KEEPER : new JournalKeeper(this.#journal, encoder, settings.step),
        known: this.#known,
        io,
        log,
      },
      this.#running,
    );
    this.registry = new Registry({
      items: SOURCES.flatMap((source) => source.items),
      ring: this.ring,
      now: () => io.now(),
      alias: settings.alias,
      access: settings.access,
      defaultTarget: (source, targets) => SOURCES.find(({ name }) => name === source)?.defaultTarget(targets),
    });
  }

  /** When a slot was sampled; undefined: it was not, or the ring has lost it. */
  stampOf(slot: number): Stamp | undefined {
    return selfStamp(this.ring.at(slot));
  }

  /** Applies what may change while running: targets, access rules, aliases. Resolves when all that is gone is closed. */
  async reload(settings: Settings): Promise<void> {
    const before = this.#running;
    this.#running = this.#open(settings, before);
    this.#settings = settings;
    const gone = before.filter((old) => !this.#running.includes(old));
    const left = this.schedule.replace(this.#running);
    this.registry.apply(settings);
    await left; // a collector that is closed under its tick would find its targets down
    await Promise.all(gone.map(({ collector }) => collector.close()));
  }

  /** Waits for the tick in flight, closes the collectors and writes the journal out. */
  async close(): Promise<void> {
    await this.schedule.stop();
    await this.#journal?.close();
  }

  /** Collectors of all sources; one whose section has not changed goes on as it is. */
  #open(settings: Settings, before: readonly Running[] = []): readonly Running[] {
    return SOURCES.map((source) => {
      const section = settings.sections.get(source.section.prefix);
      const old = before.find(({ name }) => name === source.name);
      if (section === undefined) throw new Error(`no section for source ${source.name}`);
      if (old !== undefined && sameSection(this.#settings, settings, source)) return old;
      const { io, log } = this.#options;
      const remembered = this.#known.of(source.name);
      return { name: source.name, collector: source.open(section, { io, log, self: this.#self, remembered }) };
    });
  }

  #replay(encoder: SampleEncoder): { journal: Journal | undefined; newest: number | undefined } {
    const { settings, log, journal: mode } = this.#options;
    const decoder = new SampleDecoder();
    const visit = (record: ReplayedRecord) => this.#put(decoder, record);
    const report = (line: string) => log.warning(line);
    const where = { directory: settings.core.StateDir, step: settings.step, boot: bootId(), report };
    if (mode === "read") return { journal: undefined, newest: readJournal(where, visit) };
    const options = {
      ...where,
      kind: ringJournal(settings.slots, Math.ceil(settings.slots / SEGMENTS_PER_RING)),
      preamble: () => encoder.preamble(),
    };
    const journal = Journal.open(options, visit);
    if (journal.kind === "ok") return { journal: journal.value, newest: journal.value.newestSlot };
    log.warning(`Samples are kept in memory only and will not survive a restart: ${journal.reason}.`);
    return { journal: undefined, newest: readJournal(where, visit) };
  }

  #put(decoder: SampleDecoder, { slot, body, sameBoot }: ReplayedRecord): void {
    const decoded = decoder.decode(body);
    if (decoded.kind === "malformed") {
      this.#options.log.warning(`A journal record was left out: ${decoded.reason}.`);
    } else if (decoded.value !== undefined && slot !== undefined) {
      const { source, sample } = decoded.value;
      const stamp = sameBoot ? sample.stamp : { ...sample.stamp, mono: Number.NaN };
      this.ring.put(slot, source, { ...sample, stamp }, true);
    }
  }

  #selfReadings(startedAt: Self["startedAt"]): Self {
    const { counts } = this.#options;
    return {
      version: VERSION,
      protocolVersion: PROTOCOL_VERSION,
      variant: VARIANT,
      hostname: () => this.#settings.core.Hostname ?? hostname(),
      hostMetadata: () => this.#settings.core.HostMetadata ?? "",
      startedAt,
      rssBytes: () => process.memoryUsage.rss(),
      requests: () => counts.requests(),
      refused: () => counts.refused(),
      destinations: () => counts.destinations(),
      tick: () => ({ seconds: this.schedule.tickSeconds, missed: this.schedule.missed }),
      runs: () => this.schedule.runs,
    };
  }
}

const NO_KEEPER: Keeper = { add: () => undefined, keep: () => undefined };

function sameSection(a: Settings, b: Settings, { section }: Source): boolean {
  const text = ({ sections }: Settings) => {
    const found = sections.get(section.prefix);
    return JSON.stringify([found?.general, [...(found?.named ?? [])]]);
  };
  return text(a) === text(b);
}

/** `StateDir/targets.json`; a look without a daemon does not write it. */
function knownTargetsFile({ settings, log, journal }: SamplingOptions): TextFile {
  const file = stateFile(join(settings.core.StateDir, "targets.json"), log);
  return journal === "read" ? { ...file, write: () => true } : file;
}
