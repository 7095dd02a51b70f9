import fc from "fast-check";
import { expect, test } from "vitest";
import { type Cells, Span, Sums } from "../../../src/ring/span.ts";

const END = 30;

/** One slot: a hole, or a good one with what it knows of a counter. */
const slot = fc.option(
  fc.record({
    step: fc.option(fc.integer({ min: 0, max: 9 }), { nil: Number.NaN }),
    elapsed: fc.integer({ min: 1, max: 3 }),
    started: fc.boolean(),
    reset: fc.boolean(),
  }),
  { nil: undefined },
);

function cellsOf(slots: readonly (typeof slot extends fc.Arbitrary<infer T> ? T : never)[]): Cells {
  return {
    partNames: [],
    column: () => 0,
    cell: (_, at) => slots[at]?.step ?? Number.NaN,
    holds: (at) => slots[at] !== undefined,
    previous: (at) => slots.findLastIndex((found, index) => index < at && found !== undefined),
    elapsed: (at) => slots[at]?.elapsed ?? Number.NaN,
    started: (at) => slots[at]?.started === true,
    reset: (at) => slots[at]?.reset === true,
  };
}

const seen = (span: Span) => {
  const { slots, seconds, starts, resets } = span.extent;
  return { extent: { slots, seconds, starts, resets }, total: span.total("field", undefined) };
};

test("spans that go on from one another say the same as each alone, in whatever order they are asked", () => {
  const history = fc.array(slot, { minLength: END + 1, maxLength: END + 1 });
  const lengths = fc.array(fc.integer({ min: 1, max: END + 2 }), { maxLength: 12 });
  fc.assert(
    fc.property(history, lengths, (slots, asked) => {
      const cells = cellsOf(slots);
      const sums = new Sums();
      for (const length of asked) {
        const together = seen(new Span(cells, { end: END, slots: length, sums }));
        expect(together, `${length} slots`).toEqual(seen(new Span(cells, { end: END, slots: length })));
      }
    }),
  );
});
