import { posix } from "node:path";
import { malformed, ok, type Parsed } from "../ring/answer.ts";
import { matchesWildcard } from "../words/wildcard.ts";
import type { Files } from "./spec.ts";

/** The path as it was written, and the file it was written in. */
interface Named {
  readonly value: string;
  readonly file: string;
}

/**
 * The files that an Include means, by name: a file, the files of a directory, or those that match a `*` in the last part.
 * Directories in a directory are left out, as agents do, and names that begin with a dot (an editor's, for the most part).
 */
export function expandInclude(by: Named, files: Files): Parsed<readonly string[]> {
  const path = resolve(by);
  const directory = posix.dirname(path);
  const pattern = posix.basename(path);
  if (directory.includes("*")) return malformed("a * may stand in the last part of the path only");
  if (pattern.includes("*")) return filesIn(directory, pattern, files);
  return files.list(path).kind === "ok" ? filesIn(path, "*", files) : ok([path]);
}

/** Relative to the directory of the including file, so that it does not matter where the daemon was started. */
function resolve({ file, value }: Named): string {
  const path = posix.isAbsolute(value) ? posix.normalize(value) : posix.join(posix.dirname(file), value);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function filesIn(directory: string, pattern: string, files: Files): Parsed<readonly string[]> {
  const names = files.list(directory);
  if (names.kind === "malformed") return names;
  const wanted = names.value.filter((name) => !name.startsWith(".") && matchesWildcard(name, pattern)).sort();
  return ok(wanted.map((name) => posix.join(directory, name)).filter((path) => files.list(path).kind !== "ok"));
}
