import { test } from "vitest";
import { expectEveryValueOnce } from "../unit/outbox/life.ts";

test("whatever happens when, the server has every value once and in order: three thousand times", async () => {
  await expectEveryValueOnce(3000);
});
