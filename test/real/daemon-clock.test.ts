import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { address } from "./address.ts";
import { journalOf } from "./daemon-journal.ts";
import { temporaryDirectory } from "./start.ts";
import { seconds } from "./steady-load.ts";
import { expectAllCounted, underLoad } from "./under-load.ts";
import { waitFor } from "./wait.ts";

const HOUR = 3600;

/** CLOCK_REALTIME cannot be moved for one process alone; Date is the only way in which the program looks at it. */
test("a wall clock that is set forward and back costs nothing but a slot, over a restart too", async () => {
  const file = join(temporaryDirectory(), "offset");
  const moved = new URL("./fixtures/moved-clock.mjs", import.meta.url).href;
  const before = ["env", `NODE_OPTIONS=--import=${moved}`, `MOVED_CLOCK=${file}`];
  const running = await underLoad(address(import.meta.url), { before });
  const { bench, daemon, load } = running;
  const ages: number[] = [];
  const rates: number[] = [];
  const isSeen = async () => (await bench.number("memcached.rate[cache,get_hits,2s]")) > 0;
  await waitFor(isSeen, { what: "the load to be seen" });
  for (const offset of [HOUR, 0, -HOUR]) {
    writeFileSync(file, String(offset * 1000));
    daemon.signal("SIGUSR2");
    const set = seconds();
    await waitFor(
      async () => {
        ages.push(await bench.number("memcached.sample.age[cache]"));
        rates.push(await bench.number("memcached.rate[cache,get_hits,2s]"));
        return seconds() > set + 3;
      },
      { what: "three ticks" },
    );
  }
  expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...ages)).toBeLessThan(3);
  expect(Math.min(...rates)).toBeGreaterThan(0);
  expect(Math.max(...rates)).toBeLessThan(load.absurdRate);
  await daemon.end();
  const again = await bench.start(); // with the true clock
  await expectAllCounted(running);
  await again.end();
  const kept = journalOf(bench);
  const slots = kept.map(({ slot }) => slot);
  const gaps = slots.slice(1).map((slot, at) => slot - (slots[at] ?? 0));
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2);
  const offsets = new Set(kept.map(({ slot, sample }) => Math.round((sample.stamp.clock - slot) / HOUR)));
  expect([...offsets].sort()).toEqual([-1, 0, 1]);
});
