import type { Section } from "../../config/spec.ts";
import type { Io } from "../../io/io.ts";
import type { Log } from "../../io/log.ts";
import { Slices } from "../../io/slices.ts";
import { value } from "../../ring/answer.ts";
import type { Collector, Publish, Surroundings, Tick } from "../source.ts";
import { DaemonSearch } from "./daemon.ts";
import { openFeed } from "./feed/open-feed.ts";
import { Machine } from "./machine.ts";
import { Reports } from "./reports.ts";
import type { General, Named } from "./section.ts";
import { setupFinding } from "./setup.ts";
import { Spools } from "./spool/spools.ts";

/** Follows what rsyslogd reports, and looks at the files of its queues. */
export function open(section: Section<General, Named>, { io, log }: Surroundings): Collector {
  const watch = new Watch(io, log, section);
  return {
    collect: (tick, publish) => watch.tick(tick, publish),
    forget: () => false,
    close: async () => watch.close(),
  };
}

class Watch {
  readonly #io: Io;
  readonly #log: Log;
  readonly #machine: Machine;
  readonly #search: DaemonSearch;
  readonly #spools: Spools;
  #reports: Reports | undefined;
  /** The choice by which reports are read. */
  #chosen = "";
  #epoch = "";

  constructor(io: Io, log: Log, section: Section<General, Named>) {
    this.#io = io;
    this.#log = log;
    this.#machine = new Machine(io, section);
    this.#search = new DaemonSearch(io, section.general.Configuration);
    this.#spools = new Spools(io);
  }

  async tick(tick: Tick, publish: Publish): Promise<void> {
    const slices = new Slices(this.#io);
    this.#readConfiguration();
    this.#choose();
    await this.#reports?.look(slices);
    const paced = { slices, deadline: tick.deadline };
    const spools = this.#machine.spools(this.#reports?.hasDiskParts === true);
    await this.#spools.look(spools, paced, this.#machine.hidden);
    if (this.#reports === undefined) this.#publishNothing(publish);
    else await this.#reports.publish(publish, paced);
    const backlog = (prefix: string) => this.#backlog(prefix);
    this.#spools.publish(publish, this.#io.now(), backlog);
  }

  /** rsyslogd reads it at its start only, so what is written there later does not hold yet. */
  #readConfiguration(): void {
    const epoch = this.#reports?.epoch ?? "";
    if (this.#reports !== undefined && this.#machine.isComplete && epoch === this.#epoch) return;
    this.#epoch = epoch;
    this.#machine.read();
  }

  /** Where it is not known any more where statistics come from, they come from there as before. */
  #choose(): void {
    const { choice, hidden } = this.#machine;
    if (choice === undefined && hidden !== undefined && this.#machine.isAsked && this.#reports !== undefined) return;
    const chosen = choice === undefined ? "" : JSON.stringify(choice);
    if (chosen === this.#chosen) return;
    this.#chosen = chosen;
    this.#reports?.close();
    this.#reports =
      choice === undefined
        ? undefined
        : new Reports(this.#io, openFeed(choice, this.#io, this.#log), {
            machine: this.#machine,
            spools: this.#spools,
          });
  }

  #publishNothing(publish: Publish): void {
    publish.roster(value(new Map()));
    const { configuration, isAsked, hidden } = this.#machine;
    Reports.publishNothing(publish, isAsked ? hidden : undefined);
    const pid = configuration === undefined || !isAsked ? undefined : this.#search.look();
    const finding = configuration && pid !== undefined ? setupFinding(this.#io, pid, configuration) : undefined;
    if (finding !== undefined) publish.finding(finding);
  }

  #backlog(prefix: string): number | undefined {
    const names = this.#machine.queuesWith(prefix);
    if (names.length === 0) return this.#machine.isComplete ? 0 : undefined;
    const sizes = names.map((name) => this.#reports?.sizeOf(name));
    return sizes.reduce((sum, size) => (sum === undefined || size === undefined ? undefined : sum + size), 0);
  }

  close(): void {
    this.#reports?.close();
  }
}
