import { lstatSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeDirectory } from "../io/make-directory.ts";

const PRIVATE = 0o700;
const WRITABLE_BY_OTHERS = 0o022;
/** Debian makes it at boot for the agent's user (tmpfiles.d). */
const AGENTS = "/run/zabbix";

/** Where the plugin's own tidemark keeps its files when no option says so: apart for each user. */
export function defaultDirectory(): string {
  const mine = uid();
  const found = lstatSync(AGENTS, { throwIfNoEntry: false });
  if (found?.isDirectory() === true && found.uid === mine) return join(AGENTS, "tidemark");
  return join(tmpdir(), `tidemark-plugin-${mine}`);
}

/**
 * Makes the directory unless it is there. Throws when it could be somebody else's trap: in /tmp, say, anybody may have
 * made it before, or a symbolic link of its name.
 */
export function ownDirectory(path: string): void {
  makeDirectory(path, PRIVATE);
  const { uid: owner, mode, ...found } = statOf(path);
  if (!found.isDirectory) throw new Error(`"${path}" is not a directory but a symbolic link`);
  if (owner !== uid()) throw new Error(`"${path}" belongs to the user with the id ${owner}, we are ${uid()}`);
  if ((mode & WRITABLE_BY_OTHERS) !== 0) throw new Error(`others may write to "${path}": chmod 0700 "${path}"`);
}

function statOf(path: string) {
  const found = lstatSync(path);
  return { uid: found.uid, mode: found.mode, isDirectory: found.isDirectory() };
}

function uid(): number {
  return process.getuid?.() ?? -1;
}
