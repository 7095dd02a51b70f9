import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { LocalFiles } from "../../../../src/io/local-files.ts";
import { realFiles } from "../../../../src/io/real-files.ts";
import { fakeIo } from "../../schedule/fake-io.ts";

/** Where the fake clock begins. */
export const START = 1_700_000_000;

const home = mkdtempSync(join(tmpdir(), "test-"));
let made = 0;

afterAll(() => rmSync(home, { recursive: true }));

/** An empty directory that is removed at the end of the test file. */
export function place(): string {
  const directory = join(home, `d${made++}`);
  mkdirSync(directory);
  return directory;
}

/** A log directory with so many bytes in `current`, written 40 s before the clock begins. */
export function logIn(directory: string, size = 100): string {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, "current"), `${"x".repeat(size - 1)}\n`);
  utimesSync(join(directory, "current"), START - 40, START - 40);
  return directory;
}

/** A machine without processes whose files are those of the disk, except for what is said here. */
export function world(more: Partial<LocalFiles> = {}, locks?: string) {
  const io = fakeIo({ clock: START, mono: 1000 });
  const readTextAside = async (path: string) => (path === "/proc/locks" ? locks : undefined);
  return { ...io, readTextAside, files: { ...realFiles, ...more } };
}
