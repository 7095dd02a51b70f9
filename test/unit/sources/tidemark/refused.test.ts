import { beforeAll, expect, test } from "vitest";
import { Registry } from "../../../../src/items/registry.ts";
import { value } from "../../../../src/ring/answer.ts";
import { Ring } from "../../../../src/ring/ring.ts";
import { ITEMS } from "../../../../src/sources/tidemark/items.ts";
import { REFUSED, SOURCE, TARGET } from "../../../../src/sources/tidemark/self.ts";
import { tidemark } from "../../../../src/sources/tidemark/tidemark.ts";
import { REFUSALS } from "../../../../src/transports/refusals.ts";

/* Every reason is counted on its own: here the first one grows by 1 a minute, the next one by 2, and so on. */

const SLOTS = 7;
const STEP = 60;
const MINUTES = 5;

let registry: Registry;

beforeAll(() => {
  const ring = new Ring([tidemark], { slots: SLOTS, step: STEP });
  ring.roster(SOURCE, value(new Map([[TARGET, {}]])));
  for (let slot = 0; slot < SLOTS; slot++) {
    const parts = REFUSALS.map(
      (reason, at) => [`${REFUSED}${reason}`, new Map([["refused", (at + 1) * slot]])] as const,
    );
    ring.put(slot, SOURCE, {
      kind: "good",
      target: TARGET,
      stamp: { clock: 1_700_000_000 + slot * STEP, mono: slot * STEP },
      state: 1,
      epoch: "1",
      numbers: new Map(),
      texts: new Map(),
      parts: new Map(parts),
    });
    ring.close(slot);
  }
  registry = new Registry({
    items: ITEMS,
    ring,
    now: () => ({ clock: 1_700_000_001 + (SLOTS - 1) * STEP, mono: 1 + (SLOTS - 1) * STEP }),
    alias: (key) => key,
    access: { allows: () => true, warnings: [] },
    defaultTarget: () => undefined,
  });
});

for (const [at, reason] of REFUSALS.entries()) {
  test(`tidemark.refused[${reason}] tells of that reason alone`, () => {
    const answer = registry.ask(`tidemark.refused[${reason},${MINUTES}m]`);
    expect(answer).toMatchObject({ kind: "value", text: String((at + 1) * MINUTES) });
  });
}

test("tidemark.refused without a reason tells of all together", () => {
  const all = (REFUSALS.length * (REFUSALS.length + 1)) / 2;
  expect(registry.ask(`tidemark.refused["",${MINUTES}m]`)).toMatchObject({ text: String(all * MINUTES) });
});

test("tidemark.refused of a reason that there is not names some that there are", () => {
  expect(registry.ask("tidemark.refused[none]")).toMatchObject({
    kind: "unknown",
    reason: expect.stringMatching(/^No reason "none"; there are .*"peer"/),
  });
});
