import type { OutboxStats } from "../outbox/outbox.ts";
import type { Clock } from "../ring/sample.ts";

/** Somewhere that values are sent to, as `status` and tidemark's own items show it. */
export interface Destination {
  /** Short name, as it stands in item keys. */
  readonly name: string;
  /** In words: "ok", or what is wrong. */
  readonly state: string;
  /** When it took something, or answered that there is nothing to do; undefined: not since the start. */
  readonly succeeded: Clock | undefined;
  /** How many items it wants; undefined: not known yet. */
  readonly items: number | undefined;
  /** While the queue is still being read, `rows`, `bytes` and `oldest` are NaN: not known. */
  readonly stats: OutboxStats;
}
