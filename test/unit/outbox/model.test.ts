import { test } from "vitest";
import { expectEveryValueOnce } from "./life.ts";

test("whatever happens when, the server has every value once and in order", async () => {
  await expectEveryValueOnce(60);
}, 30_000);
