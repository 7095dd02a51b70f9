import type { Section } from "../../config/spec.ts";
import type { Io } from "../../io/io.ts";
import { Slices } from "../../io/slices.ts";
import { value } from "../../ring/answer.ts";
import type { Collector, Publish, Surroundings } from "../source.ts";
import { HOST } from "./declare.ts";
import { type Disk, parseDisks } from "./disks.ts";
import { Host } from "./host.ts";
import { parseMounts } from "./mounts.ts";
import { parseNetworks } from "./networks.ts";
import { Place } from "./place.ts";
import { type Named, places } from "./section.ts";
import { Writers } from "./writers.ts";

/** Reads the kernel's figures at each tick: a dozen small files of /proc. */
export function open(section: Section<Record<never, never>, Named>, { io }: Surroundings): Collector {
  const boot = (io.readText("/proc/sys/kernel/random/boot_id") ?? "").trim();
  const watch = { io, boot, host: new Host(io), places: places(section).map((spec) => new Place(io, spec)) };
  const writers = new Writers(io);
  return {
    collect: async (_tick, publish) => {
      await writers.look(new Slices(io));
      sampleAll(watch, writers, publish);
    },
    forget: () => false,
    close: async () => undefined,
  };
}

interface Watch {
  readonly io: Io;
  readonly boot: string;
  readonly host: Host;
  readonly places: readonly Place[];
}

function sampleAll({ io, boot, host, places }: Watch, writers: Writers, publish: Publish): void {
  const disks = parsed(io.readText("/proc/diskstats"), parseDisks);
  const networks = parsed(io.readText("/proc/net/dev"), parseNetworks);
  const mounts = parseMounts(io.readText("/proc/self/mountinfo") ?? "");
  const watched: Disk[] = [];
  for (const place of places) {
    publish.sample(place.sample({ boot, mounts, disks: disks ?? [], writers }));
    if (place.disk !== undefined) watched.push(place.disk);
    if (place.finding !== undefined) publish.finding(place.finding);
  }
  publish.sample(host.sample({ boot, disks, networks, watched }));
  for (const finding of host.findings) publish.finding(finding);
  publish.roster(value(new Map([[HOST, {}], ...places.map(({ spec, labels }) => [spec.name, labels] as const)])));
}

function parsed<T>(text: string | undefined, parse: (text: string) => T): T | undefined {
  return text === undefined ? undefined : parse(text);
}
