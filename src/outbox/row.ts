/** One value as it is to be sent. `clock`, `ns`: when it was taken; `body`: the row's other JSON members, without id. */
export interface OutboxRow {
  readonly clock: number;
  readonly ns: number;
  readonly body: string;
}

/** A row with its place in the queue. Places only rise and are never given twice. */
export interface QueuedRow extends OutboxRow {
  readonly seq: number;
}

/** Bytes of a row beside its body: clock, nanoseconds and what separates them. */
const STAMP_BYTES = 22;

/** About what a row takes on disk. */
export function rowBytes({ body }: OutboxRow): number {
  return body.length + STAMP_BYTES;
}
