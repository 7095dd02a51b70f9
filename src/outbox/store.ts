import { FRAME_BYTES, type JournalRecord } from "../journal/frame.ts";
import { Journal } from "../journal/journal.ts";
import { readBack } from "../journal/read-back.ts";
import type { Place } from "../journal/replay.ts";
import { ok, type Parsed } from "../ring/answer.ts";
import { errorText } from "../words/error-text.ts";
import { type OutboxOptions, outboxJournal } from "./options.ts";
import type { Piece } from "./pieces.ts";
import { decodeRows, encodeRows, encodeState, type RowsHead, type State } from "./record.ts";
import { Restored } from "./restored.ts";
import type { QueuedRow } from "./row.ts";
import type { Put } from "./waiting.ts";

/** Rows of one put that are on disk now. */
export interface Stored {
  readonly place: Place;
  readonly head: RowsHead;
  readonly put: Put;
}

const SYNC_SECONDS = 60;

/** The rows and the state of one queue on disk. */
export class Store {
  readonly #options: OutboxOptions;
  #journal: Journal | undefined;
  /** What the journal says, with the append under way. A segment that begins repeats what it said before. */
  #state: State;
  /** Rows before this place may be deleted: those that the journal says are gone, and for want of room all that are. */
  #needed = 1;
  #syncedAt: number;

  private constructor(options: OutboxOptions, state: State) {
    this.#options = options;
    this.#state = state;
    this.#syncedAt = options.now().mono;
  }

  /** Malformed when the directory cannot be written. */
  static async open(options: OutboxOptions): Promise<Parsed<{ readonly store: Store; readonly restored: Restored }>> {
    const { directory, boot, step, report, pause } = options;
    const restored = new Restored(step);
    const store = new Store(options, restored.finish().state);
    const kind = outboxJournal(() => store.#needed);
    const preamble = () => [encodeState(store.#state)];
    const journal = await Journal.openInSlices(
      { directory, step: 1, boot, kind, preamble, report }, // rows outlive a change of the step; the cursor does not
      (record) => restored.visit(record),
      pause,
    );
    if (journal.kind === "malformed") return journal;
    store.#journal = journal.value;
    store.#state = restored.finish().state;
    return ok({ store, restored });
  }

  /** What the journal says. */
  get state(): State {
    return this.#state;
  }

  /**
   * Writes rows and what has changed of the state with them, in one piece.
   * @returns never rejects: where the rows are, undefined when nothing was written
   */
  async append(puts: readonly Put[], now: Pick<State, "head" | "batch">): Promise<readonly Stored[] | undefined> {
    const before = this.#state;
    const heads = puts.map((put) => headOf(put, before.step));
    const records: JournalRecord[] = [];
    for (const [at, put] of puts.entries()) {
      const head = heads[at] ?? headOf(put, before.step);
      records.push({ slot: head.first + head.count - 1, body: await encodeRows(head, put.rows, this.#options.pause) });
    }
    await this.#options.pause();
    const state = { ...after(before, heads), ...now };
    if (now.head !== before.head || now.batch !== before.batch) {
      records.push({ slot: state.next - 1, body: encodeState(state) });
    }
    this.#state = { ...before, ...now }; // for a segment that begins with this: a kill may leave its beginning only
    const appended = this.#journal?.append(records);
    this.#state = state;
    const place = await appended;
    this.#needed = now.head;
    if (place === undefined) this.#state = before;
    else this.#syncNowAndThen();
    return place === undefined ? undefined : storedAt(place, { puts, heads, records });
  }

  /** The rows of a piece. Those that cannot be read are missing. */
  async read(piece: Piece): Promise<readonly QueuedRow[]> {
    const rows: QueuedRow[] = [];
    try {
      for (const body of await readBack(piece)) {
        for (const some of decodeRows(body, piece.first)) {
          rows.push(...some);
          await this.#options.pause();
        }
      }
    } catch (error) {
      this.#options.report(`Cannot read "${piece.path}": ${errorText(error)}.`);
    }
    return rows;
  }

  close(): Promise<void> {
    return this.#journal?.close() ?? Promise.resolve();
  }

  #syncNowAndThen(): void {
    const { mono } = this.#options.now();
    if (mono - this.#syncedAt < SYNC_SECONDS) return;
    this.#syncedAt = mono;
    void this.#journal?.sync();
  }
}

function headOf({ cursor, first, skipped, rows }: Put, step: number): RowsHead {
  const newest = rows.reduce((clock, row) => Math.max(clock, row.clock), 0);
  return { first, skipped, count: rows.length, oldest: rows[0]?.clock ?? 0, newest, cursor, step };
}

function after(before: State, heads: readonly RowsHead[]): State {
  const last = heads.at(-1);
  return last === undefined ? before : { ...before, cursor: last.cursor, next: last.first + last.count };
}

interface Appended {
  readonly puts: readonly Put[];
  readonly heads: readonly RowsHead[];
  readonly records: readonly JournalRecord[];
}

/** The records of the puts come first, in their order. */
function storedAt({ path, at }: Place, { puts, heads, records }: Appended): readonly Stored[] {
  let end = at;
  return puts.flatMap((put, index) => {
    const [head, record] = [heads[index], records[index]];
    if (head === undefined || record === undefined) return [];
    const begin = end;
    end += FRAME_BYTES + record.body.length;
    return [{ put, head, place: { path, at: begin, end } }];
  });
}
