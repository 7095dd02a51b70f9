// death_tally := record{0,4096}       record := stamp:tai64n exit-code:u8 signal:u8       s6 keeps the last 100, or max-death-tally
const RECORD_BYTES = 14;
const STAMP_BYTES = 12;

/** s6's own upper limit for max-death-tally. */
export const MOST_TALLY_BYTES = 4096 * RECORD_BYTES;

/**
 * The deaths of one service since it was first looked at. s6 forgets the oldest, and s6-svdt-clear all, so they are
 * told apart by their stamps.
 */
export class DeathTally {
  #newest = "";
  #total = 0;
  #first = true;

  /** How many have been seen. Those that happened before the first look are not. */
  get total(): number {
    return this.#total;
  }

  /** True: it has died at least once since the tally was cleared. @param bytes the whole file, a torn record at its end is left for later */
  look(bytes: Buffer): boolean {
    const stamps = stampsOf(bytes);
    if (!this.#first) this.#total += stamps.filter((stamp) => stamp > this.#newest).length;
    this.#first = false;
    this.#newest = stamps.at(-1) ?? this.#newest;
    return stamps.length > 0;
  }
}

/** In hexadecimal, which sorts as time does. */
function stampsOf(bytes: Buffer): readonly string[] {
  const count = Math.floor(bytes.length / RECORD_BYTES);
  return Array.from({ length: count }, (_, at) =>
    bytes.toString("hex", at * RECORD_BYTES, at * RECORD_BYTES + STAMP_BYTES),
  );
}
