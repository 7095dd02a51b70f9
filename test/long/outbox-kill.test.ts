import { test } from "vitest";
import { expectEveryValueOnce } from "../real/outbox-kill.ts";

test("kill -9 at a hundred random instants of a drain: every value arrives once and in order", async () => {
  await expectEveryValueOnce(100);
});
