import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { OutboxRow, QueuedRow } from "./row.ts";

/*
 * The bodies of an outbox's journal records, all of them text:
 *
 *     rows  := "R " first " " count " " oldest " " newest " " cursor " " step [" " skipped] LF line[count]
 *     cursor := slot "@" clock | "-"
 *     line  := clock " " ns " " body LF
 *     state := "S " json                      the members of `State`
 *
 * A body is JSON and hence has no line feed in it.
 */

/** A slot up to which everything has been put, and the time of its newest row: a slot may be sampled twice. */
export interface Cursor {
  readonly slot: number;
  readonly clock: number;
}

/** What is known about rows without reading them. `oldest` and `newest` are clocks; `step`: seconds of a slot. */
export interface RowsHead {
  readonly first: number;
  /** Rows directly before the first one that are in no record, and not missed. */
  readonly skipped: number;
  readonly count: number;
  readonly oldest: number;
  readonly newest: number;
  readonly cursor: Cursor | undefined;
  readonly step: number;
}

/** The batch that was formed and is not acknowledged: rows `first` to `last`, whose ids begin with `id`. */
export interface BatchState {
  readonly session: string;
  readonly id: number;
  readonly first: number;
  readonly last: number;
}

/** Where a queue stands. Rows before `head` are gone, `next` is the place of the next row. */
export interface State {
  readonly head: number;
  readonly next: number;
  readonly cursor: Cursor | undefined;
  readonly step: number;
  readonly batch: BatchState | undefined;
}

export type OutboxRecord =
  | { readonly kind: "rows"; readonly head: RowsHead }
  | { readonly kind: "state"; readonly state: State };

const LF = 0x0a;
const SLICE_BYTES = 2 ** 16;

/** Encodes rows; `pause` lets other work in between, as there may be many thousand. */
export async function encodeRows(
  head: RowsHead,
  rows: readonly OutboxRow[],
  pause: () => Promise<void> | undefined,
): Promise<Buffer> {
  const { first, count, oldest, newest, cursor, step, skipped } = head;
  const parts: Buffer[] = [];
  let text = `R ${first} ${count} ${oldest} ${newest} ${cursorText(cursor)} ${step}${skipped > 0 ? ` ${skipped}` : ""}\n`;
  for (const row of rows) {
    text += lineOf(row);
    if (text.length < SLICE_BYTES) continue;
    parts.push(Buffer.from(text));
    text = "";
    await pause();
  }
  return Buffer.concat([...parts, Buffer.from(text)]);
}

export function encodeState(state: State): Buffer {
  return Buffer.from(`S ${JSON.stringify(state)}`);
}

/** What a record says, without its rows. */
export function decodeRecord(body: Buffer): Parsed<OutboxRecord> {
  const end = body.indexOf(LF);
  const text = body.toString("utf8", 0, end < 0 ? body.length : end);
  if (text.startsWith("S ")) return decodeState(text.slice(2));
  const head = decodeHead(text);
  return head === undefined
    ? malformed(`expected rows or a state, got "${text.slice(0, 40)}"`)
    : ok({ kind: "rows", head });
}

/** The rows of a record from place `from` on, some at a time. None when the record has none. */
export function* decodeRows(body: Buffer, from: number): Generator<readonly QueuedRow[]> {
  let at = endOfLine(body, 0);
  const head = decodeHead(body.toString("utf8", 0, at - 1));
  if (head === undefined) return;
  let seq = head.first;
  while (at < body.length) {
    const end = endOfLine(body, Math.min(at + SLICE_BYTES, body.length) - 1);
    const lines = body.toString("utf8", at, end - 1).split("\n");
    const first = seq;
    yield lines.flatMap((line, index) => (first + index < from ? [] : (rowOf(line, first + index) ?? [])));
    seq += lines.length;
    at = end;
  }
}

/** Behind the line feed at or after a byte; a text may end without one. */
function endOfLine(body: Buffer, at: number): number {
  const found = body.indexOf(LF, at);
  return found < 0 ? body.length + 1 : found + 1;
}

function cursorText(cursor: Cursor | undefined): string {
  return cursor === undefined ? "-" : `${cursor.slot}@${cursor.clock}`;
}

function readCursor(text: string): Cursor | undefined {
  const [slot, clock] = text.split("@").map(Number);
  return slot === undefined || clock === undefined ? undefined : { slot, clock };
}

function lineOf({ clock, ns, body }: OutboxRow): string {
  return `${clock} ${ns} ${body}\n`;
}

function rowOf(line: string, seq: number): QueuedRow | undefined {
  const afterClock = line.indexOf(" ");
  const afterNs = line.indexOf(" ", afterClock + 1);
  if (afterNs < 0) return undefined;
  const clock = Number(line.slice(0, afterClock));
  return { seq, clock, ns: Number(line.slice(afterClock + 1, afterNs)), body: line.slice(afterNs + 1) };
}

const HEAD = /^R (\d+) (\d+) (\d+) (\d+) (\d+@\d+(?:\.\d+)?|-) ([\d.e+-]+)(?: (\d+))?$/;

function decodeHead(line: string): RowsHead | undefined {
  const found = HEAD.exec(line);
  if (found === null) return undefined;
  const [first, count, oldest, newest] = found.slice(1, 5).map(Number) as [number, number, number, number];
  return {
    first,
    count,
    oldest,
    newest,
    cursor: readCursor(found[5] ?? "-"),
    step: Number(found[6]),
    skipped: Number(found[7] ?? 0),
  };
}

/** Its CRC was right and only we write it: what it says is taken as it is. */
function decodeState(json: string): Parsed<OutboxRecord> {
  try {
    const { head, next, cursor, step, batch } = JSON.parse(json) as State;
    return ok({ kind: "state", state: { head, next, cursor, step, batch } });
  } catch {
    return malformed(`expected a state, got "${json.slice(0, 40)}"`);
  }
}
