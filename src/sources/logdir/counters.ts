import type { Stamp } from "../../ring/sample.ts";
import type { Look } from "./files.ts";
import { growth } from "./growth.ts";
import { type Growing, lineAge } from "./line-age.ts";
import type { Looked } from "./look.ts";

const NOTHING: Omit<Look, "clock"> = { current: undefined, rotated: [] };

/**
 * What adds up over the looks at one directory: bytes written, rotations, and when it last grew. The first look gives
 * no counters: nobody knows what was written before it, and after a restart a 0 would be taken for a quiet log.
 */
export class Counters {
  #before: { readonly look: Look; readonly epoch: string; readonly mono: number } | undefined;
  #written = 0;
  #rotations = 0;
  #estimated = 0;
  #first: number | undefined;
  #newest: number | undefined;
  #growing: Growing | undefined;

  put(stamp: Stamp, looked: Looked): readonly (readonly [string, number])[] {
    const before = this.#before;
    this.#before = { look: looked.look, epoch: looked.epoch, mono: stamp.mono };
    const age = this.#age(stamp, looked, before?.mono);
    if (before === undefined) return age;
    if (before.epoch !== looked.epoch) this.#startOver();
    const then = before.epoch === looked.epoch ? before.look : { ...NOTHING, clock: before.look.clock };
    const { bytes, rotations, estimated } = growth(then, looked.look);
    this.#written += bytes;
    this.#rotations += rotations;
    this.#estimated += estimated;
    return [...age, ["written", this.#written], ["rotations", this.#rotations], ["estimated", this.#estimated]];
  }

  #age(stamp: Stamp, { newest }: Looked, before: number | undefined): readonly (readonly [string, number])[] {
    this.#first ??= stamp.mono;
    if (before !== undefined && newest !== this.#newest) this.#growing = { after: before, until: stamp.mono };
    this.#newest = newest;
    if (newest === undefined) return [];
    return [["age", lineAge(newest, stamp, { first: this.#first, growing: this.#growing })]];
  }

  /** The directory was made anew, and everything in it was written since. */
  #startOver(): void {
    this.#written = 0;
    this.#rotations = 0;
    this.#estimated = 0;
  }
}
