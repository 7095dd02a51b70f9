import { appendFileSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { NO_COMPILE_CACHE, run, temporaryDirectory } from "./start.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));
const FILES = [
  "userparameters/tidemark.conf",
  "userparameters/tidemark-legacy.conf",
  "src/plugin/metrics.json",
  "docs/item-keys.md",
  "docs/tidemark.conf",
  "templates/6.0/tidemark_memcached.yaml",
  "templates/7.0/tidemark_memcached_active.yaml",
  "templates/README.md",
];

const top = temporaryDirectory();
const program = join(top, "generate.js");
const generate = (...args: readonly string[]) => run(process.execPath, [program, ...args], { cwd: top });

beforeAll(async () => {
  const rolldown = join(PROJECT, "node_modules/.bin/rolldown");
  const args = ["src/generate.ts", "--platform", "node", "--format", "esm", "--dir", top];
  expect(await run(rolldown, args, { cwd: PROJECT, env: NO_COMPILE_CACHE })).toMatchObject({ status: 0 });
});

test("--check names what differs and writes nothing; without it the files are written", async () => {
  for (const path of FILES) rmSync(join(top, path), { force: true });
  const before = await generate("--check");
  expect(before.status).toBe(1);
  for (const path of FILES) expect(before.stdout).toContain(`${path} differs`);
  const written = await generate();
  expect(written.status).toBe(0);
  expect(written.stdout.trimEnd().split("\n")).toEqual(expect.arrayContaining(FILES));
  expect(await generate("--check")).toMatchObject({ status: 0, stdout: "" });
  expect(readFileSync(join(top, "docs/item-keys.md"), "utf8")).toContain(
    "`memcached.hit_ratio[<target>,<window>,<command>]`",
  );
});

test("--check names the one file that somebody edited", async () => {
  await generate();
  appendFileSync(join(top, "docs/tidemark.conf"), "\n");
  expect(await generate("--check")).toMatchObject({
    status: 1,
    stdout: 'docs/tidemark.conf differs: run "npm run generate" and commit it.\n',
  });
});
