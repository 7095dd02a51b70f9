import { expect, test } from "vitest";
import { address } from "./address.ts";
import { expectKillsHarmless } from "./daemon-kill.ts";

test("kill -9 at three random instants costs no more than the tick in flight and the time it was down", async () => {
  const starts = await expectKillsHarmless(address(import.meta.url), 3, "60s");
  expect(starts.length).toBeGreaterThan(0);
});
