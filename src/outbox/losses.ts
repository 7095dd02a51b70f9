import type { OutboxOptions } from "./options.ts";

/** Counts the rows that will never be delivered, and says so: once, and once more when nothing waits any longer. */
export class Losses {
  readonly #options: Pick<OutboxOptions, "name" | "report">;
  #rows = 0;
  /** How many there were before this time of losses. */
  #before: number | undefined;

  constructor(options: Pick<OutboxOptions, "name" | "report">) {
    this.#options = options;
  }

  /** All since the start. */
  get rows(): number {
    return this.#rows;
  }

  /** `why`: the end of a sentence. */
  add(rows: number, why: string): void {
    if (rows <= 0) return;
    const { name, report } = this.#options;
    if (this.#before === undefined) report(`Values for ${name} are lost, the oldest first: ${why}.`);
    this.#before ??= this.#rows;
    this.#rows += rows;
  }

  drained(): void {
    if (this.#before === undefined) return;
    const { name, report } = this.#options;
    report(`No more values wait for ${name}; lost before: ${this.#rows - this.#before}.`);
    this.#before = undefined;
  }
}
