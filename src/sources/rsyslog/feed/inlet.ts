import type { Slices } from "../../../io/slices.ts";
import type { StatsReader } from "./stats-reader.ts";
import type { Trouble } from "./trouble.ts";

/** Where statistics come in from, into its reader. */
export interface Inlet {
  readonly reader: StatsReader;
  readonly trouble: Trouble | undefined;
  /** Reads what is new, as much as one tick may; is not called again before it has settled. */
  look(slices: Slices): Promise<void>;
  close(): void;
}
