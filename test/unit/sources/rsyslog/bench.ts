import { applyConfig } from "../../../../src/config/apply.ts";
import { diskFiles } from "../../../../src/config/files.ts";
import type { Section } from "../../../../src/config/spec.ts";
import type { Io } from "../../../../src/io/io.ts";
import { Registry } from "../../../../src/items/registry.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import type { Roster, Sample } from "../../../../src/ring/sample.ts";
import { RSYSLOG, rsyslog } from "../../../../src/sources/rsyslog/rsyslog.ts";
import type { General, Named } from "../../../../src/sources/rsyslog/section.ts";
import type { Collector, Finding, Surroundings } from "../../../../src/sources/source.ts";

/** The real collector, ring and items of all rsyslog sources in this process, ticked by hand. */
export class Bench {
  readonly io: Io;
  readonly findings: Finding[] = [];
  /** The newest by source and target: "rsyslog.queue main_Q-abc123". */
  readonly samples = new Map<string, Sample>();
  readonly rosters = new Map<string, Roster>();
  readonly #lines: readonly string[];
  readonly #ring: Ring;
  readonly #registry: Registry;
  #collector: Collector;
  #slot = 1000;

  /** @param lines directives without their prefix: `"Stats=/var/log/stats"` */
  constructor(io: Io, lines: readonly string[], { step = 1, slots = 61 } = {}) {
    this.io = io;
    this.#lines = lines;
    this.#collector = this.#open();
    this.#ring = new Ring(RSYSLOG, { slots, step });
    this.#registry = new Registry({
      items: RSYSLOG.flatMap(({ items }) => items),
      ring: this.#ring,
      now: () => io.now(),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (source, targets) => RSYSLOG.find(({ name }) => name === source)?.defaultTarget(targets),
    });
  }

  #open(): Collector {
    const log = { error: () => {}, warning: () => {}, info: () => {}, debug: () => {} };
    const surroundings = { io: this.io, log, remembered: new Map() } as unknown as Surroundings; // it needs no more
    return rsyslog.open(sectionOf(this.#lines), surroundings);
  }

  /** A new life of the daemon that has the old one's ring from its journal. */
  async restart(): Promise<void> {
    await this.#collector.close();
    this.#collector = this.#open();
  }

  async tick(): Promise<void> {
    this.findings.length = 0;
    const slot = this.#slot++;
    const tick = { slot, stamp: this.io.now(), seconds: 0.9, deadline: new AbortController().signal };
    await this.#collector.collect(tick, {
      sample: (sample, source = rsyslog.name) => {
        this.samples.set(`${source} ${sample.target}`, sample);
        this.#ring.put(slot, source, sample);
      },
      roster: (roster, source = rsyslog.name) => {
        this.rosters.set(source, roster);
        this.#ring.roster(source, roster);
      },
      remember: () => {},
      finding: (finding) => this.findings.push(finding),
    });
    this.#ring.close(slot);
  }

  /** Ticks that see nothing: the daemon slept. */
  skip(ticks: number): void {
    this.#slot += ticks;
  }

  /** The value of a key, or its reason in parentheses. */
  text(key: string): string {
    const reply = this.#registry.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }

  number(key: string): number {
    return Number(this.text(key));
  }

  /** A master's fields. */
  json(key: string): Readonly<Record<string, unknown>> {
    return JSON.parse(this.text(key)) as Readonly<Record<string, unknown>>;
  }

  /** All standard calls with their answers. */
  printed(): ReadonlyMap<string, string> {
    return new Map([...this.#registry.calls()].map(({ key }) => [key, this.text(key)]));
  }

  close(): Promise<void> {
    return this.#collector.close();
  }
}

export function sectionOf(lines: readonly string[]): Section<General, Named> {
  const entries = lines.map((line, at) => {
    const [name = "", value = ""] = line.split(/=(.*)/s);
    return { name: `Rsyslog.${name}`, value, file: "test", line: at + 1 };
  });
  const applied = applyConfig(entries, { core: {}, sections: [rsyslog.section] }, diskFiles);
  if (applied.kind === "refused") throw new Error(JSON.stringify(applied.problems));
  const found = applied.config.sections.get("Rsyslog");
  if (found === undefined) throw new Error("every section is there");
  return found as Section<General, Named>; // made from this very section
}
