import { readFileSync } from "node:fs";

/** A captured file of /proc; "a-stat" and "b-stat" are 5.138 s apart, in which dd wrote with oflag=sync. */
export function sample(name: string): string {
  return readFileSync(new URL(`../../../samples/proc/${name}.txt`, import.meta.url), "utf8");
}
