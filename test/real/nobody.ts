import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Bench } from "./daemon.ts";
import type { Program } from "./program.ts";
import { bundle, run } from "./start.ts";

const NOBODY = 65_534;
/** A program that starts another one as an ordinary user. */
export const AS_NOBODY = ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"];
const [setpriv = "", ...rest] = [...AS_NOBODY, process.execPath, "--version"];

/** Needs root, and a Node that is not installed where only root may go. */
export const nobodyRunsNode = spawnSync(setpriv, rest).status === 0;

/** Starts the daemon of a bench as an ordinary user. */
export async function startAsNobody(bench: Bench): Promise<Program> {
  for (const directory of [bench.state, bench.run]) {
    mkdirSync(directory);
    chmodSync(directory, 0o777);
  }
  const program = copyOfBundle(bench.directory);
  await run("chmod", ["-R", "a+rX", bench.directory]);
  return bench.start(AS_NOBODY, program);
}

/** A copy of the built program below a directory; its path. The project may lie in a home directory that is shut. */
export function copyOfBundle(directory: string): string {
  const project = dirname(dirname(bundle()));
  for (const name of ["package.json", "dist"]) cpSync(join(project, name), join(directory, name), { recursive: true });
  return join(directory, "dist", "tidemark.js");
}
