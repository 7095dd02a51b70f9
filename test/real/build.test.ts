import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { NO_COMPILE_CACHE, run, temporaryDirectory } from "./start.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** What a build reads. Packages that are bundled are copied too, since their paths stand in the bundle. */
const SOURCES = ["src", "package.json", "rolldown.config.ts", "tsconfig.json"];
const BUNDLED = ["memjs", "node-cron"];

async function build(project: string): Promise<ReadonlyMap<string, string>> {
  const directory = temporaryDirectory();
  const rolldown = join(ROOT, "node_modules/rolldown/bin/cli.mjs");
  const { status, stderr } = await run(process.execPath, [rolldown, "-c", "--dir", directory], {
    cwd: project,
    env: NO_COMPILE_CACHE,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return new Map(readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

function copyOfProject(): string {
  const directory = join(temporaryDirectory(), "a", "deeper", "place");
  mkdirSync(join(directory, "node_modules"), { recursive: true });
  for (const name of [...SOURCES, ...BUNDLED.map((name) => join("node_modules", name))]) {
    cpSync(join(ROOT, name), join(directory, name), { recursive: true });
  }
  symlinkSync(join(ROOT, "node_modules/rolldown"), join(directory, "node_modules/rolldown"));
  return directory;
}

test("two builds in two directories are the same, and name no path of this machine", async () => {
  const first = await build(ROOT);
  expect([...first.keys()]).toContain("tidemark.js");
  expect(first.get("tidemark.js")).toMatch(/^#!\/usr\/bin\/env node\n/);
  expect(await build(copyOfProject())).toEqual(first);
  for (const text of first.values()) expect(text.includes(ROOT)).toBe(false);
});
