import { expect, test } from "vitest";
import { address } from "./address.ts";
import { journalOf } from "./daemon-journal.ts";
import { seconds } from "./steady-load.ts";
import { expectAllCounted, underLoad } from "./under-load.ts";
import { waitFor } from "./wait.ts";

const BLOCKED_SECONDS = 5;

test("a daemon that stands still for five seconds has holes, counts them, and shifts no slot", async () => {
  const running = await underLoad(address(import.meta.url));
  const { bench, daemon, load } = running;
  const frozen = seconds();
  daemon.freeze();
  await waitFor(() => seconds() > frozen + BLOCKED_SECONDS, { what: "the time to pass" });
  daemon.thaw();
  const thawed = seconds();
  await bench.until("memcached.delta[cache,cmd_flush,1s]", "0");
  const rate = await bench.number("memcached.rate[cache,get_hits,5s]");
  const missed = await bench.number("tidemark.tick.missed");
  await expectAllCounted(running);
  await daemon.end();
  const kept = journalOf(bench);
  for (const { slot, sample } of kept) {
    expect(Math.abs(sample.stamp.clock - slot - 0.5)).toBeLessThan(1);
    load.expectTrue(sample);
  }
  const slots = [...new Set(kept.map(({ slot }) => slot))]; // a tick late in the very end of a slot doubles the next one
  expect(slots.filter((slot) => slot > frozen && slot < Math.floor(thawed))).toEqual([]);
  const holes = slots.slice(1).reduce((sum, slot, at) => sum + slot - (slots[at] ?? 0) - 1, 0);
  expect(missed).toBe(holes);
  expect(holes).toBeGreaterThanOrEqual(BLOCKED_SECONDS - 1);
  expect(holes).toBeLessThanOrEqual(Math.ceil(thawed - frozen));
  expect(rate).toBeGreaterThan(0);
  expect(rate).toBeLessThan(load.absurdRate);
});
