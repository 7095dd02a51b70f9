import { expect, test } from "vitest";
import { Slices } from "../../../../src/io/slices.ts";
import type { Roster } from "../../../../src/ring/sample.ts";
import { Family } from "../../../../src/sources/rsyslog/family.ts";
import { INPUT_KIND } from "../../../../src/sources/rsyslog/inputs/input.ts";
import { fakeIo } from "../../schedule/fake-io.ts";

const FACTS = { clock: 0, continuation: "same" } as const;
const stamp = { clock: 0, mono: 0 };

function input(name: string) {
  return { origin: name, name, numbers: new Map([["submitted", 1]]) };
}

function family(count: number) {
  const found = new Family(INPUT_KIND);
  const objects = Array.from({ length: count }, (_, at) => input(`in${at}`));
  found.put({ number: 1, clock: 0, arrived: stamp, objects }, FACTS);
  return found;
}

/** What a tick publishes whose deadline passes after so many samples. */
async function published(of: ReturnType<typeof family>, most: number) {
  const abort = new AbortController();
  const samples: string[] = [];
  const rosters: Roster[] = [];
  const publish = {
    sample: ({ target }: { readonly target: string }) => {
      samples.push(target);
      if (samples.length >= most) abort.abort();
    },
    roster: (roster: Roster) => rosters.push(roster),
    remember: () => {},
    finding: () => {},
  };
  const tick = { stamp, epoch: "", clock: 0, interval: undefined, stale: undefined, trouble: undefined };
  await of.publish(publish, tick, { slices: new Slices(fakeIo(stamp)), deadline: abort.signal });
  const [roster] = rosters;
  return { samples, listed: roster?.kind === "value" ? [...roster.value.keys()] : undefined };
}

test("those that are not reached by the deadline are listed and have no sample", async () => {
  const { samples, listed } = await published(family(5), 2);
  expect(samples).toEqual(["in0", "in1"]);
  expect(listed).toHaveLength(5);
});

test("invented names have an end", async () => {
  const { listed } = await published(family(10_000), 1);
  expect(listed).toHaveLength(5000);
});
