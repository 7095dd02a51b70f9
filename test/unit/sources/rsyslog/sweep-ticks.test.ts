import fc from "fast-check";
import { expect, test } from "vitest";
import type { View } from "../../../../src/ring/moment.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import { levelOf, SWEEP, sweepTicks } from "../../../../src/sources/rsyslog/sweep-ticks.ts";

const SLOTS = 12;
const gauge = (name: string) => ({ name, kind: "gauge", unit: "", doc: "", part: false, ringed: true }) as const;

/** What a tick saw: a hole, no sweep, or one that is so much newer than the last. */
const seen = fc.oneof(fc.constant(undefined), fc.constant(Number.NaN), fc.integer({ min: 0, max: 4 }));

function viewOf(ticks: readonly (number | undefined)[]): View | undefined {
  const ring = new Ring([{ name: "s", fields: [gauge(SWEEP), gauge("size")] }], { slots: SLOTS, step: 1 });
  ring.roster("s", { kind: "value", value: new Map([["t", {}]]) });
  let clock = 1000;
  ticks.forEach((newer, slot) => {
    if (newer === undefined) return;
    clock += newer || 0;
    const numbers = new Map([["size", slot], ...(Number.isNaN(newer) ? [] : [[SWEEP, clock] as const])]);
    const stamp = { clock: 5000 + slot, mono: slot };
    const rest = { epoch: "1", texts: new Map(), parts: new Map() };
    ring.put(slot, "s", { kind: "good", target: "t", state: 1, stamp, numbers, ...rest });
  });
  const view = ring.now().view("s", "t");
  return view.kind === "value" ? view.value : undefined;
}

/** Slots of the sweeps since a clock, looked for one by one. */
function plain(view: View, oldest: number): readonly number[] {
  const found = [view.slot];
  let last = view.number(SWEEP);
  for (let slot = view.slot - 1; slot > view.slot - view.slots; slot--) {
    const sweep = slot < 0 ? Number.NaN : view.at(slot).number(SWEEP);
    if (!(sweep < last)) continue;
    last = sweep;
    if (sweep >= oldest) found.push(slot);
  }
  return found;
}

test("sweeps are found as one by one, in whatever order windows are asked for", () => {
  const asked = fc.array(fc.integer({ min: 990, max: 1100 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(seen, { maxLength: 3 * SLOTS }), asked, (ticks, clocks) => {
      const view = viewOf(ticks);
      if (view === undefined) return;
      const found = clocks.map((oldest) => sweepTicks(view).since(oldest));
      const within = found.map((all, at) =>
        all.filter(({ slot, sweep }) => slot === view.slot || sweep >= (clocks[at] ?? 0)).map(({ slot }) => slot),
      );
      expect(within).toEqual(clocks.map((oldest) => plain(view, oldest)));
      expect(found.flat().map(levelOf(view, "size"))).toEqual(found.flat().map(({ slot }) => slot));
    }),
  );
});
