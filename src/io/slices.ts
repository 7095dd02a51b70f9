import type { Io } from "./io.ts";

/** Small files are read, or samples made, for this long; then other work goes in between. */
const SLICE_SECONDS = 0.003;

/** Cuts a long row of short synchronous steps into slices, so that it holds nothing else up. */
export class Slices {
  readonly #io: Io;
  #began: number;

  constructor(io: Io) {
    this.#io = io;
    this.#began = io.now().mono;
  }

  async pause(): Promise<void> {
    if (this.#io.now().mono - this.#began < SLICE_SECONDS) return;
    await new Promise<void>((resolve) => this.#io.after(0, resolve));
    this.#began = this.#io.now().mono;
  }
}
