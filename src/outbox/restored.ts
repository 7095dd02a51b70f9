import type { ReplayedRecord } from "../journal/replay.ts";
import { Pieces } from "./pieces.ts";
import { decodeRecord, type RowsHead, type State } from "./record.ts";

/** Gathers from the records of a journal where the queue stood when its last record was written. */
export class Restored {
  readonly pieces = new Pieces();
  #state: State;
  /** Place behind the newest row that was found. */
  #end = 1;
  /** Rows that were never written. */
  readonly #skipped: { readonly first: number; readonly end: number }[] = [];

  /** @param step seconds of a slot now: slots of another step mean nothing, so they give no cursor */
  constructor(step: number) {
    this.#state = { head: 1, next: 1, cursor: undefined, step, batch: undefined };
  }

  visit({ body, place }: ReplayedRecord): void {
    const record = decodeRecord(body);
    if (record.kind === "malformed") return; // its CRC is right, so it is of a version to come
    if (record.value.kind === "rows") this.#rows(place, record.value.head);
    else this.#take(record.value.state);
  }

  /** @returns the state, and how many rows that should wait were not found */
  finish(): { readonly state: State; readonly lost: number } {
    const { head, next, batch } = this.#state;
    this.pieces.forgetBefore(head);
    const isOpen = batch !== undefined && batch.last >= head;
    const skipped = this.#skipped.reduce((sum, { first, end }) => sum + Math.max(0, end - Math.max(first, head)), 0);
    const lost = next - head - this.pieces.rows - skipped;
    return { state: { ...this.#state, batch: isOpen ? batch : undefined }, lost };
  }

  #rows(place: ReplayedRecord["place"], head: RowsHead): void {
    const { first, skipped, count, cursor, step } = head;
    if (first < this.#end) return; // cannot be: places only rise
    this.#end = first + count;
    if (skipped > 0) this.#skipped.push({ first: first - skipped, end: first });
    if (count > 0) this.pieces.add(place, head);
    this.#take({ ...this.#state, next: this.#end, cursor, step });
  }

  #take({ head, next, cursor, step, batch }: State): void {
    const before = this.#state;
    this.#state = {
      head: Math.max(head, before.head),
      next: Math.max(next, before.next),
      cursor: step === before.step ? cursor : undefined,
      step: before.step,
      batch,
    };
  }
}
