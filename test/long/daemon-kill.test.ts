import { expect, test } from "vitest";
import { address } from "../real/address.ts";
import { expectKillsHarmless } from "../real/daemon-kill.ts";

test("kill -9 at a hundred random instants costs no more than the ticks in flight and the time it was down", async () => {
  const starts = [...(await expectKillsHarmless(address(import.meta.url), 100, "20m"))].sort((a, b) => a - b);
  const [median, worst] = [starts[Math.floor(starts.length / 2)], starts.at(-1)].map((ms) => Math.round(ms ?? NaN));
  process.stdout.write(`start to first answer, ${starts.length} starts: median ${median} ms, slowest ${worst} ms\n`);
  expect(worst).toBeLessThan(5000);
});
