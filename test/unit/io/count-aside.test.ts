import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { countAside } from "../../../src/io/count-aside.ts";

const home = mkdtempSync(join(tmpdir(), "test-"));
const going = new AbortController().signal;

afterAll(() => rmSync(home, { recursive: true }));

test.each([0, 1, 512, 513, 1500])("countAside: %i names", async (count) => {
  const directory = join(home, `of-${count}`);
  mkdirSync(directory);
  for (let made = 0; made < count; made++) writeFileSync(join(directory, `n${made}`), "");
  expect(await countAside(directory, going)).toEqual({ kind: "ok", value: count });
});

test("countAside: what cannot be counted says why", async () => {
  const file = join(home, "file");
  writeFileSync(file, "");
  expect(await countAside(file, going)).toEqual({ kind: "failed", code: "ENOTDIR", reason: "not a directory" });
  expect(await countAside(join(home, "none"), going)).toMatchObject({ code: "ENOENT" });
});

test("countAside: gives up when it is told to", async () => {
  const directory = join(home, "given-up");
  mkdirSync(directory);
  writeFileSync(join(directory, "name"), "");
  expect(await countAside(directory, AbortSignal.abort())).toMatchObject({ kind: "failed" });
});
