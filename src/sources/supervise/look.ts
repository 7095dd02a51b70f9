import type { Io } from "../../io/io.ts";
import type { BytePath } from "../../io/local-files.ts";
import { Slices } from "../../io/slices.ts";
import type { Finding, Tick } from "../source.ts";
import type { Scan, ServiceRecord } from "./record.ts";

/** What one look at all scan directories brings together. */
export class Look {
  readonly #tick: Tick;
  readonly #slices: Slices;
  readonly #services: ServiceRecord[] = [];
  readonly #findings: Finding[] = [];
  /** Paths that were met, services or not. */
  readonly paths = new Set<BytePath>();
  /** Scan directories and service directories that were met, whatever links led there. */
  readonly identities = new Set<string>();
  #missed: string | undefined;

  constructor(io: Io, tick: Tick) {
    this.#tick = tick;
    this.#slices = new Slices(io);
  }

  get isOver(): boolean {
    return this.#tick.deadline.aborted;
  }

  get isComplete(): boolean {
    return this.#missed === undefined;
  }

  add(record: ServiceRecord): void {
    this.#services.push(record);
  }

  finding(finding: Finding): void {
    this.#findings.push(finding);
  }

  /** There may be services that were not seen. */
  miss(reason: string): void {
    this.#missed ??= reason;
  }

  scan(more: readonly Finding[]): Scan {
    return { services: this.#services, incomplete: this.#missed, findings: [...this.#findings, ...more] };
  }

  pause(): Promise<void> {
    return this.#slices.pause();
  }
}
