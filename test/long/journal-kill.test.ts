import { test } from "vitest";
import { expectNothingLost } from "../real/journal-kill.ts";

test("kill -9 at a hundred random instants loses nothing that was with the kernel", async () => {
  await expectNothingLost(100);
});
