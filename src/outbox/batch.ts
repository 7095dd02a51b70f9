import type { BatchState } from "./record.ts";
import { type OutboxRow, type QueuedRow, rowBytes } from "./row.ts";

/** Rows to be sent together. Sent again, it has the same session, ids and bodies: servers know a repetition by these. */
export interface Batch {
  /** 32 hexadecimal digits. */
  readonly session: string;
  readonly rows: readonly BatchRow[];
  /** It was made before a restart, so the other side may have it already. */
  readonly isRecalled: boolean;
}

/** `id`: rises within its session, never given twice; gaps are possible. */
export interface BatchRow extends OutboxRow {
  readonly id: number;
}

/** A batch with what the journal says of it. */
export interface Held {
  readonly batch: Batch;
  readonly state: BatchState;
  readonly bytes: number;
}

/** A batch of rows in the order of their places, with the ids that the state gives them. */
export function batchOf(rows: readonly QueuedRow[], state: BatchState, isRecalled = false): Held {
  const { session, id, first } = state;
  const numbered = rows.map(({ seq, clock, ns, body }) => ({ id: id + seq - first, clock, ns, body }));
  const bytes = rows.reduce((sum, row) => sum + rowBytes(row), 0);
  return { batch: { session, rows: numbered, isRecalled }, state, bytes };
}
