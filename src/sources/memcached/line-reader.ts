import type { Reader } from "../../io/connection.ts";

/** No answer that is read by this is longer. */
const MOST_BYTES = 512;

/** Reads one line of an answer. */
export class LineReader implements Reader {
  #text = "";

  feed(chunk: Uint8Array): boolean {
    this.#text += Buffer.from(chunk.subarray(0, MOST_BYTES)).toString("latin1");
    return this.#text.includes("\n") || this.#text.length >= MOST_BYTES;
  }

  /** What came of the line, without its end. */
  get line(): string {
    return this.#text.split(/\r?\n/)[0] ?? "";
  }
}
