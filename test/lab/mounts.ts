import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll } from "vitest";
import { temporaryDirectory } from "../real/start.ts";

/* File systems of a test's own. They need root, and are taken away when the test file is over. */

const mounted: string[] = [];
afterAll(() => {
  for (const path of mounted) spawnSync("umount", ["--lazy", path]);
});

/** A file system in memory, with room for so much: "30m". */
export function mountMemory(path: string, size: string): void {
  mkdirSync(path, { recursive: true });
  done("mount", "-t", "tmpfs", "-o", `size=${size},mode=0755`, "tmpfs", path);
  mounted.push(path);
}

/** A disk of its own, a file of so many bytes with ext4 on it; answers where it is mounted, and its device. */
export function mountDisk(size: string): { readonly path: string; readonly device: string } {
  const directory = temporaryDirectory();
  const file = join(directory, "disk");
  const path = join(directory, "mounted");
  mkdirSync(path);
  done("truncate", "--size", size, file);
  done("mkfs.ext4", "-q", file);
  done("mount", "-o", "loop", file, path);
  mounted.push(path);
  return { path, device: done("findmnt", "--noheadings", "--output", "SOURCE", path).trim() };
}

function done(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${error?.message ?? stderr}`);
  return stdout;
}
