import { Slices } from "../../../../../src/io/slices.ts";
import { StatsReader } from "../../../../../src/sources/rsyslog/feed/stats-reader.ts";
import type { StatsObject, Sweep } from "../../../../../src/sources/rsyslog/feed/sweep.ts";
import { fakeIo } from "../../../schedule/fake-io.ts";
import { START } from "./text.ts";

/** A reader and what it made of all that it was given: each piece came at its own time, whole seconds after START. */
export class Readings {
  readonly reader = new StatsReader();
  readonly #slices = new Slices(fakeIo());

  /** @param second when it came: seconds after START */
  async read(text: string | Buffer, second = 0): Promise<this> {
    const stamp = { clock: START + second, mono: 1000 + second };
    await this.reader.read(Buffer.from(text), { stamp, written: stamp.clock, delay: 0 }, this.#slices);
    return this;
  }

  /** What has become whole since the last time. */
  take(): readonly Sweep[] {
    return this.reader.sweeps.take();
  }

  /** All that has not been zero. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.entries(this.reader.counts).filter(([, count]) => count > 0));
  }
}

/** Sweeps of a text that came at once, with nothing missing at its ends. */
export async function sweepsOf(text: string | Buffer): Promise<readonly Sweep[]> {
  const readings = new Readings();
  readings.reader.begin();
  await readings.read(text);
  readings.reader.quiet();
  return readings.take();
}

/** "main Q size=3 enqueued=17" of each object. */
export function shown({ objects }: Sweep): readonly string[] {
  return objects.map(({ name, numbers }) => [name, ...[...numbers].map(([key, value]) => `${key}=${value}`)].join(" "));
}

export function numberOf(sweep: Sweep | undefined, name: string, field: string): number | bigint | undefined {
  return objectOf(sweep, name)?.numbers.get(field);
}

export function objectOf(sweep: Sweep | undefined, name: string): StatsObject | undefined {
  return sweep?.objects.find((object) => object.name === name);
}
