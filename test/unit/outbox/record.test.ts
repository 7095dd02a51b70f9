import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeRecord, decodeRows, encodeRows, encodeState } from "../../../src/outbox/record.ts";
import { malformed, ok } from "../../../src/ring/answer.ts";

const HEAD = {
  first: 7,
  skipped: 0,
  count: 2,
  oldest: 100,
  newest: 101,
  cursor: { slot: 5, clock: 100.25 },
  step: 0.5,
};
const ROWS = [
  { clock: 100, ns: 5, body: '"value":"a b"' },
  { clock: 101, ns: 0, body: '"value":"é"' },
];
const none = () => undefined;
const decoded = (body: Buffer, from: number) => [...decodeRows(body, from)].flat();

test("rows are lines of text behind a head that says what they are", async () => {
  const body = await encodeRows(HEAD, ROWS, none);
  expect(body.toString()).toBe('R 7 2 100 101 5@100.25 0.5\n100 5 "value":"a b"\n101 0 "value":"é"\n');
  expect(decodeRecord(body)).toEqual(ok({ kind: "rows", head: HEAD }));
});

test("rows come back with their places, from any place on", async () => {
  const body = await encodeRows(HEAD, ROWS, none);
  const placed = ROWS.map((row, at) => ({ seq: 7 + at, ...row }));
  expect(decoded(body, 0)).toEqual(placed);
  expect(decoded(body, 8)).toEqual(placed.slice(1));
  expect(decoded(body, 9)).toEqual([]);
});

test("many rows come back some at a time, with a row of any length among them", async () => {
  const lengths = [10, 70_000, 0, 200_000, ...Array.from({ length: 5000 }, (_, at) => at % 90)];
  const rows = lengths.map((length, clock) => ({ clock, ns: 0, body: `"value":"${"ä".repeat(length)}"` }));
  const head = { first: 7, skipped: 0, count: rows.length, oldest: 0, newest: 0, cursor: undefined, step: 1 };
  const body = await encodeRows(head, rows, none);
  const placed = rows.map((row, at) => ({ seq: 7 + at, ...row }));
  const slices = [...decodeRows(body, 0)];
  expect(slices.flat()).toEqual(placed);
  expect(Math.max(...slices.map(({ length }) => length))).toBeLessThan(2000);
  expect(decoded(body, 4000)).toEqual(placed.slice(4000 - 7));
});

test("without rows there is the cursor, without a cursor there are rows", async () => {
  const head = { first: 7, skipped: 3, count: 0, oldest: 0, newest: 0, cursor: undefined, step: 60 };
  const body = await encodeRows(head, [], none);
  expect(decodeRecord(body)).toEqual(ok({ kind: "rows", head }));
  expect(decoded(body, 0)).toEqual([]);
});

test("any JSON comes back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.json()), async (values) => {
      const rows = values.map((body, clock) => ({ clock, ns: clock % 7, body }));
      const head = {
        first: 1,
        skipped: 0,
        count: rows.length,
        oldest: 0,
        newest: 0,
        cursor: { slot: 1, clock: 0 },
        step: 1,
      };
      const read = decoded(await encodeRows(head, rows, none), 1);
      expect(read).toEqual(rows.map((row, at) => ({ seq: 1 + at, ...row })));
    }),
  );
});

const states = [
  { head: 3, next: 9, cursor: { slot: 7, clock: 0 }, step: 60, batch: { session: "ab", id: 1, first: 3, last: 5 } },
  { head: 1, next: 1, cursor: undefined, step: 1, batch: undefined },
];
for (const state of states) {
  test(`a state comes back: ${state.cursor?.slot}`, () => {
    expect(decodeRecord(encodeState(state))).toEqual(ok({ kind: "state", state }));
  });
}

const bad = [
  { text: "", reason: 'expected rows or a state, got ""' },
  { text: "X 1", reason: 'expected rows or a state, got "X 1"' },
  { text: "R 1 2", reason: 'expected rows or a state, got "R 1 2"' },
  { text: "S {", reason: 'expected a state, got "{"' },
];
for (const { text, reason } of bad) {
  test(`a record that is none: "${text}"`, () => {
    expect(decodeRecord(Buffer.from(text))).toEqual(malformed(reason));
    expect(decoded(Buffer.from(text), 0)).toEqual([]);
  });
}
