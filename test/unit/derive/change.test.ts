import { expect, test } from "vitest";
import { change } from "../../../src/derive/change.ts";
import { Ring } from "../../../src/ring/ring.ts";

const FIELDS = [{ name: "size", kind: "gauge", unit: "", doc: "", part: false, ringed: true }] as const;

/** What `change` answers for a window of so many slots over these levels, one a slot; undefined: a hole. NaN: not known. */
function over(levels: readonly (number | undefined)[], slots: number): number | string {
  const ring = new Ring([{ name: "s", fields: FIELDS }], { slots: 61, step: 1 });
  for (const [slot, level] of levels.entries()) {
    if (level === undefined) continue;
    const numbers = new Map(Number.isNaN(level) ? [] : [["size", level]]);
    const stamp = { clock: slot, mono: slot };
    ring.put(slot, "s", {
      kind: "good",
      target: "t",
      stamp,
      state: 1,
      epoch: "",
      numbers,
      texts: new Map(),
      parts: new Map(),
    });
  }
  const view = ring.now().view("s", "t");
  if (view.kind !== "value") throw new Error(view.reason);
  const answer = change(view.value, { text: `${slots}s`, seconds: slots, slots }, "size");
  return answer.kind === "value" ? answer.value : answer.reason;
}

const UP = Array.from({ length: 21 }, (_, slot) => slot * slot);

test.each([
  ["to the newest level", UP, 1, 400 - 361],
  ["over several slots", UP, 10, 400 - 100],
  ["down", UP.map((level) => -level), 10, -300],
  ["nothing", [7, 7, 7], 2, 0],
  ["from the slot before a hole at the start", [5, undefined, 9, 12], 2, 7],
  ["from the first tenth where the start is not known", UP.with(10, Number.NaN).with(9, Number.NaN), 10, 400 - 121],
])("change: %s", (_, levels, slots, want) => expect(over(levels, slots)).toBe(want));

test.each([
  ["a window that reaches behind the first sample", [1, 2, 3], 10, "2 of 10 seconds known"],
  [
    "a level that was not known at the start",
    [Number.NaN, Number.NaN, 3],
    2,
    '"size" is not known for both ends of the last 2s',
  ],
  ["a level that is not known now", [1, 2, Number.NaN], 2, '"size" is not known for both ends of the last 2s'],
])("change: %s is none", (_, levels, slots, want) => expect(over(levels, slots)).toBe(want));
