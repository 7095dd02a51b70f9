import type { Section } from "../../config/spec.ts";
import type { Io } from "../../io/io.ts";
import { SERVICE_DIRECTORIES } from "../../io/service-directories.ts";
import { Slices } from "../../io/slices.ts";
import { shortName } from "../../items/short-name.ts";
import { unknown, value } from "../../ring/answer.ts";
import type { Labels, Sample, Stamp } from "../../ring/sample.ts";
import type { Collector, Publish, Surroundings, Tick } from "../source.ts";
import { firstLife, type Life, nextLife } from "./life.ts";
import { Listed } from "./listed.ts";
import type { Scan, ServiceReader, ServiceRecord } from "./record.ts";
import { failedSample, goodSample, labelsOf } from "./sample.ts";
import { ScanDirectories } from "./scan-directories.ts";
import type { General } from "./section.ts";
import { Supervisors } from "./supervisors.ts";
import { SystemdReader } from "./systemd.ts";

/** Looks at the services of all supervisors once a tick. */
export function open({ general }: Section<General, Record<never, never>>, { io }: Surroundings): Collector {
  const supervisors = new Supervisors(io);
  const { Directories: directories, SystemdUnits: units } = general;
  const readers = [
    new ScanDirectories(io, supervisors, {
      directories,
      required: String(directories) !== String(SERVICE_DIRECTORIES),
    }),
    new SystemdReader(io, units),
  ];
  return new Services(io, supervisors, readers);
}

/** The services of one tick by their short names, which items and discovery know them by. */
type ByTarget = ReadonlyMap<string, ServiceRecord>;

class Services implements Collector {
  readonly #io: Io;
  readonly #supervisors: Supervisors;
  readonly #readers: readonly { readonly reader: ServiceReader; readonly listed: Listed }[];
  readonly #lives = new Map<string, Life>();

  constructor(io: Io, supervisors: Supervisors, readers: readonly ServiceReader[]) {
    this.#io = io;
    this.#supervisors = supervisors;
    this.#readers = readers.map((reader) => ({ reader, listed: new Listed() }));
  }

  async collect(tick: Tick, publish: Publish): Promise<void> {
    await this.#supervisors.look();
    const scans = await Promise.all(this.#readers.map(({ reader }) => reader.look(tick)));
    const stamp = this.#io.now();
    for (const finding of scans.flatMap(({ findings }) => findings)) publish.finding(finding);
    const services = this.#merge(scans);
    const missed = scans.find(({ incomplete }) => incomplete !== undefined)?.incomplete;
    publish.roster(missed === undefined ? value(rosterOf(services)) : unknown(missed));
    await this.#publishAll(services, stamp, publish);
    for (const target of this.#lives.keys()) if (!services.has(target)) this.#lives.delete(target);
  }

  /** A service leaves by being removed from its directory. */
  forget(): boolean {
    return false;
  }

  async close(): Promise<void> {
    await Promise.all(this.#readers.map(({ reader }) => reader.close()));
  }

  #merge(scans: readonly Scan[]): ByTarget {
    const records = this.#readers.flatMap(({ listed }, at) => {
      const scan = scans[at];
      return scan === undefined ? [] : listed.merge(scan);
    });
    return new Map(records.map((record) => [shortName(record.name), record]));
  }

  async #publishAll(services: ByTarget, stamp: Stamp, publish: Publish): Promise<void> {
    const logs = new Map([...services.values()].map((record) => [record.logOf, record]));
    const slices = new Slices(this.#io);
    for (const [target, record] of services) {
      await slices.pause();
      publish.sample(this.#sample(record, { target, stamp, log: logs.get(record.name) }));
    }
  }

  #sample(
    record: ServiceRecord,
    { target, stamp, log }: { target: string; stamp: Stamp; log: ServiceRecord | undefined },
  ): Sample {
    if (record.kind === "unread") return failedSample(record, target, stamp);
    const before = this.#lives.get(target);
    const life = before === undefined ? firstLife(record) : nextLife(before, record);
    this.#lives.set(target, life);
    return goodSample(record, { target, stamp, life, log });
  }
}

function rosterOf(services: ByTarget): ReadonlyMap<string, Labels> {
  return new Map([...services].map(([target, record]) => [target, labelsOf(record)]));
}
