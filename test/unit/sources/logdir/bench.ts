import { applyConfig } from "../../../../src/config/apply.ts";
import { diskFiles } from "../../../../src/config/files.ts";
import type { Section } from "../../../../src/config/spec.ts";
import type { Io } from "../../../../src/io/io.ts";
import { Registry } from "../../../../src/items/registry.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import type { Labels, Roster, Sample } from "../../../../src/ring/sample.ts";
import { logdir } from "../../../../src/sources/logdir/logdir.ts";
import type { General, Named } from "../../../../src/sources/logdir/section.ts";
import type { Collector, Finding, Remembered, Surroundings } from "../../../../src/sources/source.ts";

/** The real collector, ring and items in this process, ticked by hand: a tick a slot, a slot a second. */
export class Bench {
  readonly io: Io;
  readonly samples = new Map<string, Sample>();
  readonly remembered = new Map<string, Labels>();
  readonly findings: Finding[] = [];
  collector: Collector;
  roster: Roster | undefined;
  readonly #open: () => Collector;
  readonly #ring: Ring;
  readonly #registry: Registry;
  #slot = 1000;

  /** @param lines directives without their prefix: `"a.Path=/var/log/a"` */
  constructor(io: Io, lines: readonly string[], remembered: ReadonlyMap<string, Remembered> = new Map()) {
    this.io = io;
    const surroundings = { io, remembered } as unknown as Surroundings; // it needs no more
    this.#open = () => logdir.open(sectionOf(lines), surroundings);
    this.collector = this.#open();
    this.#ring = new Ring([logdir], { slots: 61, step: 1 });
    this.#registry = new Registry({
      items: logdir.items,
      ring: this.#ring,
      now: () => io.now(),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (_, targets) => logdir.defaultTarget(targets),
    });
  }

  /** A new life of the daemon that has the old one's ring from its journal. */
  restart(): void {
    this.collector = this.#open();
  }

  async tick(): Promise<void> {
    this.findings.length = 0;
    this.samples.clear();
    const slot = this.#slot++;
    const tick = { slot, stamp: this.io.now(), seconds: 0.9, deadline: new AbortController().signal };
    await this.collector.collect(tick, {
      sample: (sample) => {
        this.samples.set(sample.target, sample);
        this.#ring.put(slot, "logdir", sample);
      },
      roster: (roster) => {
        this.roster = roster;
        this.#ring.roster("logdir", roster);
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

function sectionOf(lines: readonly string[]): Section<General, Named> {
  const entries = lines.map((line, at) => {
    const [name = "", value = ""] = line.split(/=(.*)/s);
    return { name: `LogDir.${name}`, value, file: "test", line: at + 1 };
  });
  const applied = applyConfig(entries, { core: {}, sections: [logdir.section] }, diskFiles);
  if (applied.kind === "refused") throw new Error(JSON.stringify(applied.problems));
  const found = applied.config.sections.get("LogDir");
  if (found === undefined) throw new Error("every section is there");
  return found as Section<General, Named>; // made from this very section
}
