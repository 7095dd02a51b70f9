import { applyConfig } from "../../../src/config/apply.ts";
import { diskFiles } from "../../../src/config/files.ts";
import type { Directives, Section } from "../../../src/config/spec.ts";
import type { Io } from "../../../src/io/io.ts";
import { Registry } from "../../../src/items/registry.ts";
import { Ring } from "../../../src/ring/ring.ts";
import type { Labels, Roster, Sample } from "../../../src/ring/sample.ts";
import type { Collector, Finding, Remembered, Self, Source, Surroundings } from "../../../src/sources/source.ts";

/** A source's real collector, ring and items in this process, ticked by hand: a tick a slot, a slot a second. */
export class SourceBench<G extends Directives, N extends Directives> {
  readonly io: Io;
  readonly samples = new Map<string, Sample>();
  readonly remembered = new Map<string, Labels>();
  readonly findings: Finding[] = [];
  collector: Collector;
  roster: Roster | undefined;
  readonly #source: Source<G, N>;
  readonly #open: () => Collector;
  readonly #ring: Ring;
  readonly #registry: Registry;
  #slot = 1000;

  /** @param lines directives without their prefix: `"a.Path=/var/log/a"` */
  constructor(
    source: Source<G, N>,
    io: Io,
    {
      lines = [],
      remembered = new Map(),
      self,
    }: {
      readonly lines?: readonly string[];
      readonly remembered?: ReadonlyMap<string, Remembered>;
      readonly self?: Self;
    } = {},
  ) {
    this.#source = source;
    this.io = io;
    const surroundings = { io, remembered, self } as unknown as Surroundings; // it needs no more
    this.#open = () => source.open(sectionOf(source, lines), surroundings);
    this.collector = this.#open();
    this.#ring = new Ring([source], { slots: 61, step: 1 });
    this.#registry = new Registry({
      items: source.items,
      ring: this.#ring,
      now: () => io.now(),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (_, targets) => source.defaultTarget(targets),
    });
  }

  /** A new life of the daemon that has the old one's ring from its journal. */
  restart(): void {
    this.collector = this.#open();
  }

  async tick(): Promise<void> {
    this.findings.length = 0;
    this.samples.clear();
    const { name } = this.#source;
    const slot = this.#slot++;
    const tick = { slot, stamp: this.io.now(), seconds: 0.9, deadline: new AbortController().signal };
    await this.collector.collect(tick, {
      sample: (sample) => {
        this.samples.set(sample.target, sample);
        this.#ring.put(slot, name, sample);
      },
      roster: (roster) => {
        this.roster = roster;
        this.#ring.roster(name, roster);
      },
      remember: (target, labels) => this.remembered.set(target, labels),
      finding: (finding) => this.findings.push(finding),
    });
    this.#ring.close(slot);
  }

  /** The value of a key, or its reason in parentheses. */
  text(key: string): string {
    const reply = this.#registry.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }

  /** What is wrong by the newest sample of a target. */
  trouble(target: string): string | undefined {
    const sample = this.samples.get(target);
    return sample?.kind === "failed" ? sample.reason : sample?.note;
  }

  /** A counter of the newest sample, since the first look. */
  counter(target: string, name: string): number | undefined {
    const sample = this.samples.get(target);
    const found = sample?.kind === "good" ? sample.numbers.get(name) : undefined;
    return found === undefined ? undefined : Number(found);
  }

  /** Short names of the roster. */
  names(): readonly string[] {
    return this.roster?.kind === "value" ? [...this.roster.value.keys()] : [];
  }
}

function sectionOf<G extends Directives, N extends Directives>(
  { section }: Source<G, N>,
  lines: readonly string[],
): Section<G, N> {
  const entries = lines.map((line, at) => {
    const [name = "", value = ""] = line.split(/=(.*)/s);
    return { name: `${section.prefix}.${name}`, value, file: "test", line: at + 1 };
  });
  const applied = applyConfig(entries, { core: {}, sections: [section] }, diskFiles);
  if (applied.kind === "refused") throw new Error(JSON.stringify(applied.problems));
  const found = applied.config.sections.get(section.prefix);
  if (found === undefined) throw new Error("every section is there");
  return found as Section<G, N>; // made from this very section
}
