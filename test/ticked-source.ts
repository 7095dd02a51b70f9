import { applyConfig } from "../src/config/apply.ts";
import { diskFiles } from "../src/config/files.ts";
import type { Section } from "../src/config/spec.ts";
import type { Io } from "../src/io/io.ts";
import { Registry } from "../src/items/registry.ts";
import { Ring } from "../src/ring/ring.ts";
import type { Labels, Roster, Sample } from "../src/ring/sample.ts";
import type { Collector, Finding, Remembered, Source, Surroundings } from "../src/sources/source.ts";

interface Given {
  /** Directives with their prefix: `"Gearman.a.Address=127.0.0.1:1"`. */
  readonly lines?: readonly string[];
  readonly remembered?: ReadonlyMap<string, Remembered>;
  /** Seconds of a slot. */
  readonly step?: number;
}

/** The real collector, ring and items of one source in this process, ticked by hand: a tick is a slot. */
export class TickedSource {
  readonly samples = new Map<string, Sample>();
  readonly remembered = new Map<string, Labels>();
  readonly findings: Finding[] = [];
  roster: Roster | undefined;
  readonly #source: Source;
  readonly #io: Io;
  readonly #collector: Collector;
  readonly #ring: Ring;
  readonly #registry: Registry;
  #slot = 1000;

  constructor(source: Source, io: Io, { lines = [], remembered = new Map(), step = 1 }: Given = {}) {
    this.#source = source;
    this.#io = io;
    const surroundings = { io, remembered } as unknown as Surroundings; // what polls needs no more
    this.#collector = source.open(sectionOf(source, lines), surroundings);
    this.#ring = new Ring([source], { slots: 61, step });
    this.#registry = new Registry({
      items: source.items,
      ring: this.#ring,
      now: () => io.now(),
      alias: (key) => key,
      access: { allows: () => true, warnings: [] },
      defaultTarget: (_, targets) => source.defaultTarget(targets),
    });
  }

  async tick(seconds = 0.9): Promise<void> {
    this.samples.clear();
    this.remembered.clear();
    this.findings.length = 0;
    const slot = this.#slot++;
    const tick = { slot, stamp: this.#io.now(), seconds, deadline: new AbortController().signal };
    await this.#collector.collect(tick, {
      sample: (sample) => {
        this.samples.set(sample.target, sample);
        this.#ring.put(slot, this.#source.name, sample);
      },
      roster: (roster) => {
        this.roster = roster;
        this.#ring.roster(this.#source.name, roster);
      },
      remember: (target, labels) => this.remembered.set(target, labels),
      finding: (finding) => this.findings.push(finding),
    });
    this.#ring.close(slot);
  }

  /** The value of a key, or its reason in parentheses: `(none: ...)`. */
  text(key: string): string {
    const reply = this.#registry.ask(key);
    return reply.kind === "value" ? reply.text : `(${reply.kind}: ${reply.reason})`;
  }

  json(key: string): Record<string, unknown> {
    return JSON.parse(this.text(key)) as Record<string, unknown>;
  }

  /** State of a target in its own words and the reason: "up", "down: connection refused by ...". */
  told(target: string): string {
    const reply = this.json(`${this.#source.name}.get[${target}]`);
    return [reply["state_text"], reply["error"]].filter((text) => text !== "").join(": ");
  }

  /** A tick of the only target, told. */
  async state(seconds?: number): Promise<string> {
    await this.tick(seconds);
    return this.told(this.names()[0] ?? "");
  }

  /** Short names of the roster. */
  names(): readonly string[] {
    return this.roster?.kind === "value" ? [...this.roster.value.keys()] : [];
  }

  /** Keys of all standard calls. */
  keys(): readonly string[] {
    return [...this.#registry.calls()].map(({ key }) => key);
  }

  /** One row of the source's `status` table, by column title. */
  row(target: string): Readonly<Record<string, string>> {
    const moment = this.#ring.now();
    const view = moment.view(this.#source.name, target);
    if (view.kind !== "value") throw new Error(view.reason);
    const cells = this.#source.table.map(({ title, cell }) => [title, cell(view.value, this.#io.now(), moment)]);
    return Object.fromEntries(cells) as Record<string, string>;
  }

  forget(target: string): boolean {
    return this.#collector.forget(target);
  }

  close(): Promise<void> {
    return this.#collector.close();
  }
}

function sectionOf({ section }: Source, lines: readonly string[]): Section {
  const entries = lines.map((text, at) => {
    const [name = "", value = ""] = text.split(/=(.*)/s);
    return { name, value, file: "test", line: at + 1 };
  });
  const applied = applyConfig(entries, { core: {}, sections: [section] }, diskFiles);
  if (applied.kind === "refused") throw new Error(JSON.stringify(applied.problems));
  const found = applied.config.sections.get(section.prefix);
  if (found === undefined) throw new Error("every section is there");
  return found;
}
