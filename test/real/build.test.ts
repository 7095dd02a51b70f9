import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { NO_COMPILE_CACHE, run, temporaryDirectory } from "./start.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

async function build(): Promise<ReadonlyMap<string, string>> {
  const directory = temporaryDirectory();
  const rolldown = join(ROOT, "node_modules/rolldown/bin/cli.mjs");
  const { status, stderr } = await run(process.execPath, [rolldown, "-c", "--dir", directory], {
    cwd: ROOT,
    env: NO_COMPILE_CACHE,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

test("two builds of the same sources are the same, and name no path of this machine", async () => {
  const first = await build();
  expect([...first.keys()]).toContain("tidemark.js");
  expect(first.get("tidemark.js")).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(await build()).toEqual(first);
  for (const text of first.values()) expect(text.includes(ROOT)).toBe(false);
});
