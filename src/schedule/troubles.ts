import type { Log } from "../io/log.ts";
import type { Roster, Sample } from "../ring/sample.ts";
import { sentence } from "../words/sentence.ts";

/** Lines of one tick about single targets: when a whole network is gone, a thousand say no more than ten. */
const MOST_LINES = 10;

/**
 * Logs when a target stops being well and when it is well again; not each tick, and not how its trouble changes. What
 * was wrong from the start is on the start screen.
 */
export class Troubles {
  readonly #log: Log;
  /** By source: whether each target was well at its newest sample. */
  readonly #well = new Map<string, Map<string, boolean>>();
  #lines: string[] = [];

  constructor(log: Log) {
    this.#log = log;
  }

  note(source: string, sample: Sample): void {
    const targets = this.#well.get(source) ?? new Map<string, boolean>();
    this.#well.set(source, targets);
    const reason = sample.kind === "good" ? sample.note : sample.reason;
    const before = targets.get(sample.target);
    targets.set(sample.target, reason === undefined);
    const name = `${source} "${sample.target}"`;
    if (before === true && reason !== undefined) this.#lines.push(sentence(`${name}: ${reason}`));
    if (before === false && reason === undefined) this.#lines.push(sentence(`${name} is well again`));
  }

  /** A target that is not listed any more is no trouble. */
  follow(source: string, roster: Roster): void {
    if (roster.kind !== "value") return;
    const targets = this.#well.get(source);
    for (const target of targets?.keys() ?? []) if (!roster.value.has(target)) targets?.delete(target);
  }

  /** Writes what a tick has brought. */
  say(): void {
    for (const line of this.#lines.slice(0, MOST_LINES)) this.#log.info(line);
    const more = this.#lines.length - MOST_LINES;
    if (more > 0) this.#log.info(`So did ${more} other targets; tidemark status shows them all.`);
    this.#lines = [];
  }
}
