import { mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Makes a directory and those above it, unless it is there. Throws what the system says of the first that cannot be made.
 * Node's own recursive mkdir never returns where the one above takes no entries, as /proc.
 */
export function makeDirectory(path: string, mode: number): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return;
  const above = dirname(path);
  if (above !== path) makeDirectory(above, mode);
  mkdirSync(path, { mode });
}
