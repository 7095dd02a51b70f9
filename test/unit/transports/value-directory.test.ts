import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ValueDirectory } from "../../../src/transports/value-directory.ts";

const base = mkdtempSync(join(tmpdir(), "tidemark-values-"));
afterAll(() => rmSync(base, { recursive: true }));

test("a second name follows the file, is made once, and can become another's or a file", () => {
  const path = join(base, "v");
  const directory = new ValueDirectory(path);
  const second = join(path, "key,,5m");
  directory.write("key,main,5m", "= 1\n");
  directory.link("key,,5m", "key,main,5m");
  const made = lstatSync(second).ino;
  directory.write("key,main,5m", "= 2\n");
  directory.link("key,,5m", "key,main,5m");
  expect([readFileSync(second, "utf8"), lstatSync(second).ino]).toEqual(["= 2\n", made]);

  directory.write("key,other,5m", "= 3\n");
  directory.link("key,,5m", "key,other,5m");
  expect(readlinkSync(second)).toBe("key,other,5m");

  directory.write("key,,5m", "= 4\n");
  expect(readFileSync(join(path, "key,other,5m"), "utf8")).toBe("= 3\n");
  directory.keepOnly(new Set(["key,main,5m"]));
  expect(readdirSync(path)).toEqual(["key,main,5m"]);
});
