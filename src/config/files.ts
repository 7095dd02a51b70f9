import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync, statSync } from "node:fs";
import { getSystemErrorMap } from "node:util";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import type { Files } from "./spec.ts";

const MAX_FILE_BYTES = 2 ** 20;

/** The files of this machine. Never blocks on a FIFO; a file above 1 MiB is no configuration. */
export const diskFiles: Files = {
  read: (path) => attempt(() => readRegular(path)),
  mode: (path) => attempt(() => ok(statSync(path).mode & 0o777)),
  list: (path) => attempt(() => ok(readdirSync(path))),
};

function readRegular(path: string): Parsed<Uint8Array> {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return malformed("not a regular file");
    if (stat.size > MAX_FILE_BYTES) return malformed(`has ${stat.size} bytes, expected at most ${MAX_FILE_BYTES}`);
    return ok(readFileSync(descriptor));
  } finally {
    closeSync(descriptor);
  }
}

function attempt<T>(look: () => Parsed<T>): Parsed<T> {
  try {
    return look();
  } catch (error) {
    return malformed(reason(error));
  }
}

/** The system's own words ("permission denied") without the call and the path, which the message names already. */
function reason(error: unknown): string {
  const errno = error instanceof Error && "errno" in error ? Number(error.errno) : Number.NaN;
  return getSystemErrorMap().get(errno)?.[1] ?? String(error);
}
