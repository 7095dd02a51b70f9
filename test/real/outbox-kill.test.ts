import { test } from "vitest";
import { expectEveryValueOnce } from "./outbox-kill.ts";

test("kill -9 at ten random instants of a drain: every value arrives once and in order", async () => {
  await expectEveryValueOnce(10);
});
